"""Whole processes: killed between any two steps of a booking, flushed, and with their Redis gone."""

import threading
import time as stopwatch
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

import clock
from booking.desk import Desk, recount, rests
from models import Booking, Centre, Notice, Rest, Slot
from sandbox.servers.redis import RedisServer
from seats.counters import Day, SeatCounters
from tests.booking.conftest import add_lawyers, add_slot
from tests.service import environment, later, signed_in, web

CROWD, SEATS = 50, 12


@pytest.fixture
def day() -> date:
    return clock.now().date() + timedelta(days=3)


@pytest.fixture
def slot(database: str, day: date) -> str:
    Centre.create(code="pudong", name="浦东新区看守所", address="上海", policy={}, created_at=clock.now())
    return str(add_slot("pudong", day, time(10), seats=SEATS).id)


@pytest.fixture
def afterwards(redis_client: Any) -> Iterator[Desk]:
    """A desk that looks at what the dead left behind, when their holds have run out."""
    desk = Desk(SeatCounters(redis_client), now=lambda: later(31))
    yield desk
    desk.close()


STEPS = {"held": 0, "committed": 1, "settled": 1}


@pytest.mark.parametrize(("step", "made"), STEPS.items())
def test_a_web_process_killed_after_a_step_loses_no_seat_and_doubles_none(
    step: str,
    made: int,
    slot: str,
    day: date,
    database: str,
    redis_server: RedisServer,
    afterwards: Desk,
    tmp_path: Path,
) -> None:
    (lawyer,) = add_lawyers(1, clock.now())
    token, env = signed_in(lawyer), environment(database, redis_server.url)
    with (
        web(env | {"HUIJIAN_FAULT": step}, tmp_path / "web.log") as server,
        pytest.raises(requests.ConnectionError),
    ):
        server.book(token, slot, "the-key")
    assert Booking.select().count() == Slot.get_by_id(slot).taken == Notice.select().count() == made

    recount.sweep(afterwards)
    assert afterwards.seats.left(Day("pudong", day))[slot] == SEATS - made
    assert recount.sweep(afterwards).repairs == 0

    with web(env, tmp_path / "again.log") as server:
        again = server.book(token, slot, "the-key")
    assert again.status_code == (200 if made else 201)
    assert Booking.select().count() == Slot.get_by_id(slot).taken == Notice.select().count() == 1
    assert again.json()["ref"] == Booking.get().ref
    assert afterwards.seats.left(Day("pudong", day))[slot] == SEATS - 1


def test_a_web_process_killed_after_a_cancellation_gives_the_seat_back_once_it_has_rested(
    slot: str, day: date, database: str, redis_server: RedisServer, afterwards: Desk, tmp_path: Path
) -> None:
    (lawyer,) = add_lawyers(1, clock.now())
    token = signed_in(lawyer)
    env = environment(database, redis_server.url, HUIJIAN_FAULT="cancelled")
    with web(env, tmp_path / "web.log") as server:
        ref = server.book(token, slot, "the-key").json()["ref"]
        with pytest.raises(requests.ConnectionError):
            server.ask("POST", f"/api/v1/bookings/{ref}/cancellation", token, json={})
    assert Booking.get_by_id(ref).state == "cancelled"
    assert afterwards.seats.left(Day("pudong", day))[slot] == SEATS - 1
    recount.sweep(afterwards)
    assert Slot.get_by_id(slot).taken == 1 and afterwards.seats.left(Day("pudong", day))[slot] == SEATS - 1
    Rest.update(until=afterwards.now()).execute()  # it has rested enough
    for _ in range(2):
        rests.end_due(afterwards)
        recount.sweep(afterwards)
        assert afterwards.seats.left(Day("pudong", day))[slot] == SEATS
        assert Slot.get_by_id(slot).taken == 0


@pytest.mark.parametrize("mishap", ["none", "flushed", "stopped"])
def test_two_server_processes_never_sell_a_thirteenth_seat(
    mishap: str, slot: str, database: str, redis_server: RedisServer, redis_client: Any, tmp_path: Path
) -> None:
    tokens = [signed_in(lawyer) for lawyer in add_lawyers(CROWD, clock.now())]
    barrier, env = threading.Barrier(CROWD + 1), environment(database, redis_server.url)

    def go(server: Any, token: str) -> str:
        barrier.wait()
        answer = server.book(token, slot, "the-key", detainee={"name": token[:8]})
        return "booked" if answer.status_code == 201 else answer.json()["code"]

    with web(env, tmp_path / "web.log", workers=2) as server, ThreadPoolExecutor(CROWD) as crowd:
        told = [crowd.submit(go, server, token) for token in tokens]
        barrier.wait()
        if mishap == "flushed":
            for _ in range(20):
                redis_client.flushall()
                stopwatch.sleep(0.01)
        if mishap == "stopped":
            redis_server.kill()
        outcomes = Counter(one.result() for one in told)
    if mishap == "stopped":
        redis_server.start()
    assert outcomes == {"booked": SEATS, "slot_full": CROWD - SEATS}
    assert Slot.get_by_id(slot).taken == Booking.select().count() == Notice.select().count() == SEATS
