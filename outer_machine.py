"""A machine of others, called over the network, and what of ours it may keep waiting.

Whoever waits for it holds a thread of the process, so when it turns slow a few wait and the others are told at once:
those threads are for what needs nothing of that machine.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from circuit_breaker import CircuitBreaker, CircuitOpen

Answer = TypeVar("Answer")

# In a process of 32 threads: 14 at most are held by a machine, and five of those for a second.
PLACES = 8
WAITERS = 4
ASIDE_PLACES, ASIDE_WAITERS = 1, 1
WAIT_SECONDS = 1.0


class LeftAlone(Exception):
    """The machine was not asked: enough are waiting for it, or it kept somebody waiting in vain a moment ago."""


class Places:
    """So many at once; a few more wait a moment for one of them to go."""

    def __init__(self, places: int, waiters: int):
        self._room = threading.BoundedSemaphore(places + waiters)
        self._places = threading.BoundedSemaphore(places)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises LeftAlone."""
        if not self._room.acquire(blocking=False):
            raise LeftAlone("enough are waiting for it")
        try:
            if not self._places.acquire(timeout=WAIT_SECONDS):
                raise LeftAlone("it takes too long with others")
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._room.release()


class OuterMachine:
    """One for a machine and process. `timeouts` are what its client raises when it waited in vain.

    `aside` is for callers who shall not have more than one of the places: they come one after another.
    """

    def __init__(self, *timeouts: type[Exception], places: int = PLACES):
        self.aside = Places(ASIDE_PLACES, ASIDE_WAITERS)
        self._places = Places(places, WAITERS)
        self._breaker = CircuitBreaker(*timeouts)

    def call(self, question: Callable[[], Answer]) -> Answer:
        """The answer. Raises LeftAlone, and whatever `question` raises."""
        with self._places.one():
            try:
                return self._breaker.call(question)
            except CircuitOpen as rests:
                raise rests.__cause__ or LeftAlone("it did not answer a moment ago") from None
