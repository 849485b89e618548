"""The teller: one thread a process that serves whoever waits in one go, so that a rush shares its transactions."""

import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from refusals import Refusal, Unavailable

Asked = TypeVar("Asked")
Told = TypeVar("Told")

MOST_AT_ONCE = 64
PATIENCE_SECONDS = 12.0
# Who was just answered comes back a moment later: as many as last time are waited for, so that not every second batch is
# the one who was quickest. The quiet forget it.
GATHER_SECONDS, QUIET_SECONDS = 0.003, 0.05


class Place(Generic[Asked, Told]):
    """A place in line: the lock is let go with the answer."""

    __slots__ = ("answer", "asked", "lock")

    def __init__(self, asked: Asked):
        self.asked, self.lock = asked, threading.Lock()
        self.answer: Told | Exception | None = None
        self.lock.acquire()


class GroupCommit(Generic[Asked, Told]):
    """`serve` takes up to MOST_AT_ONCE and answers each, in order, with what it gets or with the exception it meets.

    `leave` is called in the teller's thread when it goes, and after any exception that is no refusal, to put away what
    only that thread holds.
    """

    def __init__(self, serve: Callable[[Sequence[Asked]], Sequence[Told | Exception]], leave: Callable[[], object]):
        self._serve = serve
        self._leave = leave
        self._waiting: SimpleQueue[Place[Asked, Told] | None] = SimpleQueue()
        self._opening = threading.Lock()
        self._thread: threading.Thread | None = None
        self._last, self._last_at = 1, 0.0

    def submit(self, asked: Asked) -> Told:
        """Wait in line and get the answer. Raises what `serve` answered with, or Unavailable when it takes too long."""
        self._open()
        place: Place[Asked, Told] = Place(asked)
        self._waiting.put(place)
        if not place.lock.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable("预约繁忙，请稍后以同一请求重试")
        if isinstance(place.answer, Exception):
            raise place.answer
        return place.answer  # type: ignore[return-value]  # there is one: the lock was let go

    def anybody_waits(self) -> bool:
        return not self._waiting.empty()

    def close(self) -> None:
        """Serve whoever is in line, then go. A later `ask` calls another teller."""
        with self._opening:
            if self._thread is not None and self._thread.is_alive():
                self._waiting.put(None)
                self._thread.join(PATIENCE_SECONDS)
            self._thread = None

    def _open(self) -> None:
        """On first use, since a server forks or spawns its processes after it has loaded us."""
        if self._thread is None or not self._thread.is_alive():
            with self._opening:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._work, name="teller", daemon=True)
                    self._thread.start()

    def _work(self) -> None:
        while line := self._next_in_line():
            try:
                answers = self._serve([place.asked for place in line])
            except Exception as problem:
                answers = [problem] * len(line)
            if any(isinstance(answer, Exception) and not isinstance(answer, Refusal) for answer in answers):
                self._leave()  # what broke may be the very thing held: take it up anew for the next in line
            for place, answer in zip(line, answers, strict=True):
                place.answer = answer
                place.lock.release()
        self._leave()

    def _next_in_line(self) -> list[Place[Asked, Told]]:
        """Whoever waits now, at least one; nobody when it is time to go."""
        line = [self._waiting.get()]
        came = time.monotonic()
        expected = self._last if came - self._last_at < QUIET_SECONDS else 1
        while line[-1] is not None and len(line) < MOST_AT_ONCE:
            patience = came + GATHER_SECONDS - time.monotonic() if len(line) < expected else 0
            try:
                line.append(self._waiting.get(block=patience > 0, timeout=max(patience, 0)))
            except Empty:
                break
        if line[-1] is None and len(line) > 1:
            self._waiting.put(None)  # those in line first
        self._last, self._last_at = len(line), came
        return [place for place in line if place is not None]
