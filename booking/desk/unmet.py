"""Unmet demand: which lawyers asked for a slot and were told that it is full, or outside its booking window.

Counted by lawyer, not by try: a script that asks a thousand times is one lawyer without a seat. Most of them are
answered from this process's memory, without Redis or SQL, so this is where they are noted: it costs a look into a set.
A thread writes what is new into SQL some seconds later, where a unique index makes twice once. A process that is killed
loses what it noted in its last WRITE_SECONDS; nothing is ever counted double.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.slots import SlotKey
from models import TurnedAway, database
from models.statements import entering, together
from refusals import OutsideWindow, Refusal, SlotFull

log = logging.getLogger(__name__)

WRITE_SECONDS = 3.0
MOST_KNOWN = 100_000  # in memory; beyond it all is forgotten, and the index sees to what comes again
MOST_WAITING = 50_000  # while the database is away
ROWS_AT_ONCE = 2000
KEPT = timedelta(days=40)
WHYS: dict[type[Refusal], str] = {SlotFull: "full", OutsideWindow: "outside"}


class Asked(NamedTuple):
    slot: SlotKey
    why: str
    lawyer: int


class Unmet:
    """One for a process."""

    def __init__(self, now: Callable[[], datetime]):
        self._now = now
        self._known: set[Asked] = set()
        self._waiting: deque[Asked] = deque(maxlen=MOST_WAITING)
        self._opening = threading.Lock()
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, slot: SlotKey, refusal: Refusal, lawyer: int) -> None:
        """Never waits, never raises."""
        why = WHYS.get(type(refusal))
        asked = Asked(slot, why or "", lawyer)
        if why is None or asked in self._known or slot.date < self._now().date():
            return
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known.add(asked)
        self._waiting.append(asked)
        self._open()

    def write(self) -> int:
        """Write down what is new; answers how many. Raises what the database raises, and keeps it all for later."""
        some = [self._waiting.popleft() for _ in range(min(ROWS_AT_ONCE, len(self._waiting)))]
        if not some:
            return 0
        rows = [
            (one.slot.centre, one.slot.date.isoformat(), f"{one.slot.start:%H:%M}", one.why, one.lawyer) for one in some
        ]
        try:
            together([entering("turned_away", _COLUMNS, rows, "ON CONFLICT DO NOTHING")])
        except Exception:  # whatever it was, what waits is kept; then it goes on up
            self._waiting.extendleft(reversed(some))
            raise
        return len(some) + self.write()

    def close(self) -> None:
        """Write what waits, then go."""
        self._hurry.set()
        if (thread := self._thread) is not None:
            thread.join(10)
        self._hurry.clear()

    def _open(self) -> None:
        """A thread only while there is something to write: it goes with its connection when there is not."""
        with self._opening:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="unmet", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while not self._is_over():
            hurry = self._hurry.wait(WRITE_SECONDS)
            try:
                self.write()
            except Exception as problem:
                log.warning("who was turned away is not written down yet (%s)", type(problem).__name__)
                if hurry:
                    self._waiting.clear()
        database.close()

    def _is_over(self) -> bool:
        with self._opening:
            if self._waiting:
                return False
            self._thread = None
            return True


_COLUMNS = {"centre_id": "text", "date": "date", "starts": "text", "why": "text", "lawyer": "int"}


def prune(today: date) -> int:
    """The day's figures keep the numbers; who it was is forgotten."""
    return int(TurnedAway.delete().where(TurnedAway.date < today - KEPT).execute())
