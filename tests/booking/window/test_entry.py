"""Rules 13 and 18: who comes to the window is entered in the same day book, on window seats, never one too many."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

import refusals
from booking.desk import Desk, recount
from booking.gate import arrivals
from booking.record.actor import Actor
from booking.timetable import rollout
from booking.window.entry import enter
from booking.window.findings import FindingsUnseen
from clock import at
from models import Audit, Booking, Change, Lawyer, RollEntry, Slot
from sandbox.world.cast import invented_id_no
from seats.counters import Day
from tests.booking.conftest import FRIDAY, SLOT, TODAY, Clock, add_slot, applying
from tests.booking.window.conftest import Lawyers, entering, held


def test_a_walk_in_is_confirmed_at_once_with_the_officers_name_on_it(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    made = enter(Actor("gate-pudong"), desk.now(), entering())
    booking = Booking.get_by_id(made.ref)
    assert (booking.lawyer_id, booking.state, booking.way, booking.active) == (
        lawyer,
        "confirmed",
        "window",
        1,
    )
    change = Change.get(Change.booking == made.ref)
    assert (change.from_state, change.to_state, change.by) == (None, "confirmed", "gate-pudong")
    assert [(a.who, a.what, a.subject) for a in Audit.select()] == [("gate-pudong", "window.enter", made.ref)]


def test_it_takes_a_window_seat_and_no_online_one(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    enter(Actor("gate-pudong"), desk.now(), entering())
    slot = Slot.get_by_id(SLOT)
    assert (slot.taken, slot.window_taken) == (0, 1)
    assert desk.slots("pudong", FRIDAY)[0].remaining == 12
    assert recount.sweep(desk).repairs == 0
    assert recount.check(desk).wrong_in_sql == []


def test_the_gate_that_is_loaded_anew_counts_no_window_booking(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    enter(Actor("gate-pudong"), desk.now(), entering())
    desk.seats._redis.flushall()
    assert desk.slots("pudong", FRIDAY)[0].remaining == 12
    recount.sweep(desk)
    assert desk.seats.holders(Day("pudong", FRIDAY)) == {}


def test_a_wrong_count_of_window_seats_is_found_and_repaired(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    enter(Actor("gate-pudong"), desk.now(), entering())
    Slot.update(window_taken=7).execute()
    assert recount.check(desk).wrong_in_sql == [SLOT]
    recount.check(desk, repair=True)
    assert Slot.get_by_id(SLOT).window_taken == 1


def test_cancelled_it_gives_the_window_seat_back(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    ref = enter(Actor("gate-pudong"), desk.now(), entering()).ref
    desk.slots("pudong", FRIDAY)
    desk.cancel(lawyer, ref)
    slot = Slot.get_by_id(SLOT)
    assert (slot.taken, slot.window_taken) == (0, 0)
    assert desk.seats.left(Day("pudong", FRIDAY))[SLOT] == 12


def test_what_passes_to_the_window_can_be_entered_there(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    first, *_ = lawyers(3)
    Slot.update(seats=2, window_seats=0).execute()
    desk.book(applying(first))
    with pytest.raises(refusals.SlotFull):
        enter(Actor("gate-pudong"), desk.now(), entering(1))
    clock.move(days=2)
    rollout.pass_to_window(desk, clock())
    enter(Actor("gate-pudong"), desk.now(), entering(1))
    with pytest.raises(refusals.SlotFull):
        enter(Actor("gate-pudong"), desk.now(), entering(2))
    slot = Slot.get_by_id(SLOT)
    assert (slot.seats, slot.taken, slot.window_seats, slot.window_taken) == (1, 1, 1, 1)


def test_the_same_form_again_is_the_same_booking(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    first = enter(Actor("gate-pudong"), desk.now(), entering())
    assert enter(Actor("gate-pudong"), desk.now(), entering()).ref == first.ref
    assert Booking.select().count() == Slot.get_by_id(SLOT).window_taken == 1
    with pytest.raises(refusals.WrongState, match=first.ref):
        enter(Actor("gate-pudong"), desk.now(), entering(detainee={"name": "另一人"}))


def test_a_lawyer_suspended_from_booking_online_is_welcome(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    Lawyer.update(suspended_until=clock() + timedelta(days=90)).execute()
    with pytest.raises(refusals.Suspended):
        desk.book(applying(lawyer))
    assert enter(Actor("gate-pudong"), desk.now(), entering()).state == "confirmed"


def test_the_numbers_a_day_and_ahead_are_the_online_seats_only(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    for hour in range(9, 17):
        slot = add_slot("pudong", FRIDAY, time(hour), minutes=60)
        enter(Actor("gate-pudong"), desk.now(), entering(slot=slot.id, minutes=60))
    assert Booking.select().count() == 8


def test_one_meeting_of_a_lawyer_at_a_time(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    desk.book(applying(lawyer))
    with pytest.raises(refusals.AlreadyBooked):
        enter(Actor("gate-pudong"), desk.now(), entering(detainee={"name": "另一人"}))
    assert Slot.get_by_id(SLOT).window_taken == 0


def test_an_over_long_meeting_keeps_its_end_and_the_lawyer_until_then(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    add_slot("pudong", FRIDAY, time(10))
    made = enter(Actor("gate-pudong"), desk.now(), entering(minutes=240))
    assert made.ends_at == at(FRIDAY, time(12, 30))
    with pytest.raises(refusals.AlreadyBooked):
        desk.book(applying(lawyer, slot="pudong-20261127-1000"))


@pytest.mark.parametrize("minutes", [-1, 0, 14, 481, 1000, 10**21])
def test_a_meeting_has_a_sensible_length(desk: Desk, lawyers: Lawyers, minutes: int) -> None:
    lawyers(1)
    with pytest.raises(refusals.Invalid):
        enter(Actor("gate-pudong"), desk.now(), entering(minutes=minutes))


def test_one_meeting_of_a_detainee_at_a_time(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(2)
    person = {"name": "同一人", "id_no": invented_id_no(7)}
    enter(Actor("gate-pudong"), desk.now(), entering(0, detainee=person))
    with pytest.raises(refusals.DetaineeConflict):
        enter(Actor("gate-pudong"), desk.now(), entering(1, detainee=person))


def test_what_the_comparison_finds_is_seen_before_it_is_decided(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    held("在押人", invented_id_no(7))
    with pytest.raises(FindingsUnseen) as found:
        enter(Actor("gate-pudong"), desk.now(), entering())
    assert [finding["code"] for finding in found.value.findings] == ["detainee_not_here"]
    assert Booking.select().count() == Slot.get_by_id(SLOT).window_taken == 0
    made = enter(Actor("gate-pudong"), desk.now(), entering(), seen=found.value.seen)
    assert [finding["code"] for finding in Booking.get_by_id(made.ref).findings] == ["detainee_not_here"]


def test_other_findings_than_those_seen_are_shown_again(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    held("在押人", invented_id_no(7))
    with pytest.raises(FindingsUnseen) as found:
        enter(Actor("gate-pudong"), desk.now(), entering())
    RollEntry.update(state="suspended").execute()
    with pytest.raises(FindingsUnseen):
        enter(Actor("gate-pudong"), desk.now(), entering(), seen=found.value.seen)


def test_a_permit_the_law_asks_for_is_asked_for_here_too(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    person = {"name": "许可人", "id_no": invented_id_no(8)}
    held(person["name"], person["id_no"], permit_case=True)
    entry = entering(detainee=person, stage="investigation")
    with pytest.raises(refusals.Invalid, match="许可文号"):
        enter(Actor("gate-pudong"), desk.now(), entry)
    assert enter(Actor("gate-pudong"), desk.now(), replace(entry, permit_no="沪公许〔2026〕1号")).permit_no


def test_in_a_slot_that_has_begun_the_meeting_begins_now(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    lawyers(2)
    slot = add_slot("pudong", TODAY, time(8, 30))
    clock.move(minutes=20, seconds=30)
    made = enter(Actor("gate-pudong"), desk.now(), entering(slot=slot.id))
    assert (made.starts_at, made.ends_at) == (at(TODAY, time(9, 20)), at(TODAY, time(10, 20)))
    assert arrivals.mark_no_shows(desk.now()) == 0
    clock.move(minutes=40)
    with pytest.raises(refusals.OutsideWindow):
        enter(Actor("gate-pudong"), desk.now(), entering(1, slot=slot.id))


def test_a_day_that_is_not_open_yet_is_not_entered_here_either(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    far = add_slot("pudong", TODAY + timedelta(days=8), time(10))
    with pytest.raises(refusals.OutsideWindow):
        enter(Actor("gate-pudong"), desk.now(), entering(slot=far.id))
    with pytest.raises(refusals.NotFound):
        enter(Actor("gate-pudong"), desk.now(), entering(slot="pudong-20261127-0400"))


def test_a_closed_slot_takes_nobody(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    Slot.update(open=False, closed_reason="设备检修").execute()
    with pytest.raises(refusals.SlotClosed, match="设备检修"):
        enter(Actor("gate-pudong"), desk.now(), entering())
