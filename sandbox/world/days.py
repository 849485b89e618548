"""The demo's calendar and timetables: so that there is something to book whatever day the demo is started."""

import tomllib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from booking import calendar
from booking.record.actor import Actor
from booking.timetable import holidays, imports
from models import CentreDay, HolidayTable, Timetable, rows_of

DATA = Path(__file__).resolve().parent.parent.parent / "data"

DEMO_DAYS = 30


def timetable(centre: str, now: datetime) -> None:
    """Only the first time: what somebody imported since is not to be overruled by a restart."""
    if not Timetable.select().where(Timetable.centre == centre).exists():
        table = imports.read(_toml(f"timetables/{centre}.toml"))
        imports.import_table(Actor("demo"), now, table, "演示时间表")


def year_tables(now: datetime) -> None:
    """The holiday tables of data/holidays, and an invented one where the demo runs into a year without."""
    known = {year for (year,) in rows_of(HolidayTable.select(HolidayTable.year))}
    tables = [holidays.read(_toml(f"holidays/{path.name}")) for path in sorted((DATA / "holidays").glob("*.toml"))]
    near = {now.year, (now + timedelta(days=DEMO_DAYS)).year} - {table.year for table in tables}
    for table in (*tables, *map(_invented_year, sorted(near))):
        if table.year not in known:
            holidays.import_year(Actor("demo"), now, table)


def over_holidays(centres: Sequence[str], now: datetime) -> None:
    """A week in which nothing can be booked would show nothing: then the demo's centres work through the holiday."""
    coming = [now.date() + timedelta(days=n) for n in range(2, 8)]
    for centre in centres:
        worked = calendar.days(centre, coming[0], coming[-1])
        if not any(kind.open for kind in worked.values()):
            weekdays = [day for day in coming if day.weekday() < 5]
            words = {"centre": centre, "open": True, "reason": "演示：节假日照常安排会见"}
            rows = [words | {"day": day} for day in weekdays]
            CentreDay.insert_many(rows).on_conflict_ignore().execute()


def _invented_year(year: int) -> holidays.Year:
    """So that the demo goes on where no notice is out yet: only the fixed holidays, and it says so."""
    fixed = (("元旦", 1, 1, 1), ("劳动节", 5, 1, 2), ("国庆节", 10, 1, 3))
    periods = [
        {"name": name, "off": (first := date(year, month, day), first + timedelta(days=many - 1))}
        for name, month, day, many in fixed
    ]
    return holidays.read({"year": year, "source": "演示用，不是国务院办公厅的通知", "holiday": periods})


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((DATA / name).read_text("utf-8"))
