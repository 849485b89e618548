"""Where is my booking? By whatever the caller on the telephone knows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from booking.desk import Desk
from booking.paging import Position
from booking.search import bookings
from booking.search.bookings import Wanted
from models import Detainee, Lawyer, keyring
from models.detainees import id_key, name_key
from tests.booking.conftest import FRIDAY, SLOT, Clock, add_slot, applying

Lawyers = Callable[[int], list[int]]
QIAN = "11010519491231002X"


@pytest.fixture
def found(desk: Desk, clock: Clock) -> Callable[..., list[str]]:
    def refs(many: int = 50, after: Position | None = None, **wanted: Any) -> list[str]:
        return [b.ref for b in bookings.listed(Wanted("pudong", **wanted), clock(), many, after)]

    return refs


def claim_phones() -> None:
    for lawyer in Lawyer.select():
        lawyer.phone_claim = keyring().index("phone", lawyer.phone)
        lawyer.save()


def test_by_reference_as_said_by_the_lawyer_and_by_case(
    desk: Desk, lawyers: Lawyers, found: Callable[..., list[str]]
) -> None:
    one, two = lawyers(2)
    claim_phones()
    ref = desk.book(applying(one, case_no="沪演诉1号")).ref
    desk.book(applying(two))
    lawyer = Lawyer.get_by_id(one)
    said = f"{ref[:4]}-{ref[4:]}".lower()
    for wanted in (
        {"ref": said},
        {"lawyer": lawyer.name},
        {"lawyer": lawyer.licence_no},
        {"lawyer": lawyer.phone},
        {"case_no": "沪演诉1号"},
        {"lawyer": lawyer.name, "state": "submitted", "day": FRIDAY, "slot": SLOT},
    ):
        assert found(**wanted) == [ref]
    assert found(lawyer="查无此人") == found(lawyer=lawyer.name, state="done") == []
    assert len(found(lawyer="东方")) == 2  # part of the firm's name


def test_a_person_in_custody_is_found_by_name_or_number_and_whole_only(
    desk: Desk, lawyers: Lawyers, clock: Clock, found: Callable[..., list[str]]
) -> None:
    add_slot("pudong", FRIDAY, time(10))
    one, two, three = lawyers(3)
    unregistered = desk.book(applying(one, detainee="钱途")).ref
    key = id_key(QIAN)
    sealed = Detainee.name_sealed.seal("钱途", key=key)
    Detainee.create(
        centre="pudong", key=key, name_index=name_key("钱途"), name_sealed=sealed, ward="一", updated_at=clock()
    )
    numbered = replace(applying(two, "pudong-20261127-1000"), detainee={"name": "钱途", "id_no": QIAN})
    registered = desk.book(numbered).ref
    desk.book(applying(three))
    assert found(detainee="钱途") == [registered, unregistered]
    assert found(detainee=QIAN.lower()) == [registered]
    assert found(detainee="钱") == []


def test_another_centres_bookings_do_not_exist(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    ref = desk.book(applying(lawyers(1)[0], detainee="钱途")).ref
    for wanted in (Wanted("qingpu", ref=ref), Wanted("qingpu", detainee="钱途"), Wanted("qingpu", slot=SLOT)):
        assert bookings.listed(wanted, clock(), 50) == []


def test_the_list_goes_on_where_it_ended_forwards_and_back(
    desk: Desk, lawyers: Lawyers, clock: Clock, found: Callable[..., list[str]]
) -> None:
    add_slot("pudong", date(2026, 11, 30), time(10))
    people = lawyers(5)
    for number, lawyer in enumerate(people):
        desk.book(applying(lawyer, SLOT if number % 2 else "pudong-20261130-1000"))

    def pages(**wanted: Any) -> list[str]:
        seen: list[str] = []
        after = None
        while page := bookings.listed(Wanted("pudong", **wanted), clock(), 2, after):
            seen += [b.ref for b in page]
            after = Position(page[-1].starts_at, page[-1].ref)
        return seen

    assert pages() == found() and len(found()) == 5
    clock.move(days=9)
    assert found() == []
    assert pages(past=True) == found(past=True) and len(found(past=True)) == 5
    assert len(found(day=FRIDAY)) == 2


def test_lawyers_are_found_by_name_number_phone_and_firm_page_by_page(desk: Desk, lawyers: Lawyers) -> None:
    people = lawyers(5)
    claim_phones()
    one = Lawyer.get_by_id(people[2])
    for text in (one.name, one.licence_no, one.phone):
        assert [x.id for x in bookings.lawyers(text, "", 50)] == [one.id]
    assert [x.id for x in bookings.lawyers("东方", "verified", 3)] == people[:3]
    assert [x.id for x in bookings.lawyers("东方", "", 3, after=people[2])] == people[3:]
    assert bookings.lawyers("", "pending", 50) == bookings.lawyers("东方%", "", 50) == []
    assert [e.licence_no for e in bookings.on_roll(one.name, 5)] == [one.licence_no]
    assert [e.name for e in bookings.on_roll(one.licence_no, 5)] == [one.name]
