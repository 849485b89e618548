"""Rule 9: one under, at and one over each limit; and two at once at the limit, with the guard out for control."""

import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from booking.desk import Desk, decision, facts, limits
from booking.desk.sittings import Coming
from booking.documents import document_key
from booking.lawyers import mandates
from booking.lawyers.mandates import Pair
from booking.record.actor import Actor
from booking.review import budget
from booking.timetable import withdrawal
from clock import at
from models import Audit, Booking, database
from models.states import State
from refusals import Invalid, LimitReached, WrongState
from tests.booking.conftest import SLOT, Clock, add_slot, applying, certain
from tests.booking.desk.conftest import set_policy

Lawyers = Callable[[int], list[int]]
CHIEF = Actor("chief-pudong", "pudong")
TOMORROW = at(date(2026, 11, 25), time(0))


@pytest.fixture
def lawyer(lawyers: Lawyers) -> int:
    return lawyers(1)[0]


@pytest.fixture
def slots(desk: Desk) -> list[str]:
    """Twelve hours of three days, so that no other limit of theirs comes first."""
    days = (date(2026, 11, 26), date(2026, 11, 28), date(2026, 11, 30))
    return [str(add_slot("pudong", day, time(hour, 0), minutes=60).id) for hour in range(8, 12) for day in days]


def roomy(**but: int) -> None:
    """Every limit far away, except one."""
    far = {"daily_limit": 20, "ahead_limit": 100, "unproven_ahead_limit": 100, "new_persons_limit": 100,
           "bookings_made_limit": 200, "slot_again_limit": 20, "cancel_budget": 100}  # fmt: skip
    set_policy(**far | but)


def reached(book: Callable[[], Any]) -> tuple[str, str]:
    """Which limit, and from when there is room again."""
    with pytest.raises(LimitReached) as no:
        book()
    assert no.value.status == 429 and (no.value.retry_after or 0) > 0
    return no.value.extra["limit"], no.value.extra["again_at"]


def prove(lawyer: int, clock: Clock) -> None:
    """For the person that `certain` asks for."""
    person = certain(lawyer).detainee
    mandates.prove(
        CHIEF, clock(), Pair(lawyer, "pudong", document_key(person["id_no"])), person["name"], "investigation"
    )


def turn(desk: Desk, lawyer: int, slot: str, n: int, **more: Any) -> str:
    """Booked and cancelled."""
    ref = desk.book(applying(lawyer, slot, key=f"turn {n}", **more)).ref
    desk.cancel(lawyer, ref)
    return ref


def test_meetings_ahead(desk: Desk, lawyer: int, slots: list[str]) -> None:
    roomy(ahead_limit=3)
    for n in range(3):
        desk.book(applying(lawyer, slots[n], key=str(n)))
    first = at(date(2026, 11, 26), time(8))
    assert reached(lambda: desk.book(applying(lawyer, slots[3]))) == ("ahead", first.isoformat())


def test_of_them_without_a_proven_mandate(desk: Desk, lawyer: int, slots: list[str], clock: Clock) -> None:
    roomy(unproven_ahead_limit=2)
    prove(lawyer, clock)
    desk.book(certain(lawyer, slot=slots[0], key="p"))
    for n in (1, 2):
        desk.book(applying(lawyer, slots[n], key=str(n)))
    assert reached(lambda: desk.book(applying(lawyer, slots[3])))[0] == "unproven_ahead"
    assert desk.book(certain(lawyer, slot=slots[3], key="again"))
    assert [b.proven for b in Booking.select().order_by(Booking.starts_at, Booking.ref)].count(1) == 2


def test_persons_never_met(desk: Desk, lawyer: int, slots: list[str], clock: Clock) -> None:
    roomy(new_persons_limit=2, new_persons_days=3)
    first = clock()
    for n in range(2):
        turn(desk, lawyer, slots[n], n, detainee=f"新人{n}")
        clock.move(minutes=20)
    again = (first + timedelta(days=3)).isoformat()
    assert reached(lambda: desk.book(applying(lawyer, slots[2], detainee="新人9"))) == ("new_persons", again)
    assert desk.book(applying(lawyer, slots[2], key="known", detainee="新人1"))
    clock.moment = first + timedelta(days=3)
    assert desk.book(applying(lawyer, slots[5], key="later", detainee="新人9"))


