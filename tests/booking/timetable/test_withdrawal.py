"""Rules 10 and 20: the centre takes bookings back, whoever else is at them, and nobody pays for it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time

import pytest

import refusals
from booking import lifecycle
from booking.desk import Desk
from booking.record.actor import Actor
from booking.review import decisions
from booking.timetable.withdrawal import times, withdraw
from models import Audit, Booking, Change, Notice, Slot, Strike, database
from seats.counters import Day
from sms.templates import sms_params
from tests.booking.conftest import FRIDAY, SLOT, Clock, add_slot, applying

Lawyers = Callable[[int], list[int]]
WHY = "会见室设备检修"


def told(kind: str = "withdrawn") -> list[Notice]:
    return list(Notice.select().where(Notice.kind == kind).order_by(Notice.id))


@pytest.mark.usefixtures("no_rest")
def test_the_seat_comes_back_the_lawyer_is_told_and_has_no_strike(desk: Desk, lawyers: Lawyers) -> None:
    add_slot("pudong", FRIDAY, time(10))
    ref = desk.book(applying(lawyers(1)[0])).ref
    (gone,) = withdraw(desk, Actor("chief-pudong"), [ref], WHY)
    assert (gone.state, gone.active, gone.decision_reason) == ("cancelled", None, WHY)
    assert Slot.get_by_id(SLOT).taken == 0
    assert desk.seats.left(Day("pudong", FRIDAY))[SLOT] == 12
    (notice,) = told()
    assert (notice.words["reason"], notice.words["nearest"]) == (WHY, "11月27日10:00")
    step = Change.get(Change.to_state == "cancelled")
    assert (step.from_state, step.by, step.why) == ("submitted", "chief-pudong", WHY)
    assert [(a.who, a.what, a.subject) for a in Audit.select()] == [("chief-pudong", "booking.withdrawn", ref)]
    assert not Strike.select().exists()


def test_even_in_the_last_hour_it_costs_the_lawyer_nothing(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    ref = desk.book(applying(lawyers(1)[0])).ref
    decisions.approve(Actor("review-pudong"), desk.now(), ref)
    clock.move(days=2, hours=23)
    assert [b.ref for b in withdraw(desk, Actor("chief-pudong"), [ref], WHY)] == [ref]
    assert not Strike.select().exists()


@pytest.mark.usefixtures("no_rest")
def test_many_at_once_and_those_that_are_over_stay_as_they_are(desk: Desk, lawyers: Lawyers) -> None:
    refs = [desk.book(applying(lawyer)).ref for lawyer in lawyers(5)]
    decisions.approve(Actor("review-pudong"), desk.now(), refs[0])
    decisions.reject(desk, Actor("review-pudong"), refs[1], "手续不全")
    desk.cancel(Booking.get_by_id(refs[2]).lawyer_id, refs[2])
    gone = withdraw(desk, Actor("chief-pudong"), [*refs, "00000000"], WHY)
    assert {b.ref for b in gone} == {refs[0], refs[3], refs[4]}
    assert {c.from_state for c in Change.select().where(Change.by == "chief-pudong")} == {
        "submitted",
        "confirmed",
    }
    assert Booking.get_by_id(refs[1]).decision_reason == "手续不全"
    assert len(told()) == 3
    assert Slot.get_by_id(SLOT).taken == 0
    assert withdraw(desk, Actor("chief-pudong"), refs, WHY) == []
    assert len(told()) == 3


@pytest.mark.usefixtures("no_rest")
def test_the_gate_is_told_once_a_day_however_many_go(
    desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs, asked, real = [desk.book(applying(lawyer)).ref for lawyer in lawyers(5)], [], desk.seats.give_back

    def counted(day: Day, refs: list[str], **how: bool) -> int:
        asked.append(len(refs))
        return real(day, refs, **how)

    monkeypatch.setattr(desk.seats, "give_back", counted)
    withdraw(desk, Actor("chief-pudong"), refs, WHY)
    assert asked == [5]
    assert desk.seats.left(Day("pudong", FRIDAY))[SLOT] == 12


def test_slots_that_close_are_not_offered_instead(desk: Desk, lawyers: Lawyers) -> None:
    for start in (time(10), time(13, 30)):
        add_slot("pudong", FRIDAY, start)
    ref = desk.book(applying(lawyers(1)[0])).ref
    withdraw(desk, Actor("chief-pudong"), [ref], WHY, closing=["pudong-20261127-1000"])
    assert told()[0].words["nearest"] == "11月27日13:30"


def test_three_times_of_the_longest_kind_fit_the_message(desk: Desk, lawyers: Lawyers) -> None:
    for day in (date(2026, 11, 30), date(2026, 12, 1)):
        add_slot("pudong", day, time(10))
    nearest = times(desk.board.nearest("pudong", Slot.get_by_id(SLOT).starts_at))
    assert nearest == "11月27日08:30、11月30日10:00、12月1日10:00"
    longest = "11月27日08:30、11月30日08:30、12月10日08:30"
    assert sms_params("withdrawn", {"nearest": longest})["nearest"] == longest
    assert times([]) == "请在小程序查看其他时间"


def test_a_reason_is_needed_and_names_nobody_in_custody_outside(desk: Desk, lawyers: Lawyers) -> None:
    ref = desk.book(applying(lawyers(1)[0], detainee="钱途")).ref
    with pytest.raises(refusals.Invalid):
        withdraw(desk, Actor("chief-pudong"), [ref], "  ")
    withdraw(desk, Actor("chief-pudong"), [ref], "钱途已转所")
    assert told()[0].words["reason"] == "原因请在小程序查看"


def test_of_a_name_that_cannot_be_opened_nothing_written_freely_is_sent(desk: Desk, lawyers: Lawyers) -> None:
    refs = [desk.book(applying(lawyer, detainee="钱途")).ref for lawyer in lawyers(1)]
    Booking.update(detainee_sealed="gone00.AAAA").execute()
    assert len(withdraw(desk, Actor("chief-pudong"), refs, "钱途已转所")) == 1
    assert told()[0].words["reason"] == "原因请在小程序查看"


def test_inside_a_transaction_that_fails_nothing_is_cancelled_and_no_seat_moves(desk: Desk, lawyers: Lawyers) -> None:
    ref = desk.book(applying(lawyers(1)[0])).ref
    with pytest.raises(ZeroDivisionError), database.atomic():
        withdraw(desk, Actor("chief-pudong"), [ref], WHY)
        raise ZeroDivisionError
    assert Booking.get_by_id(ref).state == "submitted"
    assert desk.seats.left(Day("pudong", FRIDAY))[SLOT] == 11
    assert not told()


def both_at_once(*calls: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(len(calls))

    def one(call: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return call()
        except refusals.Refusal as refusal:
            return refusal.code
        finally:
            database.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(one, calls))


def withdrawn_while_reviewed(desk: Desk, refs: list[str]) -> None:
    both_at_once(
        lambda: withdraw(desk, Actor("chief-pudong"), refs, WHY),
        lambda: [decisions.approve(Actor("review-pudong"), desk.now(), ref) for ref in refs],
        lambda: withdraw(desk, Actor("chief-pudong"), refs[::-1], WHY),
    )


@pytest.mark.usefixtures("no_rest")
def test_a_withdrawal_and_a_review_at_one_moment_end_each_booking_once(desk: Desk, lawyers: Lawyers) -> None:
    refs = [desk.book(applying(lawyer)).ref for lawyer in lawyers(10)]
    withdrawn_while_reviewed(desk, refs)
    assert {b.state for b in Booking.select()} == {"cancelled"}
    assert Slot.get_by_id(SLOT).taken == 0
    assert len(told()) == 10
    assert Change.select().where(Change.to_state == "cancelled").count() == 10


def test_without_the_condition_a_booking_would_end_twice(
    desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard taken out: a step that starts anywhere."""
    refs = [desk.book(applying(lawyer)).ref for lawyer in lawyers(10)]
    anywhere = ("submitted", "confirmed", "cancelled")
    monkeypatch.setitem(lifecycle.FOLLOWS, "cancelled", anywhere)
    monkeypatch.setattr("booking.timetable.withdrawal.OPEN_STATES", anywhere)
    withdraw(desk, Actor("chief-pudong"), refs, WHY)
    withdraw(desk, Actor("chief-pudong"), refs, WHY)
    assert Change.select().where(Change.to_state == "cancelled").count() > 10
