"""The teller: one thread a process that serves whoever waits in one go, so that a rush shares its transactions."""

import threading
from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from refusals import Refusal, Unavailable

Asked = TypeVar("Asked")
Told = TypeVar("Told")

MOST_AT_ONCE = 64
PATIENCE_SECONDS = 12.0


class GroupCommit(Generic[Asked, Told]):
    """`serve` takes up to MOST_AT_ONCE and answers each, in order, with what it gets or with the exception it meets.

    `leave` is called in the teller's thread when it goes, and after any exception that is no refusal, to put away what
    only that thread holds.
    """

    def __init__(self, serve: Callable[[Sequence[Asked]], Sequence[Told | Exception]], leave: Callable[[], object]):
        self._serve = serve
        self._leave = leave
        self._waiting: SimpleQueue[tuple[Asked, Future[Told]] | None] = SimpleQueue()
        self._opening = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, asked: Asked) -> Told:
        """Wait in line and get the answer. Raises what `serve` answered with, or Unavailable when it takes too long."""
        self._open()
        future: Future[Told] = Future()
        self._waiting.put((asked, future))
        try:
            return future.result(timeout=PATIENCE_SECONDS)
        except futures.TimeoutError:
            raise Unavailable("预约繁忙，请稍后以同一请求重试") from None

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
                answers = self._serve([asked for asked, _ in line])
            except Exception as problem:
                answers = [problem] * len(line)
            if any(isinstance(answer, Exception) and not isinstance(answer, Refusal) for answer in answers):
                self._leave()  # what broke may be the very thing held: take it up anew for the next in line
            for (_, future), answer in zip(line, answers, strict=True):
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
        self._leave()

    def _next_in_line(self) -> list[tuple[Asked, Future[Told]]]:
        """Whoever waits now, at least one; nobody when it is time to go."""
        line = [self._waiting.get()]
        with suppress(Empty):
            while line[-1] is not None and len(line) < MOST_AT_ONCE:
                line.append(self._waiting.get_nowait())
        if line[-1] is None and len(line) > 1:
            self._waiting.put(None)  # those in line first
        return [waiting for waiting in line if waiting is not None]
