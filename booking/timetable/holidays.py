"""A year of holidays as a notice gives it: read, checked, imported."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from booking.calendar import Almanac, each_day
from booking.complaints import refusal
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Booking, Holiday, HolidayTable, database, rows_of

_ALWAYS_OFF = ((1, 1), (5, 1), (10, 1))
LONGEST_DAYS = 31


class HolidayPeriod(BaseModel):
    """One holiday: its first and last day off, and the weekend days worked for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=40)]
    off: tuple[date, date]
    work: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "HolidayPeriod":
        if not timedelta(0) <= self.off[1] - self.off[0] < timedelta(days=LONGEST_DAYS):
            raise ValueError(f"{self.name}：放假起止日期有误")
        if any(day.weekday() < 5 for day in self.work):
            raise ValueError(f"{self.name}：调休上班日应为周六或周日")
        return self

    def days(self) -> list[tuple[date, bool, str]]:
        """`(day, worked, name)` of each."""
        return [(d, False, self.name) for d in each_day(*self.off)] + [(d, True, self.name) for d in self.work]


class Year(BaseModel):
    """The table of a year. The notice of a year may also speak of the December before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: Annotated[int, Field(ge=2000, le=2100)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    holiday: tuple[HolidayPeriod, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> "Year":
        named = [day for period in self.holiday for day, _, _ in period.days()]
        off = {day for period in self.holiday for day, worked, _ in period.days() if not worked}
        if len(named) != len(set(named)):
            raise ValueError("同一天出现了两次")
        if strange := [day for day in named if not date(self.year - 1, 12, 1) <= day <= date(self.year, 12, 31)]:
            raise ValueError(f"{min(strange)}不属于{self.year}年")
        if missing := [f"{m}月{d}日" for m, d in _ALWAYS_OFF if date(self.year, m, d) not in off]:
            raise ValueError(f"缺少法定节假日：{'、'.join(missing)}")
        return self

    def rows(self) -> list[dict[str, object]]:
        return [
            {"day": day, "working": worked, "name": name}
            for period in self.holiday
            for day, worked, name in period.days()
        ]


class Hit(NamedTuple):
    """A booking on a day that is closed now."""

    ref: str
    centre: str
    starts_at: datetime
    reason: str


def read(document: Mapping[str, object]) -> Year:
    """Raises Invalid, each problem in a sentence."""
    try:
        return Year.model_validate(document)
    except ValidationError as wrong:
        raise refusal("节假日表", wrong) from None


def import_year(actor: Actor, now: datetime, year: Year, *, dry_run: bool = False) -> list[Hit]:
    """Put a year's table in place of what was said of that year; answers the bookings it hits. Importing again is fine.

    Nobody is cancelled here: an officer sees who is affected and closes the day.
    """
    with database.atomic() as transaction:
        first, last = date(year.year, 1, 1), _last_of(year.year)
        named = [row["day"] for row in year.rows()]
        Holiday.delete().where(Holiday.day.between(first, last), Holiday.day.not_in(named)).execute()
        rows = Holiday.insert_many(year.rows())
        rows.on_conflict(conflict_target=[Holiday.day], preserve=[Holiday.working, Holiday.name]).execute()
        told = {"source": year.source, "imported_at": now}
        table = HolidayTable.insert(year=year.year, **told)
        table.on_conflict(conflict_target=[HolidayTable.year], update=told).execute()
        note(actor, now, Kind.HOLIDAYS_IMPORT, str(year.year), {"source": year.source})
        found = hits(now)
        if dry_run:
            transaction.rollback()
    return found


def hits(now: datetime) -> list[Hit]:
    """Coming bookings on days that are not worked."""
    B = Booking
    ahead = (B.active == 1) & (B.starts_at > now)
    found = rows_of(B.select(B.ref, B.centre, B.starts_at).where(ahead).order_by(B.starts_at, B.ref))
    coming = [Hit(ref, centre, starts_at, "") for ref, centre, starts_at in found]
    if not coming:
        return []
    almanac = Almanac(now.date(), coming[-1].starts_at.date())
    kinds = [(hit, almanac.kind(hit.centre, hit.starts_at.date())) for hit in coming]
    return [hit._replace(reason=kind.reason) for hit, kind in kinds if not kind.open]


def _last_of(year: int) -> date:
    """A later notice's word about December stands."""
    later = HolidayTable.select().where(HolidayTable.year == year + 1).exists()
    return date(year, 11, 30) if later else date(year, 12, 31)
