"""Rules 8 and 9: who only asks for a person shuts nobody out; of two in each other's way one is confirmed, by somebody."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, time

import pytest
from peewee import SQL

from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.review import deadline, decisions, in_bulk, queue
from booking.window import entry
from booking.window.findings import FindingsUnseen
from clock import at
from models import Booking, Slot, database
from models.detainees import id_key
from refusals import DetaineeConflict, Refusal, WrongState
from tests.booking.conftest import FRIDAY, SLOT, add_slot, applying
from tests.booking.window.conftest import entering, held

CHEN = Actor("chen", "pudong")
TAO = {"name": "陶某", "id_no": "11010519491231002X"}
ANOTHER = {"name": "别人", "id_no": "440524188001010014"}
DEADLINE = at(date(2026, 11, 26), time(18))


@pytest.fixture
def beside() -> str:
    """A slot that overlaps the other one: no index of SQL holds the two apart."""
    return str(add_slot("pudong", FRIDAY, time(9)).id)


def booked(desk, lawyer, slot=SLOT, person=TAO) -> str:
    return desk.book(replace(applying(lawyer, slot), detainee=person)).ref


def state(ref: str) -> str:
    return Booking.get_by_id(ref).state


def together(calls: Sequence[Callable[[], object]]) -> list[object]:
    """Each in a thread of its own, all let go at once; a refusal is its answer."""
    barrier = threading.Barrier(len(calls))

    def go(call: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return call()
        except Refusal as no:
            return no
        finally:
            database.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(go, calls))


def test_touts_who_name_a_person_leave_the_defender_every_slot(desk, lawyers, clock):
    """Five of them, as often as they can; he in one slot after another, since two a day are his as well."""
    held(TAO["name"], TAO["id_no"])
    slots = [SLOT, *(str(add_slot("pudong", FRIDAY, time(hour), seats=30).id) for hour in (11, 13, 15))]
    *touts, defender = lawyers(6)
    for tout in touts:
        for n in range(20):
            with suppress(Refusal):
                desk.book(replace(applying(tout, slots[n % 4], key=f"{tout}-{n}"), detainee={"name": "陶某"}))
    for slot in slots:
        ref = booked(desk, defender, slot)
        assert decisions.approve(CHEN, desk.now(), ref).detainee_claim == Booking.get_by_id(ref).detainee_key
        desk.cancel(defender, ref)


def test_with_a_proven_mandate_one_is_told_that_the_person_is_met_and_without_one_is_not(desk, lawyers, beside):
    held(TAO["name"], TAO["id_no"])
    first, proven, unproven = lawyers(3)
    decisions.approve(CHEN, desk.now(), booked(desk, first))
    pair = mandates.Pair(proven, "pudong", id_key(TAO["id_no"]))
    mandates.prove(CHEN, desk.now(), pair, TAO["name"], "investigation")
    assert state(booked(desk, unproven, beside)) == "submitted"
    with pytest.raises(DetaineeConflict) as no:
        booked(desk, proven, beside)
    assert "律师" not in no.value.detail and Booking.select().count() == 2


@pytest.mark.parametrize("guarded", [True, False])
def test_of_two_confirmed_at_once_one_is(desk, lawyers, beside, monkeypatch, guarded):
    """The second line is the control: without the guard both are."""
    one, other = lawyers(2)
    refs = [booked(desk, one), booked(desk, other, beside)]
    if not guarded:
        monkeypatch.setattr(Booking, "met_by_nobody", lambda: SQL("1 = 1"))
    told = together([lambda ref=ref: decisions.approve(CHEN, desk.now(), ref) for ref in refs])
    assert sorted(map(state, refs)) == (["confirmed", "submitted"] if guarded else ["confirmed", "confirmed"])
    if guarded:
        no = next(one for one in told if isinstance(one, WrongState))
        assert "该在押人员此时间已有律师" in no.detail and any(ref in no.detail for ref in refs)


def test_a_confirmation_and_the_window_at_once_are_one_meeting(desk, lawyers, beside):
    booking, _ = booked(desk, lawyers(2)[0]), None
    told = together(
        [
            lambda: decisions.approve(CHEN, desk.now(), booking),
            lambda: entry.enter(CHEN, desk.now(), entering(1, beside, detainee=TAO), seen=_seen(desk, beside)),
        ]
    )
    confirmed = Booking.select().where(Booking.state == "confirmed").count()
    assert confirmed == 1, told


def _seen(desk, slot) -> str:
    try:
        entry.enter(CHEN, desk.now(), entering(1, slot, detainee=TAO))
    except FindingsUnseen as found:
        return found.seen
    except Refusal:
        return ""
    raise AssertionError("what waits for a decision was no finding")


def test_the_window_passes_over_who_only_asks_and_not_over_who_is_confirmed(desk, lawyers, beside):
    booking = booked(desk, lawyers(2)[0])
    with pytest.raises(FindingsUnseen, match="比对有发现") as found:
        entry.enter(CHEN, desk.now(), entering(1, beside, detainee=TAO))
    assert booking in str(found.value.findings)
    decisions.approve(CHEN, desk.now(), booking)
    with pytest.raises(DetaineeConflict, match=f"律师0律师.*{booking}"):
        entry.enter(CHEN, desk.now(), entering(1, beside, detainee=TAO), seen=found.value.seen)


def test_rivals_are_not_clean_and_not_approved_in_bulk(desk, lawyers, clock, beside):
    one, other, third = lawyers(3)
    refs = [booked(desk, one), booked(desk, other, beside), booked(desk, third, person=ANOTHER)]
    assert [b.ref for b in queue.clean("pudong", clock())] == [refs[2]]
    cleared = in_bulk.approve_clean(CHEN, desk.now(), refs)
    assert [b.ref for b in cleared.approved] == [refs[2]]
    assert all("申请会见此人，须逐个复核" in skipped.why for skipped in cleared.skipped)


def test_at_the_deadline_two_equally_certain_are_left_to_officers_until_the_start(desk, lawyers, clock, beside):
    one, other = lawyers(2)
    refs = [booked(desk, one), booked(desk, other, beside)]
    clock.moment = DEADLINE
    assert decisions.decide_due(desk) == 0
    assert [state(ref) for ref in refs] == ["submitted", "submitted"]
    assert {one.ref for one in queue.overdue(clock(), "pudong")} == set(refs) and not queue.overdue(clock(), "qingpu")
    clock.moment = at(FRIDAY, time(9))
    decisions.decide_due(desk)
    assert [state(ref) for ref in refs] == ["rejected", "rejected"]


def test_at_the_deadline_a_number_comes_before_a_name(desk, lawyers, clock, beside):
    held(TAO["name"], TAO["id_no"])
    one, other = lawyers(2)
    name, number = booked(desk, one, person={"name": TAO["name"]}), booked(desk, other, beside)
    clock.moment = DEADLINE
    assert decisions.decide_due(desk) == 2
    assert (state(name), state(number)) == ("rejected", "confirmed")


def test_at_the_deadline_a_proven_mandate_comes_first(desk, lawyers, clock, beside):
    one, other = lawyers(2)
    stranger, defender = booked(desk, one), booked(desk, other, beside)
    mandates.prove_by(CHEN, clock(), Booking.get_by_id(defender), ())
    clock.moment = DEADLINE
    assert decisions.decide_due(desk) == 2
    assert (state(stranger), state(defender)) == ("rejected", "confirmed")


def test_a_no_of_the_deadline_is_one_sentence_whatever_its_cause(desk, lawyers, clock):
    held(TAO["name"], TAO["id_no"], permit_case=True)
    ones = lawyers(3)
    people = (TAO, {"name": "查无此人", "id_no": "440524188001010014"}, {"name": "陶某"})
    slots = (SLOT, *(str(add_slot("pudong", FRIDAY, time(hour)).id) for hour in (11, 13)))
    refs = []
    for lawyer, slot, person in zip(ones, slots, people, strict=True):
        application = replace(applying(lawyer, slot, stage="investigation"), detainee=person)
        refs.append(desk.book(application).ref)
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    reasons = {Booking.get_by_id(ref).decision_reason for ref in refs}
    assert reasons == {"复核期限内未能核实，请到会见窗口办理"}
    why = [Booking.get_by_id(ref).history()[-1].why for ref in refs]
    assert why[0] != why[1] and "许可" in why[0] and "名册中未找到" in why[1]  # what officers see
    assert Slot.select().where(Slot.taken > 0).count() == 0


def test_what_is_not_in_each_others_way_is_decided_by_itself(desk, lawyers, clock):
    later = str(add_slot("pudong", FRIDAY, time(14)).id)
    one, other = lawyers(2)
    refs = [booked(desk, one), booked(desk, other, later)]
    clock.moment = DEADLINE
    assert deadline.by_itself(Booking.get_by_id(refs[0]), clock()) == (
        "confirmed",
        "复核期限已到，比对无异常",
    )
    decisions.decide_due(desk)
    assert [state(ref) for ref in refs] == ["confirmed", "confirmed"]