def test_whom_the_lawyer_has_met_is_not_new(desk: Desk, lawyer: int, slots: list[str]) -> None:
    roomy(new_persons_limit=1)
    met = desk.book(applying(lawyer, slots[0], key="met", detainee="见过的")).ref
    Booking.update(state=State.DONE).where(Booking.ref == met).execute()
    turn(desk, lawyer, slots[1], 1, detainee="新人")
    assert reached(lambda: desk.book(applying(lawyer, slots[2], detainee="又一新人")))[0] == "new_persons"
    assert desk.book(applying(lawyer, slots[2], key="again", detainee="见过的"))


def test_bookings_made_a_day_cancelled_ones_too(desk: Desk, lawyer: int, slots: list[str], clock: Clock) -> None:
    roomy(bookings_made_limit=3)
    for n in range(3):
        turn(desk, lawyer, slots[n], n)
    assert reached(lambda: desk.book(applying(lawyer, slots[4]))) == ("made_today", TOMORROW.isoformat())
    clock.moment = TOMORROW - timedelta(microseconds=1)
    assert reached(lambda: desk.book(applying(lawyer, slots[4])))[0] == "made_today"
    clock.moment = TOMORROW + timedelta(hours=9)
    assert desk.book(applying(lawyer, slots[5]))


def test_the_same_slot_once_cancelled(desk: Desk, lawyer: int, slots: list[str]) -> None:
    roomy(slot_again_limit=2)
    for n in range(3):  # the first is no second time
        turn(desk, lawyer, slots[0], n)
    assert reached(lambda: desk.book(applying(lawyer, slots[0]))) == ("slot_again", TOMORROW.isoformat())
    assert desk.book(applying(lawyer, slots[1]))


@pytest.fixture
def spent(desk: Desk, lawyer: int, slots: list[str], clock: Clock) -> list[datetime]:
    """Two cancellations, later than ten minutes after their booking: the budget of this centre."""
    roomy(cancel_budget=2)
    moments = []
    for n in range(2):
        ref = desk.book(applying(lawyer, slots[n], key=str(n))).ref
        clock.move(minutes=11)
        desk.cancel(lawyer, ref)
        moments.append(clock())
    return moments


def test_who_has_cancelled_too_often_waits_until_one_is_older(
    desk: Desk, lawyer: int, slots: list[str], spent: list[datetime], clock: Clock
) -> None:
    again = (spent[0] + timedelta(days=30)).isoformat()
    assert reached(lambda: desk.book(applying(lawyer, slots[4]))) == ("cancelled", again)
    prove(lawyer, clock)
    assert desk.book(certain(lawyer, slot=slots[4], key="proven"))


def test_an_officer_lifts_it_with_a_reason_and_on_record(
    desk: Desk, lawyer: int, slots: list[str], spent: list[datetime], clock: Clock
) -> None:
    assert budget.of(lawyer, "pudong", clock()) == budget.Budget(2, 2, spent[0] + timedelta(days=30))
    with pytest.raises(Invalid):
        budget.lift(CHIEF, clock(), lawyer, "pudong", "  ")
    budget.lift(CHIEF, clock(), lawyer, "pudong", "当事人转所，两次都不是他的过错")
    assert Audit.get(Audit.what == "lawyer.budget_lifted").subject == f"lawyer:{lawyer}"
    assert desk.book(applying(lawyer, slots[4]))
    with pytest.raises(WrongState):
        budget.lift(CHIEF, clock(), lawyer, "pudong", "再来一次")


