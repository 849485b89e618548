"""A slot as a value: its id says centre, day and start; its view says what a lawyer may know of it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple, TypedDict

from clock import at
from refusals import NotFound

_ID = re.compile(r"([a-z][a-z0-9-]{0,19})-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})", re.ASCII)


class SlotRow(TypedDict):
    """A slot as it is laid out, with all that timetable, calendar and an officer's word decide of it."""

    id: str
    centre: str
    date: date
    starts_at: datetime
    ends_at: datetime
    seats: int
    window_seats: int
    open: bool
    closed_reason: str


class SlotKey(NamedTuple):
    """`pudong-20261127-0830`, taken apart."""

    centre: str
    date: date
    start: time

    @classmethod
    @lru_cache(20_000)  # of the class, not of an instance
    def parse(cls, text: str) -> "SlotKey":
        """Raises NotFound: what is not a slot id names no slot."""
        found = _ID.fullmatch(text)
        try:
            centre, *numbers = found.groups() if found else ()
            year, month, day, hour, minute = map(int, numbers)
            return cls(centre, date(year, month, day), time(hour, minute))
        except ValueError:
            raise NotFound("没有这个时段") from None

    def __str__(self) -> str:
        return f"{self.centre}-{self.date:%Y%m%d}-{self.start:%H%M}"

    @property
    def starts_at(self) -> datetime:
        return at(self.date, self.start)


def slot_id(centre: str, starts_at: datetime) -> str:
    return str(SlotKey(centre, starts_at.date(), starts_at.time()))


class Planned(NamedTuple):
    """A slot as the plan has it: the columns of its row that a lawyer's question touches."""

    id: str
    centre_id: str
    date: date
    starts_at: datetime
    ends_at: datetime
    seats: int
    taken: int
    open: bool
    closed_reason: str


@dataclass(frozen=True, slots=True)
class SlotView:
    """What is shown of a slot. `reason` is Chinese and empty while the slot can be booked."""

    id: str
    centre: str
    date: date
    starts_at: datetime
    ends_at: datetime
    seats: int
    remaining: int
    lengths: tuple[int, ...]
    bookable: bool
    reason: str


@dataclass(frozen=True, slots=True)
class DayView:
    """What is shown of a day: the sums over its slots."""

    date: date
    bookable: bool
    reason: str
    seats: int
    remaining: int
