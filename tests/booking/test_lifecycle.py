"""Telling a step: once and for all, or again for a cause of its own."""

from collections.abc import Callable

import pytest

from booking.desk import Desk
from booking.lifecycle import ONCE, notify
from models import Booking, Notice
from tests.booking.conftest import Clock, applying

Lawyers = Callable[[int], list[int]]


@pytest.fixture
def booking(desk: Desk, lawyers: Lawyers) -> Booking:
    found: Booking = Booking.get_by_id(desk.book(applying(lawyers(1)[0])).ref)
    return found


def events(booking: Booking) -> list[str]:
    told = Notice.select().where(Notice.kind == "no_show").order_by(Notice.id)
    return [notice.event.removeprefix(f"{booking.ref}:") for notice in told]


def test_what_is_told_once_is_not_told_a_second_time(booking: Booking, clock: Clock) -> None:
    for strikes in ("1", "2"):
        notify(booking, "no_show", clock(), cause=ONCE, strikes=strikes)
    assert events(booking) == ["no_show"]


def test_another_cause_makes_it_another_letter_and_the_same_one_does_not(booking: Booking, clock: Clock) -> None:
    for cause in (ONCE, "strike-1", "strike-2", "strike-1"):
        notify(booking, "no_show", clock(), cause=cause, strikes="1")
    assert events(booking) == ["no_show", "no_show:strike-1", "no_show:strike-2"]


def test_nobody_tells_without_saying_which_of_the_two_he_means(booking: Booking, clock: Clock) -> None:
    with pytest.raises(TypeError, match="cause"):
        notify(booking, "no_show", clock(), strikes="1")  # type: ignore[call-arg]
