"""The weekly timetables of the centres, as read in one question: which one rules on a day, and what it has then."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import NamedTuple

from models import Timetable, TimetableSlot, rows_of


class Period(NamedTuple):
    """A slot as a timetable has it: wall time, minutes, seats online and at the window."""

    starts: time
    minutes: int
    seats: int
    window_seats: int


@dataclass(slots=True)
class Week:
    """One timetable. `number` grows with each import, so of two in force the greater rules."""

    number: int
    valid_from: date
    valid_to: date | None
    periods: dict[int, list[Period]] = field(default_factory=dict)

    def rules_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def runs(self, day: date) -> bool:
        return day.weekday() in self.periods

    def on(self, day: date) -> list[Period]:
        """A weekday without slots, worked all the same (a swapped Saturday), runs as the nearest that has some [ours]."""
        nearest = min(self.periods, key=lambda weekday: _apart(weekday, day.weekday()), default=None)
        return [] if nearest is None else self.periods[nearest]


class Weeks:
    """All timetables of some centres."""

    def __init__(self, centres: Iterable[str] | None = None):
        self._weeks = _read(centres)

    def of(self, centre: str, day: date) -> Week | None:
        """The timetable that rules at a centre on a day: the newest in force."""
        in_force = (week for week in self._weeks.get(centre, ()) if week.rules_on(day))
        return max(in_force, key=lambda week: week.number, default=None)

    def turns(self, centre: str, since: date) -> list[date]:
        """The days after `since` on which a timetable begins, or one has ended: only there may another come to rule."""
        weeks = self._weeks.get(centre, [])
        last_days = {week.valid_to or date.max for week in weeks} - {date.max}  # some write no end as 9999-12-31
        ended = {day + timedelta(days=1) for day in last_days}
        return sorted(day for day in ended | {week.valid_from for week in weeks} if day > since)


def _read(centres: Iterable[str] | None) -> dict[str, list[Week]]:
    T, S = Timetable, TimetableSlot
    columns = (
        T.centre,
        T.id,
        T.valid_from,
        T.valid_to,
        S.weekday,
        S.starts,
        S.minutes,
        S.seats,
        S.window_seats,
    )
    query = T.select(*columns).join(S).order_by(T.id, S.weekday, S.starts)
    weeks: dict[int, Week] = {}
    by_centre: dict[str, list[Week]] = {}
    if centres:
        query = query.where(T.centre.in_(list(centres)))
    for centre, number, first, last, weekday, *rest in rows_of(query):
        if number not in weeks:
            weeks[number] = Week(number, first, last)
            by_centre.setdefault(centre, []).append(weeks[number])
        weeks[number].periods.setdefault(weekday, []).append(_period(*rest))
    return by_centre


def _period(starts: str, minutes: int, seats: int, window_seats: int) -> Period:
    return Period(time.fromisoformat(starts), minutes, seats, window_seats)


def _apart(one: int, other: int) -> int:
    return min((one - other) % 7, (other - one) % 7)
