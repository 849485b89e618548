"""Each push is acted on once. WeChat asks up to three times; whoever asks again gets the same answer."""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis import Redis

from circuit_breaker import CircuitBreaker, CircuitOpen
from models import keyring
from wechat.account.pushes import Push

# A push is fresh for five minutes on either side of its time stamp; after that it is refused by its age.
KEPT_SECONDS = 11 * 60
WAIT_SECONDS = 3.0
_LOOK_SECONDS = 0.05
_WORKING = b"?"


class Once:
    """In Redis, the answers sealed: they name lawyers. While it is away every attempt is answered anew, which only
    look-ups allow: what changes something asks Redis itself, and is refused."""

    def __init__(self, redis: Redis, breaker: CircuitBreaker):
        self._redis = redis
        self._breaker = breaker

    def answer(self, push: Push, make: Callable[[], str], otherwise: str) -> str:
        """What `make` says, or said the first time; `otherwise` when an earlier attempt has not ended in time."""
        key, mine = f"wechat:push:{push.openid}:{push.once}", _WORKING + secrets.token_bytes(8)
        try:
            if not self._is_first(key, mine):
                return self._said_before(key) or otherwise
        except CircuitOpen:
            return make()
        said = make()
        with suppress(CircuitOpen):
            sealed = keyring().seal(said, key) or ""
            self._breaker.call(lambda: self._redis.set(key, sealed, ex=KEPT_SECONDS))
        return said

    def _is_first(self, key: str, mine: bytes) -> bool:
        """The mark tells a second attempt from our own command, sent again by the client over a new connection."""
        taken = self._breaker.call(lambda: self._redis.set(key, mine, nx=True, ex=KEPT_SECONDS))
        return bool(taken) or self._breaker.call(lambda: self._redis.get(key)) == mine

    def _said_before(self, key: str) -> str | None:
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            kept: Any = self._breaker.call(lambda: self._redis.get(key))
            if kept and not kept.startswith(_WORKING):
                return keyring().open(kept.decode(), key)
            time.sleep(_LOOK_SECONDS)
        return None
