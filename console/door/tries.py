"""How often somebody may try to prove who he is.

Five wrong tries from one address shut an account there for fifteen minutes, not elsewhere: strangers shut nobody out who
sits at the centre. A whole centre sits behind one address, so an address has room for ten officers who have forgotten
theirs (of IPv6, a /64 is one address); a device that has signed the officer in before is counted by itself, and no noise
of others reaches it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis

from console.door.counting import Counter, ShutOut, count, counted, key_of
from networks import network_of

__all__ = ["ShutOut", "count_address", "remember", "trying", "trying_own"]

TRIES_OF_ACCOUNT, TRIES_OF_ADDRESS, SET_OUTS_OF_ADDRESS, SHUT_SECONDS = 5, 50, 300, 900
TRIES_OF_ACCOUNT_ANYWHERE = 100  # from however many addresses: a passphrase and a code are not guessed in as many
DEVICE_SECONDS = 180 * 24 * 3600


@contextmanager
def trying(redis: Redis, account: str, address: str, device: str = "") -> Iterator[bool]:
    """Around a proof: what ends without an error was no wrong try, what is Busy none at all. `device` is what its
    browser keeps; whether it is known is answered. Raises ShutOut, RedisError.
    """
    network = network_of(address)
    if device and redis.exists(_device(account, device)):
        with counted(redis, _own("device", f"{account} {device}")):
            yield True
        return
    with counted(
        redis,
        _of_many("address", network, TRIES_OF_ADDRESS),
        _own("account", f"{account} {network}"),
        _of_many("anywhere", account, TRIES_OF_ACCOUNT_ANYWHERE),
    ):
        yield False


@contextmanager
def trying_own(redis: Redis, account: str) -> Iterator[None]:
    """Around a proof by somebody signed in, about his own account: counted apart. Raises ShutOut, RedisError."""
    with counted(redis, _own("own", account)):
        yield


def remember(redis: Redis, account: str, device: str) -> None:
    """This device has signed the officer in."""
    redis.set(_device(account, device), 1, ex=DEVICE_SECONDS)


def count_address(redis: Redis, address: str) -> None:
    """One more who sets out for WeChat. Raises ShutOut, RedisError."""
    count(redis, _of_many("wechat", network_of(address), SET_OUTS_OF_ADDRESS))


def _own(kind: str, tried: str) -> Counter:
    """Of one person at one place: once he is right, what he mistyped before is forgiven."""
    return Counter(key_of(f"console:tries:{kind}", tried), TRIES_OF_ACCOUNT, SHUT_SECONDS, anew=True, forgives=True)


def _of_many(kind: str, tried: str, most: int) -> Counter:
    return Counter(key_of(f"console:tries:{kind}", tried), most, SHUT_SECONDS, anew=True)


def _device(account: str, device: str) -> str:
    return key_of("console:device", f"{account} {device}")
