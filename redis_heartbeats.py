"""Signs of life of the workers and the clock, for the readiness question. A sign fades by itself."""

from redis import Redis

FADES_SECONDS = 45


def beat(redis: Redis, name: str) -> None:
    """Raises RedisError."""
    redis.set(_key(name), 1, ex=FADES_SECONDS)


def is_alive(redis: Redis, name: str) -> bool:
    """Whether `worker`, `imports` or `clock` was heard of in the last 45 seconds. Raises RedisError."""
    return bool(redis.exists(_key(name)))


def _key(name: str) -> str:
    return f"huijian:alive:{name}"
