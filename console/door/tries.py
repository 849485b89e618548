"""How often somebody may try to prove who he is: counted in Redis, which is asked first. Away, nobody may try.

Five wrong tries from one address shut an account there for fifteen minutes, not elsewhere: strangers shut nobody out who
sits at the centre. A whole centre sits behind one address, so an address has room for ten officers who have forgotten
theirs; a device that has signed the officer in before is counted by itself, and no noise of others reaches it.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis

from refusals import RateLimited

TRIES_OF_ACCOUNT, TRIES_OF_ADDRESS, SET_OUTS_OF_ADDRESS, SHUT_SECONDS = 5, 50, 300, 900
TRIES_OF_ACCOUNT_ANYWHERE = 100  # from however many addresses: a passphrase and a code are not guessed in as many
DEVICE_SECONDS = 180 * 24 * 3600


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
def trying(redis: Redis, account: str, address: str, device: str = "") -> Iterator[None]:
    """Around a proof: what ends without an error was no wrong try. `device` is what its browser keeps, known or not.

    Raises ShutOut, RedisError.
    """
    if device and redis.exists(_device(account, device)):
        with _counted(redis, (_key("device", f"{account} {device}"), TRIES_OF_ACCOUNT)):
            yield
        return
    with _counted(
        redis,
        (_key("address", address), TRIES_OF_ADDRESS),
        (_key("account", f"{account} {address}"), TRIES_OF_ACCOUNT),
        (_key("anywhere", account), TRIES_OF_ACCOUNT_ANYWHERE),
    ):
        yield


@contextmanager
def trying_own(redis: Redis, account: str) -> Iterator[None]:
    """Around a proof by somebody signed in, about his own account: counted apart. Raises ShutOut, RedisError."""
    with _counted(redis, (_key("own", account), TRIES_OF_ACCOUNT)):
        yield


def remember(redis: Redis, account: str, device: str) -> None:
    """This device has signed the officer in."""
    redis.set(_device(account, device), 1, ex=DEVICE_SECONDS)


@contextmanager
def _counted(redis: Redis, *counters: tuple[str, int]) -> Iterator[None]:
    for key, most in counters:
        _count(redis, key, most)
    yield
    for key, most in counters:
        if most == TRIES_OF_ACCOUNT:
            redis.delete(key)
        else:
            redis.decr(key)


def count_address(redis: Redis, address: str) -> None:
    """One more who sets out for WeChat. Raises ShutOut, RedisError."""
    _count(redis, _key("wechat", address), SET_OUTS_OF_ADDRESS)


def _count(redis: Redis, key: str, most: int) -> None:
    answered: Any = redis.eval(_TRY, 1, key, str(most), str(SHUT_SECONDS))
    tries, seconds = answered
    if int(tries) > most:
        raise ShutOut(int(seconds))


def _device(account: str, device: str) -> str:
    return f"console:device:{hashlib.sha256(f'{account} {device}'.encode()).hexdigest()[:32]}"


def _key(kind: str, tried: str) -> str:
    """Hashed: what somebody typed has no end and may be anything."""
    return f"console:tries:{kind}:{hashlib.sha256(tried.encode()).hexdigest()[:32]}"
