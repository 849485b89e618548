"""Rules 7 and 8: who only asks for a person costs his defender nothing, and a shown mandate outweighs a granted seat."""

from dataclasses import replace
from datetime import date, time

import pytest

from booking.desk import findings_now, ledger
from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.review import decisions, queue
from booking.rules import Weight
from clock import at
from models import Booking, Centre
from models.detainees import id_key
from tests.booking.conftest import FRIDAY, SLOT, add_slot, applying

CHEN = Actor("chen", "pudong")
TAO = {"name": "陶某", "id_no": "11010519491231002X"}
DEADLINE = at(date(2026, 11, 26), time(18))


@pytest.fixture
def hours(world) -> list[str]:
    return [SLOT, *(str(add_slot("pudong", FRIDAY, time(hour)).id) for hour in (11, 13, 15))]


def booked(desk, lawyer: int, slot: str) -> str:
    return desk.book(replace(applying(lawyer, slot), detainee=TAO)).ref


def prove(desk, lawyer: int) -> None:
    mandates.prove(
        CHEN, desk.now(), mandates.Pair(lawyer, "pudong", id_key(TAO["id_no"])), TAO["name"], "investigation"
    )


def codes(ref: str, now) -> list[str]:
    return [one["code"] for one in findings_now.of([Booking.get_by_id(ref)], now)[ref]]


@pytest.mark.parametrize("guarded", [True, False])
def test_two_who_only_ask_make_nobody_a_third_defender(desk, lawyers, clock, hours, monkeypatch, guarded):
    """The second line is the control: where every application weighs as much as a mandate, the third is found."""
    if not guarded:
        monkeypatch.setattr(ledger, "weight", lambda state, proven: Weight.PROVEN)
    *shams, defender = lawyers(3)
    for sham, slot in zip(shams, hours, strict=False):
        booked(desk, sham, slot)
    ref = booked(desk, defender, hours[2])
    assert codes(ref, clock()) == ([] if guarded else ["third_defender"])


def test_shams_the_deadline_confirmed_leave_the_defender_to_officers(desk, lawyers, clock, hours):
    *shams, defender = lawyers(3)
    granted = [booked(desk, sham, slot) for sham, slot in zip(shams, hours, strict=False)]
    for ref in granted:
        decisions.approve(CHEN, clock(), ref)
    ref = booked(desk, defender, hours[2])
    assert codes(ref, clock()) == ["third_defender"]
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    assert Booking.get_by_id(ref).state == "submitted"
    assert [one.ref for one in queue.overdue(clock(), "pudong")] == [ref]


def test_against_a_proven_mandate_only_proven_ones_count(desk, lawyers, clock, hours):
    *others, defender, fourth = lawyers(4)
    for other, slot in zip(others, hours, strict=False):
        decisions.approve(CHEN, clock(), booked(desk, other, slot))
    prove(desk, defender)
    ref = booked(desk, defender, hours[2])
    assert codes(ref, clock()) == []
    booked(desk, fourth, hours[3])
    for other in others:
        prove(desk, other)
    assert codes(ref, clock()) == ["third_defender"]


def test_who_only_asks_keeps_no_proven_one_from_being_confirmed_at_once(desk, lawyers, clock, hours):
    Centre.update(policy={"confirm_proven_at_once": True}).execute()
    sham, defender, second = lawyers(3)
    booked(desk, sham, SLOT)
    prove(desk, defender)
    ref = booked(desk, defender, SLOT)
    assert Booking.get_by_id(ref).state == "confirmed"
    assert [one["code"] for one in Booking.get_by_id(ref).findings] == ["detainee_may_conflict"]  # for officers to see
    prove(desk, second)
    assert Booking.get_by_id(booked(desk, second, hours[1])).state == "confirmed"
