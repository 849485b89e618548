"""Rule 5: which days are worked. The centre's word beats the State Council's table, which beats the weekday.

A year without its table imported is closed: guessing at it would promise meetings on a holiday.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.weekly import Week, Weeks
from models import CentreDay, Holiday, HolidayTable, rows_of

WARN_DAYS = 60

_WEEKDAYS = "一二三四五六日"


class DayKind(NamedTuple):
    """Whether a centre works on a day; `reason` is Chinese and empty while it does."""

    open: bool
    reason: str


_OPEN = DayKind(True, "")


class Almanac:
    """All that is said about a period: read in four questions, whatever the number of days and centres."""

    def __init__(self, first: date, last: date, centres: Iterable[str] | None = None):
        names = list(centres) if centres is not None else None
        self.weeks = Weeks(names)
        self._years = {year for (year,) in rows_of(HolidayTable.select(HolidayTable.year))}
        self._holidays = _holidays(first, last)
        self._words = _centre_words(first, last, names)

    def kind(self, centre: str, day: date) -> DayKind:
        if (word := self._words.get((centre, day))) is not None:
            return word
        if day.year not in self._years:
            return DayKind(False, f"{day.year}年节假日安排尚未公布，暂不能预约")
        return self._holidays.get(day) or _by_weekday(self.weeks.of(centre, day), day)


def working(centre: str, day: date) -> DayKind:
    return Almanac(day, day, [centre]).kind(centre, day)


def days(centre: str, first: date, last: date) -> dict[date, DayKind]:
    """Every day from first to last."""
    almanac = Almanac(first, last, [centre])
    return {day: almanac.kind(centre, day) for day in each_day(first, last)}


def missing_tables(now: datetime) -> list[int]:
    """Years that begin or run within the next WARN_DAYS and have no table: the alarm."""
    today = now.date()
    near = {today.year, (today + timedelta(days=WARN_DAYS)).year}
    known = {year for (year,) in rows_of(HolidayTable.select(HolidayTable.year))}
    return sorted(near - known)


def each_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _by_weekday(week: Week | None, day: date) -> DayKind:
    """The timetable says which weekdays are worked; without one, Monday to Friday."""
    runs = week.runs(day) if week else day.weekday() < 5
    return _OPEN if runs else DayKind(False, f"周{_WEEKDAYS[day.weekday()]}不安排会见")


def _holidays(first: date, last: date) -> dict[date, DayKind]:
    named = Holiday.select().where(Holiday.day.between(first, last))
    return {h.day: _OPEN if h.working else DayKind(False, f"{h.name}放假") for h in named}


def _centre_words(first: date, last: date, centres: list[str] | None) -> dict[tuple[str, date], DayKind]:
    said = CentreDay.select().where(CentreDay.day.between(first, last))
    if centres is not None:
        said = said.where(CentreDay.centre.in_(centres))
    return {(d.centre_id, d.day): _OPEN if d.open else DayKind(False, d.reason or "看守所当日不安排会见") for d in said}
