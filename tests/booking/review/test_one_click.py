"""Rules 7 and 8: a click for many, and the deadline, confirm two lawyers of one person at most, and nobody beside one who
has proven that he defends him."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

import pytest

from booking.desk import defending, findings_now, ledger, recheck
from booking.gate import checks
from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.review import decisions, in_bulk, queue, rivals
from clock import at
from models import Booking, Mandate, MandateNumber, RollEntry
from models.detainees import id_key
from tests.booking.conftest import FRIDAY, add_slot, applying
from tests.booking.window.conftest import held

CHEN = Actor("chen", "pudong")
TAO = {"name": "陶某", "id_no": "11010519491231002X"}
ANOTHER = {"name": "别人", "id_no": "440524188001010014"}
DEADLINE = at(date(2026, 11, 26), time(18))


@pytest.fixture
def slots(world) -> list[str]:
    """One after another: nobody is in another's way."""
    held(TAO["name"], TAO["id_no"])
    return [str(add_slot("pudong", FRIDAY, time(hour), minutes=60).id) for hour in range(9, 17)]


def booked(desk, lawyer: int, slot: str, person=TAO) -> str:
    return desk.book(replace(applying(lawyer, slot), detainee=person)).ref


def two_each(desk, clock, strangers: Sequence[int], slots: Sequence[str]) -> list[str]:
    refs = []
    for n, slot in enumerate(slots[: 2 * len(strangers)]):
        clock.move(minutes=1)
        refs.append(booked(desk, strangers[n // 2], slot))
    return refs


def prove(desk, lawyer: int) -> Mandate:
    pair = mandates.Pair(lawyer, "pudong", id_key(TAO["id_no"]))
    return mandates.prove(CHEN, desk.now(), pair, TAO["name"], "investigation")


def codes(ref: str, now) -> list[str]:
    return [one["code"] for one in findings_now.of([Booking.get_by_id(ref)], now)[ref]]


def confirmed() -> set[int]:
    return {one.lawyer_id for one in Booking.select().where(Booking.state == "confirmed")}


def books_any(desk, defender: int, slots: Sequence[str]) -> None:
    for slot in slots:
        desk.cancel(defender, booked(desk, defender, slot))


def barred(lawyer: int) -> None:
    RollEntry.update(state="suspended").where(RollEntry.name == f"律师{lawyer - 1}").execute()


@pytest.mark.parametrize("guarded", [True, False])
def test_of_two_suspects_of_a_case_one_click_confirms_one(desk, lawyers, slots, monkeypatch, guarded):
    """Of one lawyer. The second line is the control: all in one turn."""
    if not guarded:
        monkeypatch.setattr(in_bulk, "_turn", lambda waiting, person: list(waiting))
    held(ANOTHER["name"], ANOTHER["id_no"])
    (lawyer,) = lawyers(1)
    refs = [
        desk.book(replace(applying(lawyer, slot), detainee=person, case_no="案1")).ref
        for person, slot in ((TAO, slots[0]), (ANOTHER, slots[1]))
    ]
    cleared = in_bulk.approve_clean(CHEN, desk.now(), refs)
    assert len(cleared.approved) == (1 if guarded else 2)


@pytest.mark.parametrize("guarded", [True, False])
def test_of_four_strangers_one_click_confirms_two(desk, lawyers, clock, slots, monkeypatch, guarded):
    """The second line is the control: looked at all together, none is a third."""
    if not guarded:
        monkeypatch.setattr(in_bulk, "_persons", lambda bookings: {one.ref: one.ref for one in bookings})
    held(ANOTHER["name"], ANOTHER["id_no"])
    *strangers, another = lawyers(5)
    other = booked(desk, another, slots[0], ANOTHER)
    refs = two_each(desk, clock, strangers, slots)
    assert {one.ref for one in queue.clean("pudong", clock())} == {*refs, other}
    cleared = in_bulk.approve_clean(CHEN, clock(), [*refs, other])
    assert Booking.get_by_id(other).state == "confirmed"
    assert len(confirmed().intersection(strangers)) == (2 if guarded else 4)
    if guarded:
        assert confirmed().issuperset(strangers[:2])  # who asked first
        assert [one.ref for one in cleared.skipped] == refs[4:]
        why = {one.why for one in cleared.skipped}
        assert why == {"该在押人员已有两名律师办理过会见或委托经核实，请核对委托关系，须逐个复核"}


def test_who_has_proven_it_is_first_though_he_asked_last(desk, lawyers, clock, slots):
    *strangers, defender = lawyers(4)
    refs = [*two_each(desk, clock, strangers, slots), booked(desk, defender, slots[6])]
    prove(desk, defender)
    assert [one.ref for one in queue.clean("pudong", clock())] == refs[-1:]
    assert [one.ref for one in in_bulk.approve_clean(CHEN, clock(), refs).approved] == refs[-1:]


@pytest.mark.parametrize("guarded", [True, False])
def test_beside_a_proven_mandate_one_click_confirms_nobody(desk, lawyers, clock, slots, monkeypatch, guarded):
    """He has no booking of his own. The second line is the control: where bookings alone count, two are confirmed."""
    if not guarded:
        monkeypatch.setattr(defending, "of", lambda *_: [])
    *strangers, defender = lawyers(5)
    prove(desk, defender)
    refs = two_each(desk, clock, strangers, slots)
    assert {one.ref for one in queue.clean("pudong", clock())} == (set() if guarded else set(refs))
    cleared = in_bulk.approve_clean(CHEN, clock(), refs)
    assert len(confirmed()) == (0 if guarded else 2)
    if guarded:
        why = {one.why for one in cleared.skipped}
        assert why == {"此人已有律师的委托经核实（律师4律师），请核对本次委托，须逐个复核"}
        books_any(desk, defender, slots)


@pytest.mark.parametrize("guarded", [True, False])
def test_beside_a_proven_mandate_the_deadline_confirms_nobody(desk, lawyers, clock, slots, monkeypatch, guarded):
    if not guarded:
        monkeypatch.setattr(defending, "of", lambda *_: [])
    *strangers, defender = lawyers(5)
    prove(desk, defender)
    refs = two_each(desk, clock, strangers, slots)
    clock.moment = DEADLINE
    assert decisions.decide_due(desk) == (0 if guarded else 4)
    assert len(confirmed()) == (0 if guarded else 2)
    if guarded:  # and refuses nobody: one of them may be the second defender
        assert {one.ref for one in queue.overdue(clock(), "pudong")} == set(refs)
        decisions.approve(CHEN, clock(), refs[0])
        assert confirmed() == {strangers[0]}
        clock.moment = at(FRIDAY, time(17))
        decisions.decide_due(desk)
        assert Booking.get_by_id(refs[-1]).state == "rejected"


def test_at_the_deadline_two_of_four_strangers_are_confirmed_and_the_others_left(desk, lawyers, clock, slots):
    refs = two_each(desk, clock, lawyers(4), slots)
    clock.moment = DEADLINE
    assert decisions.decide_due(desk) == 4 and len(confirmed()) == 2
    assert len(queue.overdue(clock(), "pudong")) == len(refs) - 4


def test_a_bare_name_is_refused_at_the_deadline_whoever_else_defends(desk, lawyers, clock, slots):
    stranger, defender = lawyers(2)
    prove(desk, defender)
    ref = booked(desk, stranger, slots[0], {"name": TAO["name"]})
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    assert Booking.get_by_id(ref).state == "rejected"


def test_a_proven_mandate_counts_while_it_lasts_and_the_licence_bears_it(desk, lawyers, clock, slots):
    stranger, defender = lawyers(2)
    ref = booked(desk, stranger, slots[0])
    made = prove(desk, defender)
    assert codes(ref, clock()) == ["others_mandate_proven"]
    barred(defender)
    assert codes(ref, clock()) == []
    RollEntry.update(state="active").execute()
    assert codes(ref, clock()) == ["others_mandate_proven"]
    prove(desk, stranger)
    assert codes(ref, clock()) == []
    mandates.end(CHEN, clock(), made.id, "解除委托")
    assert codes(ref, clock()) == []


def test_whom_an_officer_has_confirmed_it_stops_neither_at_the_gate_nor_before(desk, lawyers, clock, slots):
    """He has decided; no list has changed."""
    stranger, defender = lawyers(2)
    ref = booked(desk, stranger, slots[0])
    decisions.approve(CHEN, clock(), ref)
    prove(desk, defender)
    assert codes(ref, clock()) == ["others_mandate_proven"] and recheck.look(clock()) == 0
    clock.moment = at(FRIDAY, time(8, 50))
    assert checks.sign(Booking.get_by_id(ref), clock()).kind == "ready"
    barred(stranger)  # the control: this is said
    assert recheck.look(clock()) == 1 and checks.sign(Booking.get_by_id(ref), clock()).kind == "barred"


def test_two_with_a_proven_mandate_and_no_booking_make_anybody_the_third(desk, lawyers, clock, slots):
    one, other, third = lawyers(3)
    prove(desk, one)
    prove(desk, third)
    ref = booked(desk, third, slots[0])
    assert codes(ref, clock()) == [] == Booking.get_by_id(ref).findings
    prove(desk, other)
    again = Booking.get_by_id(booked(desk, third, slots[1]))
    assert codes(ref, clock()) == ["third_defender"] == [found["code"] for found in again.findings]


@pytest.mark.parametrize("guarded", [True, False])
def test_barred_lawyers_with_mandate_and_booking_make_nobody_the_third(
    desk, lawyers, clock, slots, monkeypatch, guarded
):
    """The second line is the control: where their licences are not asked for, they do."""
    if not guarded:
        monkeypatch.setattr(ledger, "BORNE", "1 = 1")
    *struck_off, third = lawyers(3)
    refs = [booked(desk, lawyer, slot) for lawyer, slot in zip((*struck_off, third), slots, strict=False)]
    for lawyer in (*struck_off, third):
        prove(desk, lawyer)
    assert codes(refs[-1], clock()) == ["third_defender"]
    for lawyer in struck_off:
        barred(lawyer)
    assert codes(refs[-1], clock()) == ([] if guarded else ["third_defender"])


@pytest.mark.parametrize("guarded", [True, False])
def test_a_mandate_is_found_by_each_number_of_its_person(desk, lawyers, clock, world, guarded):
    """Where no register says that they are one person's. The second line is the control."""
    slots = [str(add_slot("pudong", FRIDAY, time(hour), minutes=60).id) for hour in (10, 11)]
    stranger, defender = lawyers(2)
    mine = Booking.get_by_id(booked(desk, defender, slots[0], TAO | {"custody_no": "看9"}))
    made = mandates.prove_by(CHEN, clock(), mine, ())
    assert made is not None and {one.key for one in MandateNumber.select()} == made.keys and len(made.keys) == 2
    if not guarded:
        MandateNumber.delete().where(MandateNumber.key != made.person).execute()
    ref = booked(desk, stranger, slots[1], {"name": TAO["name"], "custody_no": "看9"})
    assert codes(ref, clock()) == (["others_mandate_proven"] if guarded else [])


@pytest.mark.parametrize("guarded", [True, False])
def test_a_barred_rival_is_in_nobodys_way_at_the_deadline(desk, lawyers, clock, slots, monkeypatch, guarded):
    """The second line is the control: as certain by his form as anybody, he keeps the other waiting."""
    if not guarded:
        monkeypatch.setattr(rivals, "BARRING", frozenset())
    one, other = lawyers(2)
    refs = [booked(desk, one, slots[0]), booked(desk, other, slots[0])]
    barred(one)
    clock.moment = DEADLINE
    assert decisions.decide_due(desk) == (2 if guarded else 0)
    states = [Booking.get_by_id(ref).state for ref in refs]
    assert states == (["rejected", "confirmed"] if guarded else ["submitted", "submitted"])


def test_two_barred_ones_are_both_refused_and_a_barred_ones_meeting_is_for_officers(desk, lawyers, clock, slots):
    one, other, third, fourth = lawyers(4)
    refs = [booked(desk, who, slots[0]) for who in (one, other)]
    granted, waiting = (booked(desk, who, slots[2]) for who in (third, fourth))
    decisions.approve(CHEN, clock(), granted)
    for who in (one, other, third):
        barred(who)
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    assert [Booking.get_by_id(ref).state for ref in (*refs, waiting)] == ["rejected", "rejected", "submitted"]
