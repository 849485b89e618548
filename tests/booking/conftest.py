"""The desk in front of a small world: Pudong with one slot of twelve seats on a bookable day, and many lawyers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from booking.desk import Desk
from booking.desk.application import Application
from clock import at
from models import Centre, Holiday, HolidayTable, Lawyer, RollEntry, Slot, database, keyring
from seats.counters import SeatCounters

TODAY = date(2026, 11, 24)  # a Tuesday
FRIDAY = date(2026, 11, 27)
SLOT = "pudong-20261127-0830"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = at(TODAY, time(9))

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **how: float) -> None:
        self.moment += timedelta(**how)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(database: str, clock: Clock) -> Iterator[None]:
    centre = Centre.create(
        code="pudong", name="浦东新区看守所", address="上海市浦东新区", policy={}, created_at=clock()
    )
    HolidayTable.create(year=2026, source="test", imported_at=clock())
    Holiday.create(day=date(2026, 10, 1), working=False, name="国庆节")
    add_slot(centre.code, FRIDAY, time(8, 30))
    yield


@pytest.fixture
def desk(world: None, redis_client: Any, clock: Clock) -> Iterator[Desk]:
    desk = Desk(SeatCounters(redis_client), clock)
    yield desk
    desk.close()


def add_slot(centre: str, day: date, start: time, seats: int = 12, minutes: int = 90) -> Slot:
    starts_at = at(day, start)
    return Slot.create(
        id=f"{centre}-{day:%Y%m%d}-{start:%H%M}",
        centre=centre,
        date=day,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        seats=seats,
        window_seats=28,
    )


def add_lawyers(many: int, now: datetime, first: int = 0) -> list[int]:
    """Verified lawyers on the roll."""
    ids = []
    with database.atomic():
        for number in range(first, first + many):
            licence = f"1310120151{number:07d}"
            row = {
                "licence_no": licence,
                "name": f"律师{number}",
                "firm": "东方律师事务所",
                "updated_at": now,
            }
            RollEntry.create(id_no_index=keyring().index("id_no", f"id-{number}"), state="active", **row)
            ids.append(
                Lawyer.enter(
                    f"id-{number}",
                    f"139{number:08d}",
                    **row,
                    openid=f"o-{number}",
                    licence_claim=licence,
                    state="verified",
                    created_at=now,
                ).id
            )
    return ids


@pytest.fixture
def lawyers(world: None, clock: Clock) -> Callable[[int], list[int]]:
    return lambda many: add_lawyers(many, clock())


def certain(lawyer: int, **more: Any) -> Application:
    """An application that gives the person's number beside the name."""
    asked = applying(lawyer, **more)
    return replace(asked, detainee=asked.detainee | {"id_no": f"31010119900101{lawyer:04d}"})


@pytest.fixture
def no_rest(desk: Desk) -> None:
    """A centre where what is given up can be had at once: for tests of the giving back itself."""
    for centre in Centre.select():
        rest = {"rest_minutes_from": 0, "rest_minutes_to": 0}
        Centre.update(policy=centre.policy | rest).where(Centre.code == centre.code).execute()


def applying(lawyer: int, slot: str = SLOT, key: str = "", detainee: str = "", **more: Any) -> Application:
    """An application for a detainee of the lawyer's own, unless one is named."""
    fields = {
        "minutes": 60,
        "detainee": {"name": detainee or f"嫌疑人{lawyer}"},
        "mandate": "entrusted",
        "stage": "investigation",
        "render": lambda draft, slot: f"{draft.booking.ref} {draft.booking.state}",
        "body_hash": f"{slot} {detainee} {more}",
    }
    return Application(lawyer_id=lawyer, key=key or f"key-{lawyer}-{slot}", slot_id=slot, **(fields | more))
