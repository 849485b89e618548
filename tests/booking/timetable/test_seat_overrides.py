"""Rule 19 by hand: raised at once, lowered after seeing who is affected, and kept until it is taken back."""

import threading
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

import refusals
from booking.desk import Desk
from booking.record.actor import Actor
from booking.timetable import imports, rollout, weekly_changes
from booking.timetable.closures import Changed
from booking.timetable.seat_overrides import Affects, follow_timetable, preview, set_seats, set_window_seats
from booking.weekly import Weeks
from models import Audit, Booking, Notice, Slot, Timetable, database
from seats.counters import Day
from tests.booking.conftest import FRIDAY, SLOT, TODAY, Clock, applying

Lawyers = Callable[[int], list[int]]


@pytest.fixture(autouse=True)
def fridays(desk: Desk) -> None:
    rule(desk)
    rollout.open_days(desk, desk.now())


def rule(desk: Desk, valid_from: date = TODAY, valid_to: date | None = None, **change: object) -> Timetable:
    line = {"weekdays": [3, 4], "starts": ["08:30", "10:00"], "minutes": 90, "seats": 12, "window_seats": 28}
    document = {"centre": "pudong", "valid_from": valid_from, "valid_to": valid_to, "slot": [line | change]}
    made = imports.import_table(Actor("chief-pudong"), desk.now(), imports.read(document), "test")
    assert made is not None
    return made


def book(desk: Desk, lawyers: list[int], clock: Clock) -> list[str]:
    refs = []
    for lawyer in lawyers:
        refs.append(desk.book(applying(lawyer)).ref)
        clock.move(seconds=1)
    return refs


def test_raised_seats_can_be_booked_at_once(desk: Desk) -> None:
    desk.slots("pudong", FRIDAY)
    assert set_seats(desk, Actor("chief-pudong"), SLOT, 20) == []
    assert desk.slots("pudong", FRIDAY)[0].remaining == 20
    assert desk.seats.left(Day("pudong", FRIDAY))[SLOT] == 20
    record = Audit.get(Audit.what == "slot.seats")
    assert (record.who, record.subject, record.words["seats"]) == ("chief-pudong", SLOT, [12, 20])


def test_what_was_set_stays_when_days_are_laid_out_and_under_a_new_timetable(desk: Desk) -> None:
    set_seats(desk, Actor("chief-pudong"), SLOT, 20)
    set_window_seats(Actor("chief-pudong"), desk.now(), SLOT, 3)
    rollout.open_days(desk, desk.now())
    rule(desk, seats=5)
    rollout.open_days(desk, desk.now())
    slot = Slot.get_by_id(SLOT)
    assert (slot.seats, slot.window_seats) == (20, 3)
    assert Slot.get_by_id("pudong-20261127-1000").seats == 5
    assert desk.seats.left(Day("pudong", FRIDAY)).get(SLOT, 20) == 20


def test_taken_back_the_timetable_rules_again(desk: Desk) -> None:
    set_seats(desk, Actor("chief-pudong"), SLOT, 20)
    desk.slots("pudong", FRIDAY)
    follow_timetable(desk, Actor("chief-pudong"), SLOT)
    assert Slot.get_by_id(SLOT).seats == 12
    assert desk.slots("pudong", FRIDAY)[0].remaining == 12


def test_unclaimed_hand_set_seats_pass_to_the_window_and_stay_there(desk: Desk, clock: Clock) -> None:
    set_seats(desk, Actor("chief-pudong"), SLOT, 20)
    clock.move(days=2)
    rollout.pass_to_window(desk, clock())
    rollout.open_days(desk, clock())
    slot = Slot.get_by_id(SLOT)
    assert (slot.seats, slot.window_seats) == (0, 48)
    with pytest.raises(refusals.WrongState, match="窗口"):
        set_seats(desk, Actor("chief-pudong"), SLOT, 30)
    set_window_seats(Actor("chief-pudong"), desk.now(), SLOT, 10)
    rollout.open_days(desk, clock())
    assert Slot.get_by_id(SLOT).window_seats == 10


