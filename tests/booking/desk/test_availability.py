"""What is shown is a copy of a moment ago; what it says of *full* never stands in the way of who holds a seat."""

import threading
from collections.abc import Callable
from datetime import date

import pytest

import refusals
from booking.desk import Desk
from booking.desk.stale_cache import StaleCache
from models import Slot
from seats.counters import Day
from tests.booking.conftest import FRIDAY, SLOT, applying

Lawyers = Callable[[int], list[int]]


def fill(desk: Desk, lawyers: Lawyers) -> list[int]:
    crowd = lawyers(14)
    for lawyer in crowd[:12]:
        desk.book(applying(lawyer))
    with pytest.raises(refusals.SlotFull):
        desk.book(applying(crowd[12]))
    return crowd


def test_a_full_slot_is_refused_without_asking_the_gate_again(
    desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = fill(desk, lawyers)
    monkeypatch.setattr(desk.seats, "reserve", lambda *asked: pytest.fail("the gate was asked"))
    with pytest.raises(refusals.SlotFull) as refused:
        desk.book(applying(crowd[13]))
    assert refused.value.extra["nearest"] == []


def test_who_holds_a_seat_of_a_full_slot_still_gets_his_answer(desk: Desk, lawyers: Lawyers) -> None:
    crowd = fill(desk, lawyers)
    for lawyer in crowd[:12]:
        assert desk.book(applying(lawyer)).replayed


@pytest.mark.usefixtures("no_rest")
def test_a_seat_given_back_here_can_be_had_at_once(desk: Desk, lawyers: Lawyers) -> None:
    crowd = fill(desk, lawyers)
    first = desk.book(applying(crowd[0]))
    desk.cancel(crowd[0], first.ref)
    assert desk.book(applying(crowd[13])).ref


def test_a_booking_shows_at_once_and_costs_the_board_no_new_look(
    desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.board._shown, "_seconds", 60.0)  # however slow the machine is just now
    assert desk.slots("pudong", FRIDAY)[0].remaining == 12
    monkeypatch.setattr(desk.seats, "left", lambda day: pytest.fail("the gate was asked"))
    desk.book(applying(lawyers(1)[0]))
    assert desk.slots("pudong", FRIDAY)[0].remaining == 11


def test_nothing_is_kept_of_days_nobody_can_book(desk: Desk) -> None:
    for year in range(1990, 2020):
        assert desk.slots("pudong", date(year, 1, 1)) == ()
    assert set(desk.board._shown._kept) <= {Day("pudong", FRIDAY)}
    assert Slot.get_by_id(SLOT).seats == 12


def test_of_a_crowd_one_reads_and_the_others_go_on_with_the_old_copy() -> None:
    copies: StaleCache[str, int] = StaleCache(0.0)
    assert copies.get("x", lambda: 1) == 1
    reading, done = threading.Event(), threading.Event()

    def slowly() -> int:
        reading.set()
        done.wait(5)
        return 2

    reader = threading.Thread(target=lambda: copies.get("x", slowly))
    reader.start()
    reading.wait(5)
    assert copies.get("x", lambda: 3) == 1
    done.set()
    reader.join()
    assert copies.get("x", lambda: 4) == 4


def test_a_copy_that_ran_out_long_ago_is_not_shown() -> None:
    copies: StaleCache[str, int] = StaleCache(-10.0)
    copies.put("x", 1)
    assert copies.get("x", lambda: 2) == 2


def test_a_reading_that_fails_leaves_no_copy() -> None:
    copies: StaleCache[str, int] = StaleCache(1.0)
    with pytest.raises(ZeroDivisionError):
        copies.get("x", lambda: 1 // 0)
    assert copies.get("x", lambda: 2) == 2
