"""A machine of others, called over the network, and what of ours it may keep waiting.

Whoever waits for it holds a thread of the process, so when it turns slow a few wait and the others are told at once:
those threads are for what needs nothing of that machine.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from circuit_breaker import CircuitBreaker, CircuitOpen

Answer = TypeVar("Answer")

PLACES = 4  # in a process of eight threads


class LeftAlone(Exception):
    """The machine was not asked: enough are waiting for it, or it kept somebody waiting in vain a moment ago."""


class OuterMachine:
    """One for a machine and process. `timeouts` are what its client raises when it waited in vain."""

    def __init__(self, *timeouts: type[Exception], places: int = PLACES):
        self._places = threading.BoundedSemaphore(places)
        self._breaker = CircuitBreaker(*timeouts)

    def call(self, question: Callable[[], Answer]) -> Answer:
        """The answer. Raises LeftAlone, and whatever `question` raises."""
        if not self._places.acquire(blocking=False):
            raise LeftAlone("enough are waiting for it")
        try:
            return self._breaker.call(question)
        except CircuitOpen as rests:
            raise rests.__cause__ or LeftAlone("it did not answer a moment ago") from None
        finally:
            self._places.release()
