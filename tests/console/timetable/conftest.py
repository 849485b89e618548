"""A chief at a timetable that is laid out, with three bookings."""

import pytest

from booking.desk import Desk
from booking.record.actor import Actor
from booking.timetable import imports, rollout
from tests.booking.conftest import TODAY, applying
from tests.console.conftest import Browser, SignedIn

WEEK, NEXT = "timetable?week=2026-W48", "timetable?week=2026-W49"


@pytest.fixture
def chief(signed_in: SignedIn, desk: Desk) -> Browser:
    line = {
        "weekdays": [0, 1, 2, 3, 4],
        "starts": ["08:30", "10:00"],
        "minutes": 90,
        "seats": 12,
        "window_seats": 28,
    }
    table = imports.read({"centre": "pudong", "valid_from": TODAY, "slot": [line]})
    imports.import_table(Actor("demo"), desk.now(), table, "test")
    rollout.open_days(desk, desk.now())
    return signed_in("chief")


@pytest.fixture
def booked(desk: Desk, lawyers, clock) -> list[str]:
    refs = []
    for lawyer in lawyers(3):
        refs.append(desk.book(applying(lawyer)).ref)
        clock.move(seconds=1)
    return refs


def hidden(text: str, name: str) -> str:
    return text.partition(f'name="{name}" value="')[2].partition('"')[0].replace("&#34;", '"')
