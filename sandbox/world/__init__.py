"""The demo world, which is the tests' cast too: two centres with the pilot's rules, a roll, people held, officers.

`furnish` lays out everything but bookings; `load` adds a few days of history. Both may be called again.
"""

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from peewee import fn

from booking import calendar
from booking.desk import Desk
from booking.record.actor import Actor
from booking.timetable import holidays, imports, rollout
from models import (
    Booking,
    Centre,
    CentreDay,
    Detainee,
    HolidayTable,
    Lawyer,
    Officer,
    RollEntry,
    Room,
    Slot,
    Table,
    Timetable,
    database,
    keyring,
    rows_of,
)
from models.detainees import id_key, name_key
from models.lawyers import seal_person
from sandbox.world import history, past_figures, upcoming, visits
from sandbox.world.cast import (  # fmt: skip
    BOUND,
    CHEN,
    COLLEAGUES,
    HE,
    HELD,
    LI,
    LU,
    NAMED,
    NAMESAKES,
    OFFICERS,
    ON_ROLL,
    PERMIT,
    SUN,
    TAO,
    WALKER,
    WANG,
    WU,
    XIE,
    ZHAO,
    ZHENG,
    ZHOU,
    Person,
    Prisoner,
)

__all__ = [
    "BOUND", "CENTRES", "CHEN", "COLLEAGUES", "HE", "HELD", "LI", "LU", "NAMED", "NAMESAKES", "OFFICERS", "ON_ROLL",
    "PERMIT", "SUN", "TAO", "WALKER", "WANG", "WU", "XIE", "ZHAO", "ZHENG", "ZHOU", "Person", "Prisoner", "bind",
    "furnish", "lawyer", "load",
]  # fmt: skip

DATA = Path(__file__).resolve().parent.parent.parent / "data"
DEMO_DAYS = 30

CENTRES = (
    {"code": "pudong", "name": "浦东新区看守所", "address": "上海市浦东新区（演示地址）"},
    {"code": "qingpu", "name": "青浦区看守所", "address": "上海市青浦区（演示地址）"},
)


def load(desk: Desk, now: datetime) -> None:
    """Everything `make run` shows."""
    furnish(desk, now)
    if not Booking.select().exists():  # once: what people did since stays theirs
        with database.atomic():
            history.write(now)
            earliest = Slot.select(fn.MIN(Slot.date)).scalar() or now.date()
            past_figures.write([centre["code"] for centre in CENTRES], now, before=earliest)
        upcoming.write(desk)


def furnish(desk: Desk, now: datetime) -> None:
    """Centres, calendar, timetables, roll, lawyers, people held, officers, and slots from today on; no bookings."""
    with database.atomic():
        _add(Centre, [centre | {"created_at": now} for centre in CENTRES])
        _add(Room, visits.rooms())
        _calendar(now)
        for centre in CENTRES:
            _timetable(centre["code"], now)
        _over_holidays(now)
        _add(RollEntry, [_roll_line(person, now) for person in ON_ROLL])
        _add(Lawyer, [_bound(person, now) for person in BOUND] + [_pending(CHEN, now)])
        _add(Detainee, [_held(prisoner, now) for prisoner in HELD])
        _add(Officer, [_officer(duty, now) for duty in OFFICERS])
    rollout.open_days(desk, now)


def lawyer(person: Person) -> Lawyer:
    """The row of a bound member of the cast. Raises DoesNotExist."""
    found: Lawyer = Lawyer.get(Lawyer.openid == person.openid)
    return found


def bind(person: Person, now: datetime) -> Lawyer:
    """Make somebody of the cast a verified lawyer, as if bound."""
    _add(Lawyer, [_bound(person, now)])
    return lawyer(person)


def _add(table: type[Table], rows: list[dict[str, object]]) -> None:
    """What is there already stays as it is."""
    table.insert_many(rows).on_conflict_ignore().execute()


def _timetable(centre: str, now: datetime) -> None:
    """Only the first time: what somebody imported since is not to be overruled by a restart."""
    if not Timetable.select().where(Timetable.centre == centre).exists():
        table = imports.read(_toml(f"timetables/{centre}.toml"))
        imports.import_table(Actor("demo"), now, table, "演示时间表")


def _calendar(now: datetime) -> None:
    known = {year for (year,) in rows_of(HolidayTable.select(HolidayTable.year))}
    tables = [
        holidays.read(_toml(f"holidays/{path.name}")) for path in sorted((DATA / "holidays").glob("*.toml"))
    ]
    near = {now.year, (now + timedelta(days=DEMO_DAYS)).year} - {table.year for table in tables}
    for table in (*tables, *map(_invented_year, sorted(near))):
        if table.year not in known:
            holidays.import_year(Actor("demo"), now, table)


def _over_holidays(now: datetime) -> None:
    """A week in which nothing can be booked would show nothing: then the demo's centres work through the holiday."""
    coming = [now.date() + timedelta(days=n) for n in range(2, 8)]
    for centre in (centre["code"] for centre in CENTRES):
        worked = calendar.days(centre, coming[0], coming[-1])
        if not any(kind.open for kind in worked.values()):
            weekdays = [day for day in coming if day.weekday() < 5]
            words = {"centre": centre, "open": True, "reason": "演示：节假日照常安排会见"}
            _add(CentreDay, [words | {"day": day} for day in weekdays])


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


def _roll_line(person: Person, now: datetime) -> dict[str, object]:
    return {
        "licence_no": person.licence_no,
        "name": person.name,
        "firm": person.firm,
        "id_no_index": keyring().index("id_no", person.id_no),
        "phone_index": keyring().index("phone", person.phone),
        "state": person.roll,
        "valid_until": date(now.year + 1, 5, 31),
        "updated_at": now,
    }


def _pending(person: Person, now: datetime) -> dict[str, object]:
    return {
        "openid": person.openid,
        "licence_no": person.licence_no,
        "licence_claim": None,
        "name": person.name,
        "firm": person.firm,
        **seal_person(person.licence_no, person.id_no, person.phone),
        "phone_claim": None,
        "state": "pending",
        "findings": [{"code": "not_on_roll", "message": "执业证号不在律师名册中，待民警核验"}],
        "created_at": now,
        "updated_at": now,
    }


def _bound(person: Person, now: datetime) -> dict[str, object]:
    claims = {"licence_claim": person.licence_no, "phone_claim": keyring().index("phone", person.phone)}
    return _pending(person, now) | claims | {"state": "verified", "findings": []}


def _held(prisoner: Prisoner, now: datetime) -> dict[str, object]:
    key = id_key(prisoner.id_no)
    return {
        "centre": prisoner.centre,
        "key": key,
        "name_index": name_key(prisoner.name),
        "name_sealed": Detainee.name_sealed.seal(prisoner.name, key=key),
        "ward": prisoner.ward,
        "case_no": prisoner.case_no,
        "permit_case": prisoner.permit_case,
        "updated_at": now,
    }


def _officer(duty: Any, now: datetime) -> dict[str, object]:
    return {
        "account": duty.account,
        "name": duty.name,
        "role": duty.role,
        "centre": duty.centre,
        "account_openid": duty.openid,
        "website_openid": duty.website_openid,
        "created_at": now,
    }
