"""The last seat, held by somebody who is then refused, is not taken: who asks meanwhile gets it, or hears of a full slot
only when it is full."""

import threading
from dataclasses import replace
from datetime import time

import pytest

from booking.desk import Desk, holding
from models import database
from refusals import AlreadyBooked, SlotFull
from seats.counters import Day
from tests.booking.conftest import FRIDAY, SLOT, add_slot, applying

DAY = Day("pudong", FRIDAY)
ANOTHERS = "7K3MPQ2X"


@pytest.fixture
def last_seat(desk: Desk) -> str:
    slot = str(add_slot("pudong", FRIDAY, time(14), seats=1).id)
    desk.slots("pudong", FRIDAY)
    return slot


def asked_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The references for which the gate is asked for a seat from here on."""
    seen, reserve_all = set(), desk.seats.reserve_all

    def watched(wanted, *more):
        seen.update(ref for some in wanted.values() for _, ref, _ in some)
        return reserve_all(wanted, *more)

    monkeypatch.setattr(desk.seats, "reserve_all", watched)
    return seen


def held_by_another(desk: Desk, slot: str) -> None:
    assert desk.seats.reserve(DAY, slot, ANOTHERS, 999, desk.now()).left == 0


@pytest.mark.parametrize("patient", [True, False])
def test_a_seat_that_comes_back_in_a_moment_is_waited_for(desk, lawyers, last_seat, monkeypatch, patient):
    """The second line is the control."""
    held_by_another(desk, last_seat)
    if not patient:
        monkeypatch.setattr(holding, "PAUSES_S", ())
    monkeypatch.setattr(holding.time, "sleep", lambda pause: desk.seats.give_back(DAY, [ANOTHERS]))
    try:
        assert desk.book(applying(lawyers(1)[0], last_seat)).ref
        assert patient
    except SlotFull:
        assert not patient


def test_a_seat_that_is_taken_is_full_at_once(desk, lawyers, last_seat, monkeypatch):
    one, other = lawyers(2)
    desk.book(applying(one, last_seat))
    monkeypatch.setattr(holding.time, "sleep", pytest.fail)
    with pytest.raises(SlotFull):
        desk.book(applying(other, last_seat))


def test_four_who_hammer_take_no_seat_from_the_innocent(desk, lawyers, monkeypatch):
    """Each has a meeting then: his first try takes the seat for a moment, and none of the others do."""
    overlapping = str(add_slot("pudong", FRIDAY, time(9), seats=1).id)
    *hammering, innocent = lawyers(5)
    for one in hammering:
        desk.book(applying(one, SLOT))
        refused(desk, one, overlapping, "first")
    held = asked_for(desk, monkeypatch)

    def hammer(one: int) -> None:
        for number in range(15):
            refused(desk, one, overlapping, f"{number}")
        database.close()

    threads = [threading.Thread(target=hammer, args=(one,)) for one in hammering]
    for thread in threads:
        thread.start()
    assert desk.book(applying(innocent, overlapping)).ref
    for thread in threads:
        thread.join()
    assert len(held) == 1


def refused(desk: Desk, lawyer: int, slot: str, key: str) -> None:
    with pytest.raises(AlreadyBooked):
        desk.book(applying(lawyer, slot, key=f"{lawyer}-{key}"))


def test_who_is_refused_for_his_own_meeting_takes_no_seat_the_second_time(desk, lawyers, monkeypatch):
    overlapping = str(add_slot("pudong", FRIDAY, time(9), seats=1).id)
    (one,) = lawyers(1)
    first = desk.book(applying(one, SLOT))
    held = asked_for(desk, monkeypatch)
    for number in range(3):
        with pytest.raises(AlreadyBooked):
            desk.book(applying(one, overlapping, key=f"{number}"))
    assert len(held) == 1
    assert desk.book(applying(one, SLOT)) == replace(first, replayed=True)  # his own request again has its answer
    with pytest.raises(AlreadyBooked):
        desk.book(applying(one, SLOT, key="another"))
    assert desk.book(applying(one, SLOT)) == replace(first, replayed=True)
    desk.cancel(one, first.ref)
    assert desk.book(applying(one, overlapping, key="free now")).ref  # at once, whoever remembers
