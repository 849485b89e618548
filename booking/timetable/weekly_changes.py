"""Rule 1 and 19: the timetables of a centre, those in force and to come, and one weekday's seats changed from a day on."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from booking.timetable import imports
from booking.timetable.imports import Table
from booking.weekly import Period, Week, Weeks
from models import Timetable, TimetableSlot
from refusals import Invalid, NotFound

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Written:
    """A timetable in the book: when it rules, and its slots by weekday."""

    timetable: Timetable
    rules_today: bool
    over: bool
    days: dict[int, list[Period]]


def written(centre: str, today: date, most: int = MOST_SHOWN) -> list[Written]:
    """The newest first: of two in force on a day, the one higher up rules."""
    newest = Timetable.select().where(Timetable.centre == centre).order_by(Timetable.id.desc()).limit(most)
    tables = list(newest)
    days: dict[int, dict[int, list[Period]]] = {one.id: {} for one in tables}
    lines = TimetableSlot.select().where(TimetableSlot.timetable.in_(list(days)))
    for line in lines.order_by(TimetableSlot.weekday, TimetableSlot.starts):
        period = Period(time.fromisoformat(line.starts), line.minutes, line.seats, line.window_seats)
        days[line.timetable_id].setdefault(line.weekday, []).append(period)
    ruling = Weeks([centre]).of(centre, today)
    number = ruling.number if ruling else 0
    return [
        Written(one, one.id == number, one.valid_to is not None and one.valid_to < today, days[one.id])
        for one in tables
    ]


def with_seats(centre: str, weekday: int, starts: time, seats: int, window_seats: int, valid_from: date) -> Table:
    """The timetable that rules from that day on, with other seats for one weekday's slot; it lasts as long as that one
    would have ruled, so that a later one already written is not overruled.

    Raises NotFound where no timetable rules then or it has no such slot, Invalid for numbers out of range.
    """
    weeks = Weeks([centre])
    week = weeks.of(centre, valid_from)
    if week is None:
        raise NotFound("该日没有生效的时间表")
    if not any(period.starts == starts for period in week.periods.get(weekday, [])):
        raise NotFound("时间表中没有这个时段")
    lines = [
        {
            "weekdays": [day],
            "starts": [period.starts],
            "minutes": period.minutes,
            "seats": seats if (here := (day, period.starts) == (weekday, starts)) else period.seats,
            "window_seats": window_seats if here else period.window_seats,
        }
        for day, periods in week.periods.items()
        for period in periods
    ]
    until = _rules_until(weeks, centre, week, valid_from)
    return imports.read({"centre": centre, "valid_from": valid_from, "valid_to": until, "slot": lines})


def may_begin(table: Table, today: date) -> None:
    """Rule 1: changes are dated ahead, today at the earliest. Raises Invalid."""
    if table.valid_from < today:
        raise Invalid("生效日期不能早于今天", errors=[{"field": "valid_from", "message": "不能早于今天"}])


def _rules_until(weeks: Weeks, centre: str, week: Week, since: date) -> date | None:
    """The last day without a break on which it rules; None for no end."""
    for day in weeks.turns(centre, since):
        ruling = weeks.of(centre, day)
        if ruling is None or ruling.number != week.number:
            return day - timedelta(days=1)
    return None
