"""The demo world, which is the tests' cast too: two centres with the pilot's rules, a roll, people held, officers.

`furnish` lays out everything but bookings; `load` adds a few days of history. Both may be called again.
"""

from datetime import date, datetime
from typing import Any

from peewee import fn

from booking.desk import Desk
from booking.documents import document_key
from booking.timetable import rollout
from models import (
    Booking,
    Centre,
    Detainee,
    Lawyer,
    Officer,
    RollEntry,
    Room,
    Slot,
    Table,
    database,
    keyring,
    rows_of,
)
from models.detainees import name_key
from models.lawyers import called, seal_person
from models.names import plain
from models.statements import Statement, together
from sandbox.world import days, history, past_figures, upcoming, visits
from sandbox.world.cast import (
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
        codes = [centre["code"] for centre in CENTRES]
        days.year_tables(now)
        for code in codes:
            days.timetable(code, now)
        days.over_holidays(codes, now)
        _add(RollEntry, [_roll_line(person, now) for person in ON_ROLL])
        _bind_all(now)
        _enter(CHEN, _pending(CHEN, now))
        _add(Detainee, [_held(prisoner, now) for prisoner in HELD])
        _add(Officer, [_officer(duty, now) for duty in OFFICERS])
    rollout.open_days(desk, now)


def lawyer(person: Person) -> Lawyer:
    """The row of a bound member of the cast. Raises DoesNotExist."""
    found: Lawyer = Lawyer.get(Lawyer.openid == person.openid)
    return found


def bind(person: Person, now: datetime) -> Lawyer:
    """Make somebody of the cast a verified lawyer, as if bound."""
    _enter(person, _bound(person, now))
    return lawyer(person)


def _bind_all(now: datetime) -> None:
    """In a few statements: every test that has the cast waits for this."""
    there = {name for row in rows_of(Lawyer.select(Lawyer.openid, Lawyer.licence_claim)) for name in row}
    new = [person for person in BOUND if not there & {person.openid, person.licence_no}]
    unsealed = {"id_no_sealed": "", "id_no_index": "", "phone_sealed": ""}
    _add(Lawyer, [called(_bound(person, now)) | unsealed for person in new])
    ids = dict(rows_of(Lawyer.select(Lawyer.openid, Lawyer.id)))
    together([_sealing(ids[person.openid], person) for person in new])


def _sealing(number: int, person: Person) -> Statement:
    """What is sealed is bound to the row's number, which is known once it is written."""
    columns = seal_person(number, person.id_no, person.phone)
    written = ", ".join(f"{name} = {database.param}" for name in columns)
    return Statement(f"UPDATE lawyer SET {written} WHERE id = {database.param}", (*columns.values(), number))


def _enter(person: Person, columns: dict[str, object]) -> None:
    """Who is there already stays as he is."""
    taken = (Lawyer.openid == person.openid) | (Lawyer.licence_claim == person.licence_no)
    if not Lawyer.select().where(taken).exists():
        Lawyer.enter(person.id_no, person.phone, **columns)


def _add(table: type[Table], rows: list[dict[str, object]]) -> None:
    """What is there already stays as it is."""
    if rows:
        table.insert_many(rows).on_conflict_ignore().execute()


def _roll_line(person: Person, now: datetime) -> dict[str, object]:
    return {
        "licence_no": person.licence_no,
        "name": person.name,
        "plain_name": plain(person.name),
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
    key = document_key(prisoner.id_no)
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
