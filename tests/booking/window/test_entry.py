"""Rules 13 and 18: who comes to the window is entered in the same day book, on window seats, never one too many."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

import models.slots
import refusals
from booking.desk import Desk, recount
from booking.gate import arrivals, reminders
from booking.lawyers import licences
from booking.timetable import rollout
from booking.timetable.closures import Closing, close, preview
from booking.window import walk_ins
from booking.window.entry import Entry, Found, enter
from booking.window.walk_ins import WalkIn
from clock import at
from models import Audit, Booking, Change, Detainee, Lawyer, Notice, RollEntry, Slot, database, keyring
from models.detainees import id_key, name_key
from sandbox.world.cast import invented_id_no
from seats.counters import Day
from tests.booking.conftest import FRIDAY, SLOT, TODAY, Clock, add_slot, applying

Lawyers = Callable[[int], list[int]]
CROWD = 30


def licence(number: int) -> str:
    return f"1310120151{number:07d}"


def entering(number: int = 0, slot: str = SLOT, **more: Any) -> Entry:
    """Lawyer `number` of the roll, for a detainee of his own."""
    fields = {
        "token": f"form-{number}-{slot}",
        "walk_in": WalkIn(licence(number)),
        "minutes": 60,
        "detainee": {"name": f"当事人{number}"},
        "mandate": "entrusted",
        "stage": "trial",
    }
    return Entry(slot_id=slot, **(fields | more))


def held(person: str, id_no: str, **more: Any) -> None:
    """Somebody in the register of Pudong."""
    key = id_key(id_no)
    sealed = keyring().seal(person, f"detainee.name:{key}")
    row = {"centre": "pudong", "key": key, "name_index": name_key(person), "name_sealed": sealed}
    Detainee.create(**row, ward="一监区", updated_at=at(TODAY, time(9)), **more)


def test_a_walk_in_is_confirmed_at_once_with_the_officers_name_on_it(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    made = enter(desk, entering(), "gate-pudong")
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
    enter(desk, entering(), "gate-pudong")
    slot = Slot.get_by_id(SLOT)
    assert (slot.taken, slot.window_taken) == (0, 1)
    assert desk.slots("pudong", FRIDAY)[0].remaining == 12
    assert recount.sweep(desk).repairs == 0
    assert recount.check(desk).wrong_in_sql == []


def test_the_gate_that_is_loaded_anew_counts_no_window_booking(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    enter(desk, entering(), "gate-pudong")
    desk.seats._redis.flushall()
    assert desk.slots("pudong", FRIDAY)[0].remaining == 12
    recount.sweep(desk)
    assert desk.seats.holders(Day("pudong", FRIDAY)) == {}


def test_a_wrong_count_of_window_seats_is_found_and_repaired(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    enter(desk, entering(), "gate-pudong")
    Slot.update(window_taken=7).execute()
    assert recount.check(desk).wrong_in_sql == [SLOT]
    recount.check(desk, repair=True)
    assert Slot.get_by_id(SLOT).window_taken == 1


def test_cancelled_it_gives_the_window_seat_back(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    ref = enter(desk, entering(), "gate-pudong").ref
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
        enter(desk, entering(1), "gate-pudong")
    clock.move(days=2)
    rollout.pass_to_window(desk, clock())
    enter(desk, entering(1), "gate-pudong")
    with pytest.raises(refusals.SlotFull):
        enter(desk, entering(2), "gate-pudong")
    slot = Slot.get_by_id(SLOT)
    assert (slot.seats, slot.taken, slot.window_seats, slot.window_taken) == (1, 1, 1, 1)


def test_the_same_form_again_is_the_same_booking(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    first = enter(desk, entering(), "gate-pudong")
    assert enter(desk, entering(), "gate-pudong").ref == first.ref
    assert Booking.select().count() == Slot.get_by_id(SLOT).window_taken == 1
    with pytest.raises(refusals.WrongState, match=first.ref):
        enter(desk, entering(detainee={"name": "另一人"}), "gate-pudong")


def test_a_lawyer_whose_online_booking_is_suspended_is_welcome(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    (lawyer,) = lawyers(1)
    Lawyer.update(suspended_until=clock() + timedelta(days=90)).execute()
    with pytest.raises(refusals.Suspended):
        desk.book(applying(lawyer))
    assert enter(desk, entering(), "gate-pudong").state == "confirmed"


def test_the_numbers_a_day_and_ahead_are_the_online_seats_only(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    for hour in range(9, 17):
        slot = add_slot("pudong", FRIDAY, time(hour), minutes=60)
        enter(desk, entering(slot=slot.id, minutes=60), "gate-pudong")
    assert Booking.select().count() == 8


def test_one_meeting_of_a_lawyer_at_a_time(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    desk.book(applying(lawyer))
    with pytest.raises(refusals.AlreadyBooked):
        enter(desk, entering(detainee={"name": "另一人"}), "gate-pudong")
    assert Slot.get_by_id(SLOT).window_taken == 0


def test_an_over_long_meeting_keeps_its_end_and_the_lawyer_until_then(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    add_slot("pudong", FRIDAY, time(10))
    made = enter(desk, entering(minutes=240), "gate-pudong")
    assert made.ends_at == at(FRIDAY, time(12, 30))
    with pytest.raises(refusals.AlreadyBooked):
        desk.book(applying(lawyer, slot="pudong-20261127-1000"))


@pytest.mark.parametrize("minutes", [-1, 0, 14, 481, 1000, 10**21])
def test_a_meeting_has_a_sensible_length(desk: Desk, lawyers: Lawyers, minutes: int) -> None:
    lawyers(1)
    with pytest.raises(refusals.Invalid):
        enter(desk, entering(minutes=minutes), "gate-pudong")


def test_one_meeting_of_a_detainee_at_a_time(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(2)
    person = {"name": "同一人", "id_no": invented_id_no(7)}
    enter(desk, entering(0, detainee=person), "gate-pudong")
    with pytest.raises(refusals.DetaineeConflict):
        enter(desk, entering(1, detainee=person), "gate-pudong")


def test_what_the_comparison_finds_is_seen_before_it_is_decided(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    held("在押人", invented_id_no(7))
    with pytest.raises(Found) as found:
        enter(desk, entering(), "gate-pudong")
    assert [finding["code"] for finding in found.value.findings] == ["detainee_not_here"]
    assert Booking.select().count() == Slot.get_by_id(SLOT).window_taken == 0
    made = enter(desk, entering(), "gate-pudong", seen=found.value.seen)
    assert [finding["code"] for finding in Booking.get_by_id(made.ref).findings] == ["detainee_not_here"]


def test_other_findings_than_those_seen_are_shown_again(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    held("在押人", invented_id_no(7))
    with pytest.raises(Found) as found:
        enter(desk, entering(), "gate-pudong")
    RollEntry.update(state="suspended").execute()
    with pytest.raises(Found):
        enter(desk, entering(), "gate-pudong", seen=found.value.seen)


def test_a_permit_the_law_asks_for_is_asked_for_here_too(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    person = {"name": "许可人", "id_no": invented_id_no(8)}
    held(person["name"], person["id_no"], permit_case=True)
    entry = entering(detainee=person, stage="investigation")
    with pytest.raises(refusals.Invalid, match="许可文号"):
        enter(desk, entry, "gate-pudong")
    assert enter(desk, replace(entry, permit_no="沪公许〔2026〕1号"), "gate-pudong").permit_no


def test_a_lawyer_of_the_roll_without_wechat_gets_one_row(desk: Desk) -> None:
    RollEntry.create(
        licence_no=licence(1), name="现场律师", firm="东方律师事务所", id_no_index="index", state="active",
        updated_at=desk.now(),
    )  # fmt: skip
    enter(desk, entering(1), "gate-pudong")
    add_slot("pudong", FRIDAY, time(10))
    enter(desk, entering(1, slot="pudong-20261127-1000"), "gate-pudong")
    lawyer = Lawyer.get()
    assert (lawyer.name, lawyer.firm, lawyer.openid) == ("现场律师", "东方律师事务所", None)
    assert (lawyer.licence_claim, lawyer.walk_in_claim) == (None, licence(1))
    assert (lawyer.phone, lawyer.id_no) == ("", "")
    assert Lawyer.select().count() == 1


def test_a_licence_nobody_knows_needs_name_and_firm_and_is_a_finding(desk: Desk) -> None:
    with pytest.raises(refusals.Invalid, match="姓名和律师事务所"):
        enter(desk, entering(1), "gate-pudong")
    assert not Lawyer.select().exists()
    entry = entering(1, walk_in=WalkIn(licence(1), "外地律师", "北京演示律师事务所"))
    with pytest.raises(Found) as found:
        enter(desk, entry, "gate-pudong")
    assert [finding["code"] for finding in found.value.findings] == ["licence_not_on_roll"]
    assert not Lawyer.select().exists()
    assert enter(desk, entry, "gate-pudong", seen=found.value.seen).state == "confirmed"


def test_a_licence_under_another_name_is_refused(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    with pytest.raises(refusals.Invalid, match="律师0"):
        enter(desk, entering(walk_in=WalkIn(licence(0), "冒名者")), "gate-pudong")


def test_who_binds_later_takes_the_windows_row_over(desk: Desk) -> None:
    entry = entering(1, walk_in=WalkIn(licence(1), "外地律师", "北京演示律师事务所", "19900000001"))
    with pytest.raises(Found) as found:
        enter(desk, entry, "gate-pudong")
    ref = enter(desk, entry, "gate-pudong", seen=found.value.seen).ref
    came = licences.bind(
        "o-later", "外地律师", licence(1), "北京演示律师事务所", invented_id_no(9), "19900000002", desk.now()
    )
    bound = licences.decide(came.id, True, desk.now(), "chief-pudong", "已核对原件")
    assert Booking.get_by_id(ref).lawyer_id == bound.id
    assert (bound.openid, bound.walk_in_claim, bound.phone) == ("o-later", None, "19900000002")
    assert walk_ins.known(licence(1)).source == "bound"


def test_a_row_an_unbinding_left_is_used_again(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    licences.unbind(lawyer, desk.now(), "chief-pudong", "换微信")
    assert enter(desk, entering(), "gate-pudong").lawyer_id == lawyer
    assert Lawyer.select().count() == 1


def test_who_comes_in_today_gets_no_letter_and_who_comes_later_does(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    lawyers(1)
    today = add_slot("pudong", TODAY, time(10))
    enter(desk, entering(slot=today.id), "gate-pudong")
    assert not Notice.select().exists()
    ref = enter(desk, entering(), "gate-pudong").ref
    assert [(n.kind, n.event) for n in Notice.select()] == [("confirmed", f"{ref}:confirmed")]
    clock.move(days=2, hours=2)
    assert reminders.post_due(clock()) == 1


def test_whose_number_nobody_knows_is_told_nothing_but_that_the_centre_takes_it_back(
    desk: Desk, clock: Clock
) -> None:
    entry = entering(1, walk_in=WalkIn(licence(1), "外地律师", "北京演示律师事务所"))
    with pytest.raises(Found) as found:
        enter(desk, entry, "gate-pudong")
    enter(desk, entry, "gate-pudong", seen=found.value.seen)
    clock.move(days=2, hours=2)
    assert reminders.post_due(clock()) == 0
    assert not Notice.select().exists()
    closing = Closing("pudong", FRIDAY, FRIDAY, "设备检修")
    close(desk, closing, preview(desk, closing).fingerprint, "chief-pudong")
    assert [n.kind for n in Notice.select()] == ["withdrawn"]


def test_in_a_slot_that_has_begun_the_meeting_begins_now(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    lawyers(2)
    slot = add_slot("pudong", TODAY, time(8, 30))
    clock.move(minutes=20, seconds=30)
    made = enter(desk, entering(slot=slot.id), "gate-pudong")
    assert (made.starts_at, made.ends_at) == (at(TODAY, time(9, 20)), at(TODAY, time(10, 20)))
    assert arrivals.mark_no_shows(desk) == 0
    clock.move(minutes=40)
    with pytest.raises(refusals.OutsideWindow):
        enter(desk, entering(1, slot=slot.id), "gate-pudong")


def test_a_day_that_is_not_open_yet_is_not_entered_here_either(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    far = add_slot("pudong", TODAY + timedelta(days=8), time(10))
    with pytest.raises(refusals.OutsideWindow):
        enter(desk, entering(slot=far.id), "gate-pudong")
    with pytest.raises(refusals.NotFound):
        enter(desk, entering(slot="pudong-20261127-0400"), "gate-pudong")


def test_a_closed_slot_takes_nobody(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    Slot.update(open=False, closed_reason="设备检修").execute()
    with pytest.raises(refusals.SlotClosed, match="设备检修"):
        enter(desk, entering(), "gate-pudong")


def rush(desk: Desk, entries: list[Entry]) -> Counter[str]:
    """Everybody enters at once; counts what each officer was told."""
    barrier = threading.Barrier(len(entries))

    def one(entry: Entry) -> str:
        try:
            barrier.wait()
            enter(desk, entry, "gate-pudong")
            return "entered"
        except refusals.Refusal as refusal:
            return refusal.code
        finally:
            database.close()

    with ThreadPoolExecutor(len(entries)) as threads:
        return Counter(threads.map(one, entries))


def test_thirty_officers_at_four_window_seats(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(CROWD)
    Slot.update(window_seats=4).execute()
    told = rush(desk, [entering(number) for number in range(CROWD)])
    assert told == {"entered": 4, "slot_full": CROWD - 4}
    assert Slot.get_by_id(SLOT).window_taken == Booking.select().count() == 4


def test_without_its_guard_the_same_crowd_oversells(
    desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    lawyers(CROWD)
    Slot.update(window_seats=4).execute()
    unguarded = "UPDATE slot SET window_taken = window_taken + 1 WHERE id = {p}"
    monkeypatch.setattr(models.slots, "CLAIM_AT_WINDOW", unguarded)
    told = rush(desk, [entering(number) for number in range(CROWD)])
    assert told["entered"] > 4
    assert Booking.select().count() > 4


def test_one_form_sent_ten_times_at_once_is_one_booking(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    assert rush(desk, [entering()] * 10) == {"entered": 10}
    assert Booking.select().count() == Slot.get_by_id(SLOT).window_taken == 1


def test_a_lawyer_nobody_knew_entered_twice_at_once_is_one_row(desk: Desk) -> None:
    RollEntry.create(
        licence_no=licence(1), name="现场律师", firm="东方律师事务所", id_no_index="index", state="active",
        updated_at=desk.now(),
    )  # fmt: skip
    for hour in (10, 12, 14, 16):
        add_slot("pudong", FRIDAY, time(hour))
    entries = [entering(1, slot=f"pudong-20261127-{hour}00") for hour in (10, 12, 14, 16)]
    assert rush(desk, entries)["entered"] == 4
    assert Lawyer.select().count() == 1
