"""What is asked of the gate, and the numbers of a centre changed."""

from collections.abc import Callable

from booking.desk import Desk
from models import Centre
from seats.counters import Day
from tests.booking.conftest import FRIDAY, SLOT

PUDONG_FRIDAY = Day("pudong", FRIDAY)
Lawyers = Callable[[int], list[int]]


def left(desk: Desk, slot: str = SLOT) -> int:
    return desk.seats.left(PUDONG_FRIDAY)[slot]


def set_policy(**numbers: object) -> None:
    Centre.update(policy=numbers).where(Centre.code == "pudong").execute()
