"""One person under two keys, as bookings of earlier days may lie there: whoever decides sees them as one person's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time

import pytest

from booking.desk import Desk, findings_now
from booking.documents import custody_key
from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.review import decisions, dossier, in_bulk, queue, rivals
from clock import at
from models import Booking, Detainee
from models.detainees import id_key, name_key
from tests.booking.conftest import Clock, applying

CHEN = Actor("review-pudong", "pudong")
DEADLINE = at(date(2026, 11, 26), time(18))
TAO, DOCUMENT, CUSTODY = "陶某演", "310101199001010012", "沪浦看2026001"


@pytest.fixture
def two(desk: Desk, lawyers: Callable[[int], list[int]]) -> list[str]:
    """Each booked by one number while he was in no register; now he is in it with both."""
    numbers = ({"custody_no": CUSTODY}, {"id_no": DOCUMENT})
    refs = [
        desk.book(replace(applying(lawyer), detainee={"name": TAO} | number)).ref
        for lawyer, number in zip(lawyers(2), numbers, strict=True)
    ]
    key = id_key(DOCUMENT)
    Detainee.create(
        centre="pudong", key=key, custody_index=custody_key("pudong", CUSTODY), name_index=name_key(TAO), ward="三",
        name_sealed=Detainee.name_sealed.seal(TAO, key=key), updated_at=desk.now(),
    )  # fmt: skip
    assert len({booking.detainee_key for booking in Booking.select()}) == 2
    return refs


def test_each_is_found_beside_the_other(two: list[str], clock: Clock) -> None:
    bookings = list(Booking.in_full().where(Booking.ref.in_(two)))
    found = findings_now.of(bookings, clock())
    assert [[one["code"] for one in found[ref]] for ref in two] == [["detainee_may_conflict"]] * 2
    beside = rivals.of(bookings)
    assert [[other.ref for other in beside[ref]] for ref in two] == [two[1:], two[:1]]
    assert queue.clean("pudong", clock()) == [] and in_bulk.approve_clean(CHEN, clock(), two).approved == []


def test_the_officer_sees_the_line_and_the_other(two: list[str]) -> None:
    for ref, other in zip(two, reversed(two), strict=True):
        shown = dossier.of(Booking.in_full().where(Booking.ref == ref).get())
        assert [one.ref for one in shown.same_time] == [other]
        assert next((line.what, line.agrees) for line in shown.detainee) == ("在押人员", True)


def test_the_deadline_decides_neither(desk: Desk, two: list[str], clock: Clock) -> None:
    clock.moment = DEADLINE
    assert decisions.decide_due(desk) == 0


def test_the_deadline_sees_the_other_confirmed(desk: Desk, two: list[str], clock: Clock) -> None:
    mandates.prove_by(CHEN, clock(), Booking.get_by_id(two[0]), ())
    decisions.approve(CHEN, clock(), two[0])
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    assert [Booking.get_by_id(ref).state for ref in two] == ["confirmed", "rejected"]


def test_who_books_by_one_number_is_compared_with_the_other(
    desk: Desk, two: list[str], lawyers: Callable[[int], list[int]]
) -> None:
    Booking.update(active=None, state="cancelled").where(Booking.ref == two[1]).execute()
    sham = Booking.get_by_id(two[1]).lawyer_id
    again = replace(applying(sham, key="again"), detainee={"name": TAO, "id_no": DOCUMENT})
    found = Booking.get_by_id(desk.book(again).ref).findings
    assert [one["code"] for one in found] == ["detainee_may_conflict"] and two[0] in found[0]["message"]
