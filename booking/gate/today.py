"""The day at a centre as it stands: slots, who is expected, who is here, who is where. Three questions, however many."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from peewee import JOIN

from booking.fingerprint import fingerprint
from booking.lifecycle import AWAITED
from clock import at
from models import Booking, Lawyer, Room, Slot, Visit, rows_of
from models.states import State

SHOWN = (State.CONFIRMED, State.SUBMITTED, State.ARRIVED, State.MEETING, State.DONE, State.NO_SHOW)
NEXT = 10


@dataclass(frozen=True, slots=True)
class Coming:
    """One booking of today. `over` is by how many minutes the meeting has outlasted its time; 0 while it has not."""

    ref: str
    slot_id: str
    starts_at: datetime
    lawyer: str
    firm: str
    state: str
    way: str
    room: str
    since: datetime | None
    over: int
    owed: bool
    late_entry: bool

    @property
    def surname(self) -> str:
        """All the wall may show of a name."""
        return f"{self.lawyer[:1]}*"


@dataclass(frozen=True, slots=True)
class Period:
    """A slot and how many of its bookings stand where; `over_time` are some of those in a meeting."""

    id: str
    starts_at: datetime
    ends_at: datetime
    open: bool
    counts: dict[str, int]
    over_time: int
    coming: tuple[Coming, ...]

    @property
    def people(self) -> int:
        """Those who hold a seat in it, or held one to the end."""
        return len(self.coming)


@dataclass(frozen=True, slots=True)
class RoomNow:
    """A meeting room and who is in it."""

    name: str
    state: str
    ref: str
    lawyer: str
    since: datetime | None
    over: int

    @property
    def surname(self) -> str:
        return f"{self.lawyer[:1]}*"


@dataclass(frozen=True, slots=True)
class Today:
    """`minute` is when it was looked at."""

    minute: datetime
    periods: tuple[Period, ...]
    next: tuple[Coming, ...]
    places: tuple[RoomNow, ...]

    @property
    def version(self) -> str:
        """The same while there is nothing new to show."""
        return fingerprint(self)

    def total(self, state: str) -> int:
        return sum(period.counts[state] for period in self.periods)

    @property
    def over_time(self) -> int:
        return sum(period.over_time for period in self.periods)

    def shown(self, slot_id: str) -> Period | None:
        """The one asked for; else the one that is on, the next, or the last."""
        asked = [period for period in self.periods if period.id == slot_id]
        ahead = [period for period in self.periods if self.minute < period.ends_at]
        return next(iter(asked or ahead or self.periods[-1:]), None)


def of(centre: str, now: datetime) -> Today:
    day = periods(centre, now.date(), now)
    everybody = sorted((one for period in day for one in period.coming), key=lambda one: (one.starts_at, one.ref))
    waited = [one for one in everybody if one.state in AWAITED]
    return Today(now.replace(second=0, microsecond=0), day, tuple(waited[:NEXT]), tuple(_places(centre, now)))


def periods(centre: str, day: date, now: datetime) -> tuple[Period, ...]:
    """The slots of any day, and who is in them. Two questions, however many."""
    by_slot: dict[str, list[Coming]] = {}
    for one in _coming(centre, day, now):
        by_slot.setdefault(one.slot_id, []).append(one)
    return tuple(_period(slot, by_slot.get(slot.id, [])) for slot in Slot.of_day(centre, day))


def _coming(centre: str, day: date, now: datetime) -> list[Coming]:
    begin = at(day, time())
    found = (
        Booking.select(
            Booking.ref, Booking.slot, Booking.starts_at, Booking.minutes, Booking.state, Booking.way,
            Lawyer.name, Lawyer.firm, Visit.arrived_at, Visit.started_at, Visit.papers_owed, Visit.entered_late,
            Room.name.alias("room"),
        )
        .join(Lawyer)
        .switch(Booking)
        .join(Visit, JOIN.LEFT_OUTER)
        .join(Room, JOIN.LEFT_OUTER, on=(Visit.room == Room.id))
        .where(
            Booking.centre == centre, Booking.starts_at >= begin, Booking.starts_at < begin + timedelta(days=1),
            Booking.state.in_(SHOWN),
        )
        .order_by(Booking.starts_at, Booking.ref)
    )  # fmt: skip
    return [_one(*row, now=now) for row in rows_of(found)]


def _one(
    ref: str, slot: str, starts_at: datetime, minutes: int, state: str, way: str, lawyer: str, firm: str,
    arrived_at: datetime | None, started_at: datetime | None, owed: str | None, late: bool | None,
    room: str | None, *, now: datetime,
) -> Coming:  # fmt: skip
    meeting = state == State.MEETING
    return Coming(
        ref, slot, starts_at, lawyer, firm, state, way, room or "",
        started_at if meeting else arrived_at if state == State.ARRIVED else None,
        _over(started_at or starts_at, minutes, now) if meeting else 0, bool(owed), bool(late),
    )  # fmt: skip


def _over(since: datetime, minutes: int, now: datetime) -> int:
    return max(0, int((now - since).total_seconds() // 60) - minutes)


def _period(slot: Slot, coming: list[Coming]) -> Period:
    counts: dict[str, int] = {state: sum(one.state == state for one in coming) for state in SHOWN}
    over = sum(one.over > 0 for one in coming)
    return Period(slot.id, slot.starts_at, slot.ends_at, slot.open, counts, over, tuple(coming))


def _places(centre: str, now: datetime) -> list[RoomNow]:
    """From the rooms, so that one who has stayed on since yesterday is still seen."""
    found = (
        Room.select(Room.name, Room.state, Booking.ref, Booking.minutes, Lawyer.name, Visit.started_at)
        .join(Visit, JOIN.LEFT_OUTER, on=(Visit.occupies == Room.id))
        .join(Booking, JOIN.LEFT_OUTER)
        .join(Lawyer, JOIN.LEFT_OUTER)
        .where(Room.centre == centre)
        .order_by(Room.place, Room.id)
    )
    return [
        RoomNow(name, state, ref or "", lawyer or "", since, _over(since, minutes, now) if since else 0)
        for name, state, ref, minutes, lawyer, since in rows_of(found)
        if state == "open" or ref
    ]
