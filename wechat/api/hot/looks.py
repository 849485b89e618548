"""Looks that everybody takes: centres, the days of one, the slots of a day. Ready bytes, the same for all who ask."""

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from booking.desk import Desk
from booking.desk.availability import PLAN_SECONDS
from booking.desk.stale_cache import StaleCache
from wechat.api.centres import centres_told, day_told, days_told

PREFIX = "/api/v1/centres"
MOST = 5000  # questions kept; anybody may ask for any day
_PATH = re.compile(rf"{PREFIX}(?:/([a-z][a-z0-9-]{{0,19}})/(days|slots))?", re.ASCII)
_DATE = re.compile(r"date=(\d{4}-\d\d-\d\d)", re.ASCII)


class Look(NamedTuple):
    """A question that was understood: its endpoint, and what answers it now. It may raise NotFound."""

    endpoint: str
    tell: Callable[[], bytes]


class Looks:
    def __init__(self, desk: Desk):
        self._desk = desk
        self._understood: dict[tuple[str, str], Look] = {}
        self._centres: StaleCache[str, bytes] = StaleCache(PLAN_SECONDS)

    def understand(self, path: str, query: str) -> Look | None:
        """None for what is not quite ordinary. Raises ValueError for what is no date."""
        look = self._understood.get((path, query))
        if look is None and (look := self._read(path, query)):
            if len(self._understood) >= MOST:
                self._understood = {}
            self._understood[path, query] = look
        return look

    def _read(self, path: str, query: str) -> Look | None:
        found, desk = _PATH.fullmatch(path), self._desk
        if found is None:
            return None
        centre, kind = found.groups()
        if kind == "slots":
            asked = _DATE.fullmatch(query)
            return self._slots(centre, date.fromisoformat(asked[1])) if asked else None
        if query:
            return None
        if kind == "days":
            return Look("lawyers.days", lambda: days_told(centre, desk.days(centre)))
        return Look("lawyers.centres", lambda: self._centres.get("", centres_told))

    def _slots(self, centre: str, day: date) -> Look:
        return Look("lawyers.slots", lambda: day_told(centre, day, self._desk.slots(centre, day)))