def test_a_slip_within_ten_minutes_does_not_count_once_a_day(
    desk: Desk, lawyer: int, slots: list[str], clock: Clock
) -> None:
    roomy(cancel_budget=1)
    ref = desk.book(applying(lawyer, slots[0], key="slip")).ref
    clock.move(minutes=10)
    desk.cancel(lawyer, ref)
    assert budget.of(lawyer, "pudong", clock()).spent == 0
    turn(desk, lawyer, slots[1], 1)
    assert budget.of(lawyer, "pudong", clock()).spent == 1
    assert reached(lambda: desk.book(applying(lawyer, slots[2])))[0] == "cancelled"


def test_what_the_centre_takes_back_counts_in_none(desk: Desk, lawyer: int, slots: list[str], clock: Clock) -> None:
    roomy(cancel_budget=1, bookings_made_limit=2, slot_again_limit=1, new_persons_limit=1)
    for n in range(3):
        ref = desk.book(applying(lawyer, slots[0], key=str(n), detainee=f"新人{n}")).ref
        clock.move(minutes=20)
        withdrawal.withdraw(desk, CHIEF, [ref], "设备检修")
    assert budget.of(lawyer, "pudong", clock()).spent == 0
    assert desk.book(applying(lawyer, slots[0], key="now", detainee="新人9"))


def test_a_repeated_request_is_no_second_booking(desk: Desk, lawyer: int) -> None:
    roomy(bookings_made_limit=1)
    first = desk.book(applying(lawyer))
    assert desk.book(applying(lawyer)) == replace(first, replayed=True)


def both_at_once(desk: Desk, lawyer: int, slots: list[str]) -> list[str]:
    """From two processes: each with a desk of its own on the same tables."""
    gate, told = threading.Barrier(2), []

    def book(slot: str) -> None:
        with closing(Desk(desk.seats, desk.now)) as other:
            gate.wait()
            try:
                told.append(other.book(applying(lawyer, slot, key=slot)).ref and "booked")
            except LimitReached as no:
                told.append(no.extra["limit"])
            finally:
                database.close()

    threads = [threading.Thread(target=book, args=(slot,)) for slot in slots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


@pytest.fixture
def at_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has passed the check waits for the other to pass it too, before anything is written."""
    meet, check = threading.Barrier(2), limits.check

    def both_pass(*args: Any) -> None:
        check(*args)
        with suppress(threading.BrokenBarrierError):
            meet.wait(0.5)

    monkeypatch.setattr(limits, "check", both_pass)


def test_two_at_once_at_the_limit_are_one(desk: Desk, lawyer: int, slots: list[str], at_the_check: None) -> None:
    roomy(bookings_made_limit=1)
    assert both_at_once(desk, lawyer, slots[:2]) == ["booked", "made_today"]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # on SQLite the transaction itself is the lock
def test_without_the_lock_both_are_booked(
    desk: Desk, lawyer: int, slots: list[str], at_the_check: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    roomy(bookings_made_limit=1)
    monkeypatch.setattr(facts, "locking", lambda *people: [])
    assert both_at_once(desk, lawyer, slots[:2]) == ["booked", "booked"]


def test_of_two_in_one_sitting_the_second_sees_the_first(desk: Desk, lawyer: int, slots: list[str]) -> None:
    roomy(bookings_made_limit=1)
    asked = [applying(lawyer, slot, key=slot) for slot in slots[:2]]
    held = [desk._come_in(Coming.of(one, desk.board.offer(one.slot_id), desk.now())) for one in asked]
    first, second = decision.decide_batch(held)
    assert getattr(first, "ref", None) and isinstance(second, LimitReached)


def test_the_seat_of_a_refused_try_is_free_again(desk: Desk, lawyer: int) -> None:
    roomy(bookings_made_limit=1, slot_again_limit=20)
    turn(desk, lawyer, SLOT, 1)
    before = desk.slots("pudong", date(2026, 11, 27))[0].remaining
    for n in range(5):
        assert reached(lambda n=n: desk.book(applying(lawyer, key=f"try {n}")))[0] == "made_today"
    assert desk.slots("pudong", date(2026, 11, 27))[0].remaining == before