def test_lowering_to_what_is_booked_affects_nobody(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    book(desk, lawyers(3), clock)
    set_seats(desk, Actor("chief-pudong"), SLOT, 3)
    assert desk.slots("pudong", FRIDAY)[0].remaining == 0


def test_lowering_further_shows_those_who_booked_last(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    refs = book(desk, lawyers(4), clock)
    with pytest.raises(Affects):
        set_seats(desk, Actor("chief-pudong"), SLOT, 2)
    assert Slot.get_by_id(SLOT).seats == 12
    seen = preview(desk, SLOT, 2)
    assert [booking.ref for booking in seen.affected] == [refs[3], refs[2]]
    assert seen.nearest[0].id == "pudong-20261127-1000"


def test_lowered_with_everybody_kept_nobody_is_thrown_out_and_nobody_comes_in(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    *people, late = lawyers(4)
    book(desk, people, clock)
    set_seats(desk, Actor("chief-pudong"), SLOT, 2, fingerprint=preview(desk, SLOT, 2).fingerprint)
    slot = Slot.get_by_id(SLOT)
    assert (slot.seats, slot.taken) == (2, 3)
    with pytest.raises(refusals.SlotFull):
        desk.book(applying(late))


def test_lowered_with_the_last_taken_back_they_are_told_in_the_same_step(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    refs = book(desk, lawyers(4), clock)
    seen = preview(desk, SLOT, 2).fingerprint
    gone = set_seats(desk, Actor("chief-pudong"), SLOT, 2, fingerprint=seen, why="会见室减少")
    assert {booking.ref for booking in gone} == {refs[2], refs[3]}
    slot = Slot.get_by_id(SLOT)
    assert (slot.seats, slot.taken) == (2, 2)
    assert {n.booking for n in Notice.select().where(Notice.kind == "withdrawn")} == {refs[2], refs[3]}
    assert desk.seats.left(Day("pudong", FRIDAY))[SLOT] == 0


def test_who_booked_since_the_preview_is_shown_first(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    *people, late = lawyers(4)
    book(desk, people, clock)
    seen = preview(desk, SLOT, 2).fingerprint
    desk.book(applying(late))
    with pytest.raises(Changed):
        set_seats(desk, Actor("chief-pudong"), SLOT, 2, fingerprint=seen, why="会见室减少")
    assert Slot.get_by_id(SLOT).seats == 12
    assert Booking.select().where(Booking.active == 1).count() == 4


@pytest.mark.parametrize("seats", [-1, 1001])
def test_a_number_has_its_range(desk: Desk, seats: int) -> None:
    for call in (set_seats, set_window_seats):
        with pytest.raises(refusals.Invalid):
            call(desk, Actor("chief-pudong"), SLOT, seats)
    with pytest.raises(refusals.NotFound):
        set_seats(desk, Actor("chief-pudong"), "pudong-20261127-0400", 5)


def test_a_booking_that_comes_while_seats_are_lowered_is_never_one_nobody_saw(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    """Ten lawyers book while an officer lowers to none: whoever got in is seen before the seats are down."""
    people = lawyers(10)
    barrier = threading.Barrier(len(people) + 1)

    def come(lawyer: int) -> None:
        barrier.wait()
        try:
            desk.book(applying(lawyer))
        except refusals.Refusal:
            pass
        finally:
            database.close()

    threads = [threading.Thread(target=come, args=(lawyer,)) for lawyer in people]
    for thread in threads:
        thread.start()
    barrier.wait()
    shown = preview(desk, SLOT, 0)
    while True:
        try:
            set_seats(desk, Actor("chief-pudong"), SLOT, 0, fingerprint=shown.fingerprint, why="会见室减少")
            break
        except Changed:
            shown = preview(desk, SLOT, 0)
    for thread in threads:
        thread.join()
    slot = Slot.get_by_id(SLOT)
    assert (slot.seats, slot.taken) == (0, 0)
    assert not Booking.select().where(Booking.active == 1).exists()


def test_one_weekday_from_a_day_on_is_a_new_timetable(desk: Desk) -> None:
    table = weekly_changes.with_seats("pudong", 4, time(8, 30), 20, 30, date(2026, 11, 30))
    imports.import_table(Actor("chief-pudong"), desk.now(), table, "周五加开")
    rollout.open_days(desk, desk.now())
    seats = {slot.id[7:]: (slot.seats, slot.window_seats) for slot in Slot.select()}
    assert seats["20261127-0830"] == (12, 28)
    assert seats["20261204-0830"] == (20, 30)
    assert seats["20261204-1000"] == seats["20261203-0830"] == (12, 28)


def test_it_ends_where_a_later_timetable_begins(desk: Desk) -> None:
    rule(desk, valid_from=date(2027, 1, 1), seats=40)
    table = weekly_changes.with_seats("pudong", 4, time(8, 30), 20, 28, date(2026, 12, 1))
    assert table.valid_to == date(2026, 12, 31)
    imports.import_table(Actor("chief-pudong"), desk.now(), table, "周五加开")
    ruling = Weeks(["pudong"]).of("pudong", date(2027, 1, 8))
    assert ruling is not None and {period.seats for period in ruling.on(date(2027, 1, 8))} == {40}


def test_a_timetable_until_the_end_of_time_has_no_end(desk: Desk) -> None:
    Timetable.update(valid_to=date.max).execute()
    assert weekly_changes.with_seats("pudong", 4, time(8, 30), 20, 28, date(2026, 12, 1)).valid_to is None


def test_a_weekday_or_start_the_timetable_lacks_cannot_be_raised(desk: Desk) -> None:
    with pytest.raises(refusals.NotFound):
        weekly_changes.with_seats("pudong", 0, time(8, 30), 20, 28, TODAY)
    with pytest.raises(refusals.NotFound):
        weekly_changes.with_seats("pudong", 4, time(9), 20, 28, TODAY)
    with pytest.raises(refusals.NotFound):
        weekly_changes.with_seats("pudong", 4, time(8, 30), 20, 28, TODAY - timedelta(days=9))


def test_the_book_of_timetables_says_which_one_rules(desk: Desk) -> None:
    rule(desk, valid_from=date(2027, 1, 1), seats=40)
    coming, ruling = weekly_changes.written("pudong", TODAY)
    assert (coming.rules_today, ruling.rules_today) == (False, True)
    assert [period.seats for period in coming.days[4]] == [40, 40]
