"""Tries, counted in Redis for all processes, which is asked first. Away, nobody may try (RedisError, a 503)."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from redis import Redis

from refusals import RateLimited, Unavailable

# A try counts before it is looked at, so that many at once are not more than one after another. Where `anew`, the wait
# is counted from the last try that was let in; those that were not don't make it longer.
_TRY = """
local tries = redis.call('INCR', KEYS[1])
if tries == 1 or (ARGV[3] == '1' and tries <= tonumber(ARGV[1])) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return {tries, redis.call('TTL', KEYS[1])}
"""
_TAKE_BACK = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECR', KEYS[1]) end"


class ShutOut(RateLimited):
    """`retry_after`: seconds until there is room again."""

    def __init__(self, seconds: int, words: str = ""):
        super().__init__(words or f"尝试次数过多，请{max(1, -(-seconds // 60))}分钟后再试")
        self.retry_after = max(1, seconds)  # type: ignore[misc]  # the class's own is the usual wait


class Busy(Unavailable):
    """Nothing was looked at: others are in the way. No try."""


class Counter(NamedTuple):
    """`most` tries in `seconds`, from the first on, or from the last one on where each begins them `anew`. One that was
    right `forgives` all before it, or is taken back itself. `words` are for whoever has had them all."""

    key: str
    most: int
    seconds: int
    anew: bool = False
    forgives: bool = False
    words: str = ""


@contextmanager
def counted(redis: Redis, *counters: Counter) -> Iterator[None]:
    """Around a try: what ends without an error was no wrong one. Raises ShutOut, RedisError."""
    so_far: list[Counter] = []
    try:
        for one in counters:
            count(redis, one)
            so_far.append(one)
    except ShutOut:
        _take_back(redis, so_far)
        raise
    try:
        yield
    except Busy:
        _take_back(redis, so_far)
        raise
    for one in counters:
        if one.forgives:
            redis.delete(one.key)
    _take_back(redis, [one for one in counters if not one.forgives])


def count(redis: Redis, one: Counter) -> None:
    """One more. Raises ShutOut, RedisError."""
    answered: Any = redis.eval(_TRY, 1, one.key, str(one.most), str(one.seconds), str(int(one.anew)))
    tries, seconds = answered
    if int(tries) > one.most:
        raise ShutOut(int(seconds), one.words)


def _take_back(redis: Redis, counters: list[Counter]) -> None:
    for one in counters:
        redis.eval(_TAKE_BACK, 1, one.key)


def key_of(kind: str, tried: str) -> str:
    """Hashed: what somebody typed has no end and may be anything."""
    return f"{kind}:{hashlib.sha256(tried.encode()).hexdigest()[:32]}"
