"""Rule 8: at the deadline no proven one is refused for one who was only confirmed earlier, and is no more certain."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from booking.desk import Desk
from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.review import decisions, in_bulk, queue
from clock import at
from models import Booking
from tests.booking.conftest import FRIDAY, SLOT, Clock, add_slot, applying
from tests.booking.window.conftest import held

Lawyers = Callable[[int], list[int]]
CHEN = Actor("chen", "pudong")
TAO = {"name": "陶某", "id_no": "11010519491231002X"}
DEADLINE = at(date(2026, 11, 26), time(18))


@pytest.fixture
def book(desk: Desk) -> Callable[..., str]:
    held(TAO["name"], TAO["id_no"])

    def booked(lawyer: int, slot: str = SLOT, person: dict[str, str] = TAO) -> str:
        return desk.book(replace(applying(lawyer, slot), detainee=person)).ref

    return booked


def prove(clock: Clock, ref: str) -> None:
    assert mandates.prove_by(CHEN, clock(), Booking.get_by_id(ref), ())


def decided(desk: Desk, clock: Clock, ref: str) -> tuple[str, str]:
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    booking = Booking.get_by_id(ref)
    return booking.state, booking.history()[-1].why


def test_a_proven_one_who_came_after_strangers_were_confirmed_is_left_to_officers(
    desk: Desk, lawyers: Lawyers, clock: Clock, book: Any
) -> None:
    """Two are confirmed by one click, then he asks for the hour of one of them, and shows his papers."""
    later = str(add_slot("pudong", FRIDAY, time(14)).id)
    one, other, defender = lawyers(3)
    strangers = [book(one), book(other, later)]
    assert len(in_bulk.approve_clean(CHEN, clock(), strangers).approved) == 2
    ref = book(defender)
    prove(clock, ref)
    assert decided(desk, clock, ref)[0] == "submitted"
    assert [one.ref for one in queue.overdue(clock(), "pudong")] == [ref]
    desk.cancel(one, strangers[0], accept_strike=True)
    decisions.approve(CHEN, clock(), ref)
    assert Booking.get_by_id(ref).detainee_claim


def test_who_is_less_certain_than_the_one_confirmed_is_refused(
    desk: Desk, lawyers: Lawyers, clock: Clock, book: Any
) -> None:
    defender, stranger = lawyers(2)
    meeting, ref = book(defender), book(stranger)
    prove(clock, meeting)
    decisions.approve(CHEN, clock(), meeting)
    state, why = decided(desk, clock, ref)
    assert state == "rejected" and meeting in why


def test_who_has_shown_nothing_is_refused_whoever_was_confirmed_before(
    desk: Desk, lawyers: Lawyers, clock: Clock, book: Any
) -> None:
    """A right number and a wrong one are told alike: who waited on would know that somebody meets the person then."""
    slots = [str(add_slot("pudong", FRIDAY, time(hour)).id) for hour in (12, 15)]
    one, two, three, four = lawyers(4)
    bare = {"name": TAO["name"]}
    first, early = book(one, slots[0]), book(three, slots[1], bare)
    waiting = [book(two, slots[0]), book(four, slots[1])]
    for ref in (first, early):
        decisions.approve(CHEN, clock(), ref)
    for ref, met in zip(waiting, (first, early), strict=True):
        state, why = decided(desk, clock, ref)
        assert state == "rejected" and met in why
