"""Never a thirteenth: many threads at one barrier, one slot, real Redis, both databases; and what guards it, taken out."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

import models.slots
from booking.desk import Desk
from booking.desk.application import Application
from models import Booking, Change, KeptAnswer, Notice, Slot, database
from refusals import Refusal
from seats import scripts
from seats.counters import Day, SeatCounters
from tests.booking.conftest import FRIDAY, SLOT, applying

CROWD, SEATS = 50, 12
PUDONG_FRIDAY = Day("pudong", FRIDAY)


class Crowd:
    """As many threads as there are people, all let go at once, again and again; each keeps its connection."""

    def __init__(self, many: int):
        self._many = many
        self._threads = ThreadPoolExecutor(many)

    def rush(self, desk: Desk, applications: Sequence[Application]) -> Counter[str]:
        """Counts what each was told."""
        return Counter(self._together(lambda application: _tell(desk, application), applications))

    def close(self) -> None:
        self._together(lambda _: database.close(), range(self._many))
        self._threads.shutdown()

    def _together(self, call: Callable[[Any], Any], about: Sequence[Any]) -> list[Any]:
        barrier = threading.Barrier(len(about))
        return list(self._threads.map(lambda one: (barrier.wait(), call(one))[1], about))


def _tell(desk: Desk, application: Application) -> str:
    try:
        desk.book(application)
        return "booked"
    except Refusal as refusal:
        return refusal.code


def rush(desk: Desk, applications: Sequence[Application]) -> Counter[str]:
    with closing(Crowd(len(applications))) as crowd:
        return crowd.rush(desk, applications)


def clear() -> None:
    for table in (KeptAnswer, Change, Notice, Booking):
        table.delete().execute()
    Slot.update(taken=0).execute()


def test_fifty_lawyers_at_twelve_seats_a_hundred_times(desk: Desk, lawyers: Callable[[int], list[int]]) -> None:
    people = lawyers(CROWD)
    with closing(Crowd(CROWD)) as crowd:
        for turn in range(100):
            told = crowd.rush(desk, [applying(lawyer, key=f"{turn}-{lawyer}") for lawyer in people])
            assert told == {"booked": SEATS, "slot_full": CROWD - SEATS}
            assert desk.seats.left(PUDONG_FRIDAY)[SLOT] == 0
            assert Slot.get_by_id(SLOT).taken == SEATS
            assert Booking.select().count() == Notice.select().count() == SEATS
            clear()
            desk.seats._redis.flushall()
            desk.board.invalidate_day(PUDONG_FRIDAY)


def test_without_the_guards_the_same_crowd_oversells(
    desk: Desk, lawyers: Callable[[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts, "RESERVE", scripts.RESERVE.replace("if tonumber(left) <= 0 then return 0, 0 end", ""))
    monkeypatch.setattr(models.slots, "ROOM", "1 = 1")
    with closing(Desk(SeatCounters(desk.seats._redis), desk.now)) as unguarded:
        told = rush(unguarded, [applying(lawyer) for lawyer in lawyers(CROWD)])
    assert told["booked"] > SEATS
    assert Booking.select().count() > SEATS


def test_sql_alone_stops_the_crowd_when_the_gate_lets_everybody_in(
    desk: Desk, lawyers: Callable[[int], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts, "RESERVE", scripts.RESERVE.replace("if tonumber(left) <= 0 then return 0, 0 end", ""))
    with closing(Desk(SeatCounters(desk.seats._redis), desk.now)) as unguarded:
        told = rush(unguarded, [applying(lawyer) for lawyer in lawyers(CROWD)])
    assert told == {"booked": SEATS, "slot_full": CROWD - SEATS}


def test_one_lawyer_pressing_fifty_times_has_one_booking(desk: Desk, lawyers: Callable[[int], list[int]]) -> None:
    (lawyer,) = lawyers(1)
    told = rush(desk, [applying(lawyer, key="the same")] * CROWD)
    assert told == {"booked": CROWD}
    assert Booking.select().count() == Notice.select().count() == Slot.get_by_id(SLOT).taken == 1
    assert desk.seats.left(PUDONG_FRIDAY)[SLOT] == SEATS - 1


def test_one_lawyer_with_fifty_keys_has_one_booking(desk: Desk, lawyers: Callable[[int], list[int]]) -> None:
    (lawyer,) = lawyers(1)
    told = rush(desk, [applying(lawyer, key=f"key {n}") for n in range(CROWD)])
    assert told["booked"] == 1
    assert set(told) <= {"booked", "already_booked", "slot_full", "rate_limited"}
    assert Booking.select().count() == Slot.get_by_id(SLOT).taken == 1
    assert desk.seats.left(PUDONG_FRIDAY)[SLOT] == SEATS - 1


def test_strangers_who_name_a_person_lie_side_by_side(desk: Desk, lawyers: Callable[[int], list[int]]) -> None:
    person = {"name": "同一人", "id_no": "11010519491231002X"}
    told = rush(desk, [replace(applying(lawyer), detainee=person) for lawyer in lawyers(SEATS)])
    assert told == {"booked": SEATS}
    assert not Booking.select().where(Booking.detainee_claim.is_null(False)).exists()
