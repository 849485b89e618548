"""What is kept of a conversation for a while, in Redis: the list somebody may want more of, a bureau officer's centre."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from redis import Redis

from circuit_breaker import CircuitBreaker, CircuitOpen
from models import keyring
from wechat.account.intents import Intent

MORE_SECONDS = 600
CENTRE_SECONDS = 30 * 86400


class Further(NamedTuple):
    """A list to go on with: the wish it answered, and the cursor behind what was shown."""

    wish: Intent
    cursor: str


class Memory:
    """Of each officer apart. Sealed, since a wish may hold a name. Raises CircuitOpen where something was to be found."""

    def __init__(self, redis: Redis, breaker: CircuitBreaker):
        self._redis = redis
        self._breaker = breaker

    def keep(self, openid: str, wish: Intent, cursor: str) -> None:
        """An empty cursor means that there is nothing further. While Redis is away nothing is kept."""
        key = _further(openid)
        text = keyring().seal(json.dumps([*wish, cursor]), key) or ""
        self._try(lambda: self._redis.set(key, text, ex=MORE_SECONDS) if cursor else self._redis.delete(key))

    def further(self, openid: str) -> Further | None:
        """Raises CircuitOpen."""
        key = _further(openid)
        kept: Any = self._breaker.call(lambda: self._redis.get(key))
        if kept is None:
            return None
        name, about, cursor = json.loads(keyring().open(kept.decode(), key) or "")
        return Further(Intent(name, about), cursor)

    def choose_centre(self, openid: str, code: str) -> None:
        """Raises CircuitOpen."""
        self._breaker.call(lambda: self._redis.set(_centre(openid), code, ex=CENTRE_SECONDS))

    def centre(self, openid: str) -> str:
        """The code chosen last, empty when none is known."""
        kept = self._try(lambda: self._redis.get(_centre(openid)))
        return kept.decode() if isinstance(kept, bytes) else ""

    def _try(self, call: Callable[[], object]) -> object:
        try:
            return self._breaker.call(call)
        except CircuitOpen:
            return None


def _further(openid: str) -> str:
    return f"wechat:more:{openid}"


def _centre(openid: str) -> str:
    return f"wechat:centre:{openid}"
