"""A weekly timetable as a centre writes it: read, checked, imported, and whom it affects."""

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import pairwise
from typing import Annotated, NamedTuple

from peewee import fn
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from booking import by_id
from booking.complaints import refusal
from booking.policy import Minutes, Policy
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.weekly import Period, Weeks
from models import Booking, Slot, Timetable, TimetableSlot, database, rows_of
from refusals import Invalid

Weekday = Annotated[int, Field(ge=0, le=6)]
Seats = Annotated[int, Field(ge=0, le=1000)]

_DAY_MINUTES = 24 * 60


class TimetableRow(BaseModel):
    """Slots alike: on these weekdays (0 is Monday), at these starts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    starts: tuple[time, ...] = Field(min_length=1)
    minutes: Minutes
    seats: Seats
    window_seats: Seats = 0

    def periods(self) -> list[tuple[int, Period]]:
        wall = Period(time(0), self.minutes, self.seats, self.window_seats)
        return [(weekday, wall._replace(starts=start)) for weekday in self.weekdays for start in self.starts]


class Table(BaseModel):
    """A timetable of one centre, from a day to a day or until a newer one comes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    centre: Annotated[str, Field(min_length=1, max_length=20)]
    valid_from: date
    valid_to: date | None = None
    slot: tuple[TimetableRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _makes_sense(self) -> "Table":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to 早于 valid_from")
        for weekday, periods in self.by_weekday().items():
            _check_day(f"周{'一二三四五六日'[weekday]}", periods)
        return self

    def by_weekday(self) -> dict[int, list[Period]]:
        """Sorted by start."""
        days: dict[int, list[Period]] = {}
        for line in self.slot:
            for weekday, period in line.periods():
                days.setdefault(weekday, []).append(period)
        return {weekday: sorted(periods) for weekday, periods in sorted(days.items())}


class Affected(NamedTuple):
    """A coming slot that holds bookings and has fewer seats than these, or is gone, under the new timetable."""

    slot: str
    booked: int
    seats: int | None


def read(document: Mapping[str, object]) -> Table:
    """Raises Invalid, each problem in a sentence."""
    try:
        return Table.model_validate(document)
    except ValidationError as wrong:
        raise refusal("时间表", wrong) from None


def import_table(actor: Actor, now: datetime, table: Table, source: str) -> Timetable | None:
    """A new timetable, which rules from now on over older ones; None when the one in the book says the same.

    Raises NotFound for an unknown centre, Invalid when no length of the centre fits a slot.
    """
    with database.atomic():
        check(table)
        if _same(table):
            return None
        made = Timetable.create(
            centre=table.centre,
            valid_from=table.valid_from,
            valid_to=table.valid_to,
            source=source[:200],
            imported_at=now,
        )
        TimetableSlot.insert_many(_rows(made, table)).execute()
        words = {"timetable": made.id, "source": source}
        note(actor, now, Kind.TIMETABLE_IMPORT, table.centre, words, centre=table.centre)
        return made


def check(table: Table) -> None:
    """Raises NotFound for an unknown centre, Invalid when no length of the centre fits a slot."""
    shortest = min(Policy.of(by_id.centre(table.centre)).lengths)
    if any(line.minutes < shortest for line in table.slot):
        raise Invalid(f"时间表有误：时段不足最短会见时长{shortest}分钟")


def affected(table: Table, now: datetime) -> list[Affected]:
    """Booked slots to come that the timetable shrinks below what is booked, or no longer has. Nobody is thrown out."""
    where = (Slot.centre == table.centre) & (Slot.starts_at > now) & (Slot.date >= table.valid_from)
    if table.valid_to is not None:
        where &= Slot.date <= table.valid_to
    booked = Slot.select(Slot.id, Slot.date, Slot.starts_at, fn.COUNT(Booking.ref)).join(
        Booking, on=(Booking.slot == Slot.id) & (Booking.active == 1) & (Booking.way == "online")
    )
    days = table.by_weekday()
    found = []
    for slot, day, starts_at, count in rows_of(booked.where(where).group_by(Slot.id).order_by(Slot.id)):
        seats = {p.starts: p.seats for p in days.get(day.weekday(), [])}.get(starts_at.time())
        if seats is None or seats < count:
            found.append(Affected(slot, count, seats))
    return found


def _same(table: Table) -> bool:
    newest = Timetable.select().where(Timetable.centre == table.centre).order_by(Timetable.id.desc()).first()
    if newest is None or (newest.valid_from, newest.valid_to) != (table.valid_from, table.valid_to):
        return False
    week = Weeks([table.centre]).of(table.centre, table.valid_from)
    return week is not None and week.number == newest.id and week.periods == table.by_weekday()


def _rows(made: Timetable, table: Table) -> list[dict[str, object]]:
    return [
        {
            "timetable": made.id,
            "weekday": weekday,
            "starts": f"{period.starts:%H:%M}",
            "minutes": period.minutes,
            "seats": period.seats,
            "window_seats": period.window_seats,
        }
        for weekday, periods in table.by_weekday().items()
        for period in periods
    ]


def _check_day(weekday: str, periods: list[Period]) -> None:
    for period in periods:
        if period.starts.second or period.starts.microsecond or period.starts.tzinfo:
            raise ValueError(f"{weekday}：时间应写作 HH:MM")
        if _end(period) > _DAY_MINUTES:
            raise ValueError(f"{weekday} {period.starts:%H:%M} 的时段超过当日24时")
    for earlier, later in pairwise(periods):
        if _end(earlier) > _end(later) - later.minutes:
            raise ValueError(f"{weekday} {earlier.starts:%H:%M} 与 {later.starts:%H:%M} 的时段重叠")


def _end(period: Period) -> int:
    return period.starts.hour * 60 + period.starts.minute + period.minutes
