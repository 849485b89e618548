"""How often somebody may try to prove who he is: counted in Redis, which is asked first. Away, nobody may try.

Five wrong tries shut an account for fifteen minutes. A whole centre sits behind one address, so an address has room
for ten officers who have forgotten theirs.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis

from refusals import RateLimited

TRIES_OF_ACCOUNT, TRIES_OF_ADDRESS, SET_OUTS_OF_ADDRESS, SHUT_SECONDS = 5, 50, 300, 900

# A try counts before it is looked at, so that many at once are not more than one after another. The wait is counted
# from the last try that was let in; those that were not don't make it longer.
_TRY = """
local tries = redis.call('INCR', KEYS[1])
if tries <= tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return {tries, redis.call('TTL', KEYS[1])}
"""


class ShutOut(RateLimited):
    """`retry_after`: seconds until there is room again."""

    def __init__(self, seconds: int):
        super().__init__(f"尝试次数过多，请{max(1, -(-seconds // 60))}分钟后再试")
        self.retry_after = max(1, seconds)  # type: ignore[misc]  # the class's own is the usual wait


@contextmanager
def trying(redis: Redis, account: str, address: str) -> Iterator[None]:
    """Around a proof: what ends without an error was no wrong try. Raises ShutOut, RedisError."""
    account_key, address_key = _key("account", account), _key("address", address)
    _count(redis, address_key, TRIES_OF_ADDRESS)
    _count(redis, account_key, TRIES_OF_ACCOUNT)
    yield
    redis.delete(account_key)
    redis.decr(address_key)


def count_address(redis: Redis, address: str) -> None:
    """One more who sets out for WeChat. Raises ShutOut, RedisError."""
    _count(redis, _key("wechat", address), SET_OUTS_OF_ADDRESS)


def _count(redis: Redis, key: str, most: int) -> None:
    answered: Any = redis.eval(_TRY, 1, key, str(most), str(SHUT_SECONDS))
    tries, seconds = answered
    if int(tries) > most:
        raise ShutOut(int(seconds))


def _key(kind: str, tried: str) -> str:
    """Hashed: what somebody typed has no end and may be anything."""
    return f"console:tries:{kind}:{hashlib.sha256(tried.encode()).hexdigest()[:32]}"
