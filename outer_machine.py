"""A machine of others, called over the network, and what of ours it may keep waiting.

Whoever waits for it holds a thread of the process, so when it turns slow a few wait and the others are told at once:
those threads are for what needs nothing of that machine.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TypeVar

from circuit_breaker import CircuitBreaker, CircuitOpen

Answer = TypeVar("Answer")

# In a process of 32 threads: 18 at most are held by a machine, and ten of those for a second.
PLACES = 8
WAITERS = 4
IN_LINE, IN_LINE_OF_ONE = 6, 4
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


class Lane:
    """One at a time. Who comes meanwhile stands in line for a moment: behind those of the same name as they came, and the
    names take turns, so that a crowd of one name makes no other wait for more than one of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._lines: dict[str, deque[SimpleQueue[bool]]] = {}  # the one that is next stands first

    @contextmanager
    def one(self, name: str) -> Iterator[None]:
        """Raises LeftAlone."""
        turn = self._stand(name)
        if turn and not self._comes(turn, name):
            raise LeftAlone("too many are in line, or it takes too long with others")
        try:
            yield
        finally:
            with self._lock:
                self._taken = self._hand_on()

    def _stand(self, name: str) -> "SimpleQueue[bool] | None":
        """A turn to wait for; None where there is nothing to wait for. Raises LeftAlone."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return None
            self._make_room(len(self._lines.get(name, ())))
            turn: SimpleQueue[bool] = SimpleQueue()
            self._lines.setdefault(name, deque()).append(turn)
            return turn

    def _make_room(self, own: int) -> None:
        """Where the line is full, the last of the longest goes for one of a shorter one. Raises LeftAlone."""
        if own >= IN_LINE_OF_ONE:
            raise LeftAlone("enough of them are in line")
        if sum(map(len, self._lines.values())) >= IN_LINE:
            name, longest = max(self._lines.items(), key=lambda line: len(line[1]))
            if len(longest) <= own + 1:
                raise LeftAlone("enough are in line")
            self._leave(name, turn := longest[-1])
            turn.put(False)

    def _comes(self, turn: "SimpleQueue[bool]", name: str) -> bool:
        try:
            return turn.get(timeout=WAIT_SECONDS)
        except Empty:
            with self._lock:
                if turn not in self._lines.get(name, ()):  # in this very moment it has come, or was lost
                    return turn.get()
                self._leave(name, turn)
            return False

    def _leave(self, name: str, turn: "SimpleQueue[bool]") -> None:
        line = self._lines[name]
        line.remove(turn)
        if not line:
            del self._lines[name]

    def _hand_on(self) -> bool:
        """Whether there was somebody to hand it to."""
        for name in self._lines:
            line = self._lines.pop(name)
            line.popleft().put(True)
            if line:
                self._lines[name] = line
            return True
        return False


class OuterMachine:
    """One for a machine and process. `timeouts` are what its client raises when it waited in vain.

    `aside` is for callers who shall not have more than one of the places: they come one after another, by names.
    """

    def __init__(self, *timeouts: type[Exception], places: int = PLACES):
        self.aside = Lane()
        self._places = Places(places, WAITERS)
        self._breaker = CircuitBreaker(*timeouts)

    def call(self, question: Callable[[], Answer]) -> Answer:
        """The answer. Raises LeftAlone, and whatever `question` raises."""
        with self._places.one():
            try:
                return self._breaker.call(question)
            except CircuitOpen as rests:
                raise rests.__cause__ or LeftAlone("it did not answer a moment ago") from None
