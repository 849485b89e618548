"""Copies kept for a moment, of what is asked for by everybody at once."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Copy = TypeVar("Copy")

WAIT_SECONDS = 1.0


class StaleCache(Generic[Key, Copy]):
    """A copy per key, good for `seconds`. Of a crowd that finds it run out, one reads it anew while the others go on
    with the old one; one that ran out longer than WAIT_SECONDS ago is waited for."""

    def __init__(self, seconds: float):
        self._seconds = seconds
        self._kept: dict[Key, tuple[float, Copy]] = {}
        self._reading = threading.Lock()

    def get(self, key: Key, read: Callable[[], Copy]) -> Copy:
        kept, now = self._kept.get(key), time.monotonic()
        if kept is not None and now < kept[0]:
            return kept[1]
        lately = kept is not None and now < kept[0] + WAIT_SECONDS
        if not self._reading.acquire(blocking=not lately):
            assert kept is not None
            return kept[1]
        try:
            return self._read(key, read, now)
        finally:
            self._reading.release()

    def holds(self, key: Key) -> bool:
        """Whether there is a copy that is not None, good or run out."""
        kept = self._kept.get(key)
        return kept is not None and kept[1] is not None

    def put(self, key: Key, copy: Copy) -> None:
        self._kept[key] = (time.monotonic() + self._seconds, copy)

    def change(self, key: Key, how: Callable[[Copy], Copy]) -> None:
        """Put right what we know to have changed; the copy gets no older by it."""
        if (kept := self._kept.get(key)) is not None:
            self._kept[key] = (kept[0], how(kept[1]))

    def invalidate_day(self, key: Key) -> None:
        self._kept.pop(key, None)

    def _read(self, key: Key, read: Callable[[], Copy], since: float) -> Copy:
        kept = self._kept.get(key)
        if kept is not None and kept[0] > since:
            return kept[1]  # somebody read it while we waited
        copy = read()
        self.put(key, copy)
        return copy
