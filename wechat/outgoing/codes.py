"""What phones and browsers bring from WeChat to be redeemed there: codes, good once.

Anybody can invent them, and WeChat must be asked about each. So what it refused is not asked again, and who brings many
that fail is served one at a time: the places at WeChat are for the others. A good code counts against nobody.

Counted is an address, or who brings something that strangers do not have: then the floods of others are nothing to him.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from redis import Redis

from networks import network_of
from outer_machine import LeftAlone
from refusals import Refusal, Unavailable
from wechat.limits import Limits, TooOften
from wechat.outgoing.calling import Client, Lost, Said

log = logging.getLogger(__name__)

FAILED = {40029, 40163}  # invented, old or used; whatever else WeChat says is not about the code
REMEMBERED_S = 600  # WeChat itself forgets a code after five minutes


class Codes:
    """One kind of them; `words` is what each errcode is for whoever brought the code."""

    def __init__(self, kind: str, client: Client, redis: Redis, words: Mapping[int, Callable[[], Refusal]]):
        self._kind, self._client, self._redis, self._words = kind, client, redis, words
        self._limits = Limits(redis)

    def redeem(self, code: str, bringer: str, call: Callable[[], object]) -> dict[str, object]:
        """What WeChat answers to `call` about `code`; `bringer` is the address or the identity that it is counted by.
        Raises what `words` has, RateLimited, Unavailable, RedisError."""
        key = f"wechat:code:{hashlib.sha256(f'{self._kind} {code}'.encode()).hexdigest()}"
        known: Any = self._redis.get(key)
        if known and (said := self._words.get(int(known))):
            raise said()
        outcome = self._ask(bringer, call)
        if isinstance(outcome, dict):
            return outcome
        if isinstance(outcome, Said) and outcome.errcode in self._words:
            if outcome.errcode in FAILED:
                self._redis.set(key, outcome.errcode, ex=REMEMBERED_S)
                self._limits.code_failed(self._kind, bringer)
            raise self._words[outcome.errcode]()
        asked = isinstance(outcome, Said) or outcome.asked
        log.log(logging.ERROR if asked else logging.INFO, "WeChat cannot be used: %s", outcome)
        raise Unavailable("微信服务暂时不可用，请稍后再试")

    def _ask(self, bringer: str, call: Callable[[], object]) -> dict[str, object] | Said | Lost:
        if not self._limits.one_at_a_time(self._kind, bringer):
            return self._client.ask(call)
        try:
            with self._client.aside.one(f"{self._kind} {network_of(bringer)}"):
                return self._client.ask(call)
        except LeftAlone:
            raise TooOften(1) from None
