"""A week of a centre as officers see it: each day with what is said of it, each slot as it is, or as it will be."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.calendar import DayKind, days
from booking.slots import SlotRow
from booking.timetable.rollout import rows_between
from models import Centre, CentreDay, Slot


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """`word` is the centre's own about this day, where it has said one. Slots not `laid_out` yet are the timetable's."""

    date: date
    kind: DayKind
    word: CentreDay | None
    slots: list[Slot]
    laid_out: bool


def week(centre: Centre, monday: date, now: datetime) -> list[PlannedDay]:
    """Monday to Sunday; of a weekend without slots and without a word nothing is shown."""
    first, last = monday, monday + timedelta(days=6)
    laid_out: dict[date, list[Slot]] = {}
    for slot in Slot.between(centre.code, first, last):
        laid_out.setdefault(slot.date, []).append(slot)
    planned: dict[date, list[Slot]] = {}
    for row in rows_between([centre.code], first, last):
        planned.setdefault(row["date"], []).append(_unlaid(row))
    said = CentreDay.select().where(CentreDay.centre == centre, CentreDay.day.between(first, last))
    words = {word.day: word for word in said}
    ahead = now.date()
    found = [
        PlannedDay(
            day,
            kind,
            words.get(day),
            laid_out.get(day) or (planned.get(day, []) if day >= ahead else []),
            day in laid_out,
        )
        for day, kind in days(centre.code, first, last).items()
    ]
    return [day for day in found if day.slots or day.word or day.date.weekday() < 5]


def _unlaid(row: SlotRow) -> Slot:
    return Slot(**row, taken=0, window_taken=0)
