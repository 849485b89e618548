"""Cancelling at the desk: free until some hours before, then a strike, and never once it has begun."""

import pytest

import refusals
from booking.desk import Desk
from models import Booking, Notice, Slot, Strike
from tests.booking.conftest import SLOT, Clock, applying
from tests.booking.desk.conftest import Lawyers, left, set_policy


@pytest.mark.usefixtures("no_rest")
def test_cancelling_in_time_frees_the_seat_once_and_costs_nothing(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    ref = desk.book(applying(lawyer)).ref
    for _ in range(3):
        assert desk.cancel(lawyer, ref).state == "cancelled"
    assert Slot.get_by_id(SLOT).taken == 0
    assert left(desk) == 12
    assert not Strike.select().exists()
    assert [n.words["strike"] for n in Notice.select().where(Notice.kind == "cancelled")] == ["不计爽约"]


def test_cancelling_late_asks_first_and_then_costs_a_strike(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    ref = desk.book(applying(lawyer)).ref
    clock.move(days=1, hours=23, minutes=30)  # 24 hours before the start, to the second
    clock.move(seconds=1)
    with pytest.raises(refusals.LateCancellation, match="第1次"):
        desk.cancel(lawyer, ref)
    assert Booking.get_by_id(ref).state == "submitted"
    assert desk.cancel(lawyer, ref, accept_strike=True).state == "cancelled"
    assert [(s.kind, s.state) for s in Strike.select()] == [("late_cancellation", "standing")]
    assert Slot.get_by_id(SLOT).taken == 0


def test_the_last_free_second_is_free(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    ref = desk.book(applying(lawyer)).ref
    clock.move(days=1, hours=23, minutes=30)
    assert desk.cancel(lawyer, ref).state == "cancelled"
    assert not Strike.select().exists()


def test_the_free_hours_are_data(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    ref = desk.book(applying(lawyer)).ref
    set_policy(cancel_free_hours=48)
    clock.move(days=1)
    with pytest.raises(refusals.LateCancellation, match="48小时"):
        desk.cancel(lawyer, ref)


def test_anothers_booking_does_not_exist(desk: Desk, lawyers: Lawyers) -> None:
    mine, other = lawyers(2)
    ref = desk.book(applying(mine)).ref
    with pytest.raises(refusals.NotFound):
        desk.cancel(other, ref)


def test_a_meeting_that_has_begun_is_not_cancelled(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    ref = desk.book(applying(lawyer)).ref
    clock.move(days=3)
    with pytest.raises(refusals.WrongState):
        desk.cancel(lawyer, ref, accept_strike=True)
