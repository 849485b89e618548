"""What Redis loses or keeps too long is set right from SQL, and a gate that is away closes nothing."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from redis import Redis

import refusals
from booking.desk import Desk, recount
from booking.desk.availability import load
from booking.refs import ref_for
from models import Booking, Slot, database
from models.slots import claiming
from models.statements import together
from sandbox.servers.redis import RedisServer
from seats.counters import Day, GateAway, SeatCounters
from tests.booking.conftest import FRIDAY, SLOT, Clock, applying
from tests.booking.desk.test_races import CROWD, rush

PUDONG_FRIDAY = Day("pudong", FRIDAY)
Lawyers = Callable[[int], list[int]]


def left(desk: Desk) -> int:
    return desk.seats.left(PUDONG_FRIDAY)[SLOT]


def test_a_hold_nobody_settled_comes_back_after_its_time(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    desk.slots("pudong", FRIDAY)
    desk.seats.reserve(PUDONG_FRIDAY, SLOT, "CRASHED1", 1, clock())
    assert left(desk) == 11
    assert recount.sweep(desk).repairs == 0
    clock.move(seconds=31)
    assert recount.sweep(desk).given_back == 1
    assert left(desk) == 12
    assert recount.sweep(desk).repairs == 0


def test_a_commit_nobody_settled_is_settled(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    ref = desk.book(applying(lawyers(1)[0])).ref
    desk.seats._redis.hset(PUDONG_FRIDAY.key("holders"), ref, f"{SLOT} {int(clock().timestamp() * 1000) + 30_000}")
    clock.move(minutes=1)
    tally = recount.sweep(desk)
    assert (tally.settled, tally.given_back, left(desk)) == (1, 0, 11)


def test_an_emptied_redis_is_filled_again_from_sql(desk: Desk, lawyers: Lawyers) -> None:
    for lawyer in lawyers(5):
        desk.book(applying(lawyer))
    desk.seats._redis.flushall()
    assert desk.slots("pudong", FRIDAY)[0].remaining == 7
    recount.sweep(desk)
    assert left(desk) == 7
    assert len(desk.seats.holders(PUDONG_FRIDAY)) == 5


@pytest.mark.usefixtures("no_rest")
def test_an_old_dump_of_redis_is_brought_up_to_date(desk: Desk, lawyers: Lawyers) -> None:
    early, *late = lawyers(4)
    early_ref = desk.book(applying(early)).ref
    key = PUDONG_FRIDAY.key
    redis = desk.seats._redis
    old = [(name, redis.pttl(name), redis.dump(name)) for name in map(key, ("left", "holders", "seats"))]
    desk.cancel(early, early_ref)
    for lawyer in late:
        desk.book(applying(lawyer))
    for name, ttl, dump in old:
        redis.restore(name, ttl, dump, replace=True)
    assert left(desk) == 11
    recount.sweep(desk)
    assert left(desk) == 9
    assert recount.sweep(desk).repairs == 0


@pytest.mark.usefixtures("no_rest")
def test_give_back_never_makes_a_counter(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    ref = desk.book(applying(lawyer)).ref
    desk.seats._redis.flushall()
    desk.cancel(lawyer, ref)
    assert desk.seats.left(PUDONG_FRIDAY) == {}
    load(desk.seats, PUDONG_FRIDAY)
    assert left(desk) == 12


def test_a_script_sent_twice_counts_once(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    load(desk.seats, PUDONG_FRIDAY)
    for _ in range(2):
        desk.seats.reserve(PUDONG_FRIDAY, SLOT, "TWICE000", 1, clock())
        desk.seats.settle(PUDONG_FRIDAY, [(SLOT, "TWICE000")])
    assert left(desk) == 11
    for _ in range(2):
        desk.seats.give_back(PUDONG_FRIDAY, ["TWICE000"])
    assert left(desk) == 12


def test_changed_seats_reach_the_gate(desk: Desk, lawyers: Lawyers) -> None:
    desk.book(applying(lawyers(1)[0]))
    Slot.update(seats=20).execute()
    assert recount.sweep(desk).drift == 0  # a decision, not a fault
    assert left(desk) == 19


def test_drift_is_healed_and_counted(desk: Desk, lawyers: Lawyers) -> None:
    desk.book(applying(lawyers(1)[0]))
    desk.seats._redis.hset(PUDONG_FRIDAY.key("left"), SLOT, 3)
    assert recount.sweep(desk).drift == 8
    assert recount.sweep(desk).drift == 0
    assert left(desk) == 11


def test_the_check_sees_drift_and_repairs_it_only_when_asked(desk: Desk, lawyers: Lawyers) -> None:
    desk.book(applying(lawyers(1)[0]))
    desk.seats._redis.hset(PUDONG_FRIDAY.key("left"), SLOT, 12)
    Slot.update(taken=5).execute()
    seen = recount.check(desk)
    assert (seen.drift, seen.wrong_in_sql) == (1, [SLOT])
    assert recount.check(desk).drift == 1
    recount.check(desk, repair=True)
    assert (Slot.get_by_id(SLOT).taken, left(desk)) == (1, 11)
    again = recount.check(desk)
    assert (again.drift, again.wrong_in_sql) == (0, [])


@pytest.fixture
def gate_down(desk: Desk, redis_server: RedisServer) -> Iterator[None]:
    redis_server.kill()
    yield
    redis_server.start()
    desk.seats.breaker.forget()


def test_with_redis_stopped_the_crowd_gets_twelve_seats(desk: Desk, lawyers: Lawyers, gate_down: None) -> None:
    told = rush(desk, [applying(lawyer) for lawyer in lawyers(CROWD)])
    assert told == {"booked": 12, "slot_full": CROWD - 12}
    assert desk.slots("pudong", FRIDAY)[0].remaining == 0


@pytest.mark.usefixtures("no_rest")
def test_with_redis_stopped_a_booking_is_made_repeated_and_cancelled(
    desk: Desk, lawyers: Lawyers, gate_down: None
) -> None:
    (lawyer,) = lawyers(1)
    ref = desk.book(applying(lawyer)).ref
    assert desk.book(applying(lawyer)).replayed
    assert desk.slots("pudong", FRIDAY)[0].remaining == 11
    assert recount.sweep(desk).away
    desk.cancel(lawyer, ref)
    assert Slot.get_by_id(SLOT).taken == 0


@pytest.mark.usefixtures("no_rest")
def test_with_redis_back_the_gate_knows_what_happened_meanwhile(
    desk: Desk, lawyers: Lawyers, redis_server: RedisServer
) -> None:
    before, meanwhile = lawyers(2)
    cancelled = desk.book(applying(before)).ref
    redis_server.kill()
    desk.book(applying(meanwhile))
    desk.cancel(before, cancelled)
    redis_server.start()
    desk.seats.breaker.forget()
    recount.sweep(desk)
    assert left(desk) == 11
    assert set(desk.seats.holders(PUDONG_FRIDAY)) == {ref_for(meanwhile, f"key-{meanwhile}-{SLOT}")}


def test_redis_flushed_again_and_again_under_a_rush_never_gives_a_thirteenth(
    desk: Desk, lawyers: Lawyers, redis_server: RedisServer
) -> None:
    stop = threading.Event()

    def flush() -> None:
        with Redis.from_url(redis_server.url) as alone:  # the crowd may use all connections of its own pool
            while not stop.wait(0.005):
                alone.flushall()

    flushing = threading.Thread(target=flush)
    flushing.start()
    told = rush(desk, [applying(lawyer) for lawyer in lawyers(CROWD)])
    stop.set()
    flushing.join()
    assert told["booked"] == Booking.select().count() == Slot.get_by_id(SLOT).taken == 12
    recount.sweep(desk)
    assert left(desk) == 0


def test_a_hung_redis_is_left_alone_for_a_while(desk: Desk, redis_server: RedisServer, redis_client: Any) -> None:
    counters = SeatCounters(redis_client)
    redis_server.pause()
    try:
        with pytest.raises(GateAway):
            counters.left(PUDONG_FRIDAY)
        with pytest.raises(GateAway, match=r"^$"):  # at once, nobody asked
            counters.left(PUDONG_FRIDAY)
    finally:
        redis_server.resume()


def test_refusals_give_the_hold_back(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    desk.book(applying(lawyer))
    with pytest.raises(refusals.AlreadyBooked):
        desk.book(applying(lawyer, key="another"))
    assert left(desk) == 11
    assert len(desk.seats.holders(PUDONG_FRIDAY)) == 1


def test_a_repair_counts_a_booking_that_is_committed_beside_it(desk: Desk, lawyers: Lawyers) -> None:
    one, other = lawyers(2)
    ref = desk.book(applying(one)).ref
    Slot.update(taken=5).execute()
    row = Booking.get_by_id(ref).__data__ | {"ref": "ZZZZZZZZ", "lawyer": other}
    claimed, committed = threading.Event(), threading.Event()

    def book() -> None:
        with database.atomic():
            together(claiming({SLOT: 1}))
            Booking.insert(row).execute()
            claimed.set()
            committed.wait(0.3)
        database.close()

    booker = threading.Thread(target=book)
    booker.start()
    claimed.wait()
    recount.check(desk, repair=True)
    booker.join()
    assert Slot.get_by_id(SLOT).taken == Booking.select().count() == 2
