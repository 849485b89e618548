"""Many officers at one window, all at once; and without the guard, which must oversell."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest

import models.slots
import refusals
from booking.desk import Desk
from booking.record.actor import Actor
from booking.window.entry import Entry, enter
from models import Booking, Lawyer, RollEntry, Slot, database
from tests.booking.conftest import FRIDAY, SLOT, add_slot
from tests.booking.window.conftest import Lawyers, entering, licence

CROWD = 30


def rush(desk: Desk, entries: list[Entry]) -> Counter[str]:
    """Everybody enters at once; counts what each officer was told."""
    barrier = threading.Barrier(len(entries))

    def one(entry: Entry) -> str:
        try:
            barrier.wait()
            enter(Actor("gate-pudong"), desk.now(), entry)
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
