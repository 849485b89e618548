"""A circuit breaker. A server that hangs costs every call its time-out, so after one nobody asks for a while."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

REST_SECONDS = 2.0


class CircuitOpen(Exception):
    """The machine did not answer, just now or a moment ago."""


class CircuitBreaker:
    """One for a machine and process. `errors` are what its client raises when it can't be reached.

    After a failure all callers are told CircuitOpen at once for REST_SECONDS; then one of them finds out again while the
    others go on without.
    """

    def __init__(self, *errors: type[Exception]):
        self._errors = errors
        self._lock = threading.Lock()
        self._rests_until: float | None = None

    def call(self, question: Callable[[], Answer]) -> Answer:
        """Raises CircuitOpen."""
        if self._rests_until is not None and not self._my_turn():
            raise CircuitOpen
        try:
            answer = question()
        except self._errors as problem:
            self._rests_until = time.monotonic() + REST_SECONDS
            raise CircuitOpen(type(problem).__name__) from problem
        except Exception:
            self._rests_until = None  # to say no is an answer
            raise
        self._rests_until = None
        return answer

    def forget(self) -> None:
        """Ask again at the next call, as when it is known to be back."""
        self._rests_until = None

    def _my_turn(self) -> bool:
        with self._lock:
            if self._rests_until is None or time.monotonic() >= self._rests_until:
                self._rests_until = time.monotonic() + REST_SECONDS
                return True
            return False
