"""How often: counted in Redis for all processes. When Redis is away these doors stay shut (RedisError, a 503).

An office of 200 lawyers behind one address signs in and binds within a minute, so an address has room for six such.
"""

import math
import time
from contextlib import suppress
from datetime import datetime

from limits import (
    RateLimitItem,
    RateLimitItemPerDay,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
    RateLimitItemPerSecond,
)
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis import Redis, RedisError

from clock import SHANGHAI
from networks import network_of
from refusals import LimitReached, RateLimited

SIGN_INS = RateLimitItemPerMinute(1200, namespace="sign-in")
BINDINGS = RateLimitItemPerMinute(1200, namespace="bind")
BINDINGS_OF_ONE = RateLimitItemPerHour(10, namespace="bind-one")
# Of the licence that is tried, whoever tries: identities and addresses an attacker can have many of.
LICENCE_TRIED = RateLimitItemPerDay(5, namespace="licence")
# Of WeChat's codes of one kind, those that failed there of late, by who brought them: from so many on his are served one
# at a time, as fast as WeChat answers. Never slower, and no longer than this: many who are honest may sit behind one
# address. As many fail in that time one at a time if WeChat takes six seconds for each: a flood never comes out between.
CODES_FAILED, ONE_AT_A_TIME_FROM = RateLimitItemPerSecond(60, 30, namespace="code-failed"), 5
# Of the licence too, by who brings its lawyer's phone: room for the lawyer's own slips, too little to try through the ID
# numbers of somebody when one has his phone. Only wrong ones: who is right begins anew.
LICENCE_TRIED_WITH_PHONE = RateLimitItemPerDay(10, namespace="licence-phone")
OFFICER_CODES_OF_ONE = RateLimitItemPerHour(5, namespace="officer-code")


class TooOften(RateLimited):
    """`retry_after`: seconds until there is room again."""

    def __init__(self, retry_after: int):
        super().__init__()
        self.retry_after = retry_after  # type: ignore[misc]  # the class's own is the usual wait


class Limits:
    """Raises RedisError while Redis is away."""

    def __init__(self, redis: Redis):
        self._redis = redis
        self._window: MovingWindowRateLimiter | None = None

    def sign_in(self, address: str) -> None:
        """Raises RateLimited."""
        self._count(SIGN_INS, network_of(address))

    def bind(self, address: str, openid: str) -> None:
        """Raises RateLimited."""
        self._count(BINDINGS_OF_ONE, openid)
        self._count(BINDINGS, network_of(address))

    def one_at_a_time(self, kind: str, bringer: str) -> bool:
        """Whether the codes of this kind that this address or identity brings have to wait for one another at WeChat."""
        left = self._moving().get_window_stats(CODES_FAILED, kind, network_of(bringer)).remaining
        return CODES_FAILED.amount - left >= ONE_AT_A_TIME_FROM

    def code_failed(self, kind: str, bringer: str) -> None:
        self._moving().hit(CODES_FAILED, kind, network_of(bringer))

    def licence_tried(self, licence_no: str, with_his_phone: bool) -> None:
        """A try at a licence, counted before it is compared: many at once are no more. Raises LimitReached."""
        limit = LICENCE_TRIED_WITH_PHONE if with_his_phone else LICENCE_TRIED
        if self._moving().hit(limit, licence_no):
            return
        reset = self._moving().get_window_stats(limit, licence_no).reset_time
        raise LimitReached(
            "该执业证号今日核验次数已满，请明日再试；急需会见的，请带执业证、身份证到会见窗口办理",
            limit="tries",
            again_at=datetime.fromtimestamp(math.ceil(reset), SHANGHAI).isoformat(),
            retry_after=max(1, math.ceil(reset - time.time())),
        )

    def licence_proven(self, licence_no: str) -> None:
        """Who brought the phone knew the rest as well: his tries so far were slips. While Redis is away they stay."""
        with suppress(RedisError):
            self._moving().clear(LICENCE_TRIED_WITH_PHONE, licence_no)

    def officer_code(self, openid: str) -> None:
        """A try at an officer's one-time code, in the subscription account. Raises RateLimited."""
        self._count(OFFICER_CODES_OF_ONE, openid)

    def _count(self, limit: RateLimitItem, who: str) -> None:
        if not self._moving().hit(limit, who):
            reset = self._moving().get_window_stats(limit, who).reset_time
            raise TooOften(max(1, math.ceil(reset - time.time())))

    def _moving(self) -> MovingWindowRateLimiter:
        """Made at the first use: it talks to Redis, which may be away when the server starts."""
        if self._window is None:
            pool = self._redis.connection_pool
            self._window = MovingWindowRateLimiter(RedisStorage("redis://", connection_pool=pool))
        return self._window
