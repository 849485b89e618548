"""The Lua by itself, no desk before it: what each script does to the hashes of a day, and what it leaves alone."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import wake
from clock import at
from seats.counters import HOLD_SECONDS, KEEP_DAYS_SECONDS, TRIES_A_MINUTE, Day, GateAway, SeatCounters
from seats.scripts import FULL, HELD, KNOWN, TOO_MANY, UNLOADED

DAY = Day("pudong", date(2026, 11, 27))
NOW = at(date(2026, 11, 24), time(9))
HOLD_ENDS = int((NOW + timedelta(seconds=HOLD_SECONDS)).timestamp() * 1000)


@pytest.fixture
def seats(redis_client: Any) -> SeatCounters:
    """Slot `a` with two seats and `b` with one, nobody on them."""
    seats = SeatCounters(redis_client)
    seats.load(DAY, {"a": 2, "b": 1}, [])
    return seats


def reserve(seats: SeatCounters, ref: str, slot: str = "a", lawyer: int = 1) -> tuple[int, int]:
    return seats.reserve(DAY, slot, ref, lawyer, NOW)


def test_a_hold_takes_a_seat_until_its_hour(seats):
    assert reserve(seats, "R1") == (HELD, 1)
    assert seats.left(DAY) == {"a": 1, "b": 1}
    assert seats.holders(DAY) == {"R1": ("a", HOLD_ENDS)}


def test_the_same_reference_is_known_and_gets_no_second_seat_in_any_slot(seats):
    reserve(seats, "R1")
    assert reserve(seats, "R1") == (KNOWN, 1)
    assert reserve(seats, "R1", slot="b") == (KNOWN, 1)
    assert seats.left(DAY) == {"a": 1, "b": 1}


def test_a_slot_without_seats_is_full_and_keeps_no_trace_of_who_asked(seats):
    reserve(seats, "R1", slot="b")
    assert reserve(seats, "R2", slot="b") == (FULL, 0)
    assert seats.left(DAY)["b"] == 0 and seats.holders(DAY).keys() == {"R1"}


def test_a_slot_that_is_not_loaded_is_neither_full_nor_made(seats):
    assert reserve(seats, "R1", slot="c") == (UNLOADED, 0)
    assert "c" not in seats.left(DAY) and seats.holders(DAY) == {}


def test_a_lawyers_tries_are_counted_by_the_minute_and_a_known_reference_is_none(seats):
    for n in range(TRIES_A_MINUTE):
        reserve(seats, f"R{n}", lawyer=7)
    assert reserve(seats, "R-more", lawyer=7) == (TOO_MANY, 0)
    assert reserve(seats, "R0", lawyer=7).outcome == KNOWN
    assert reserve(seats, "R-more", lawyer=8).outcome == FULL
    assert seats.reserve(DAY, "a", "R-more", 7, NOW + timedelta(minutes=1)).outcome == FULL


def test_settled_a_hold_stays_and_its_seat_is_not_taken_twice(seats):
    reserve(seats, "R1")
    assert seats.settle(DAY, [("a", "R1")]) == seats.settle(DAY, [("a", "R1")]) == 0
    assert (seats.left(DAY)["a"], seats.holders(DAY)) == (1, {"R1": ("a", 0)})


@pytest.mark.parametrize("before", ["lost", "given back", "in another slot"])
def test_a_settled_holder_the_hashes_do_not_count_is_counted_anew(seats, before):
    if before != "lost":
        reserve(seats, "R1", slot="b" if before == "in another slot" else "a")
    if before == "given back":
        seats.give_back(DAY, ["R1"], remember=True)
    assert seats.settle(DAY, [("a", "R1")]) == 1
    assert (seats.left(DAY), seats.holders(DAY)) == ({"a": 1, "b": 1}, {"R1": ("a", 0)})


def test_many_days_are_settled_in_one_call(seats):
    other = Day("qingpu", DAY.date)
    seats.load(other, {"x": 1}, [])
    seats.settle_all({DAY: [("a", "R1")], other: [("x", "R2")]})
    assert (seats.left(DAY)["a"], seats.left(other)["x"]) == (1, 0)


@pytest.mark.parametrize("remember", [True, False])
def test_a_seat_comes_back_once_however_often_it_is_given(seats, remember):
    reserve(seats, "R1")
    assert [seats.give_back(DAY, ["R1"], remember=remember) for _ in range(3)] == [1, 0, 0]
    assert seats.left(DAY)["a"] == 2
    assert reserve(seats, "R1").outcome == (KNOWN if remember else HELD)


def test_who_never_held_a_seat_has_none_to_give(seats):
    assert seats.give_back(DAY, ["R9"]) == 0
    assert (seats.left(DAY), seats.holders(DAY)) == ({"a": 2, "b": 1}, {})


def test_loading_fills_in_what_is_missing_and_leaves_what_is_there(seats):
    reserve(seats, "R1")
    assert seats.load(DAY, {"a": 9, "c": 3}, [("a", "R7"), ("c", "R8")]) == 1
    assert seats.left(DAY) == {"a": 1, "b": 1, "c": 2}
    assert seats.holders(DAY) == {"R1": ("a", HOLD_ENDS), "R8": ("c", 0)}


def test_loading_counts_holds_that_outlived_the_counter_but_none_given_back(seats, redis_client):
    reserve(seats, "R1")
    reserve(seats, "R2")
    seats.give_back(DAY, ["R2"], remember=True)
    redis_client.delete(DAY.key("left"))
    seats.load(DAY, {"a": 2}, [("a", "R1")])
    assert seats.left(DAY) == {"a": 1}


def test_balancing_puts_a_drifted_counter_right_and_says_by_how_much(seats, redis_client):
    reserve(seats, "R1")
    redis_client.hset(DAY.key("left"), mapping={"a": 5, "b": 0})
    assert seats.balance(DAY, {"a": 2, "b": 1, "c": 4}) == 4 + 1
    assert seats.left(DAY) == {"a": 1, "b": 1}
    assert seats.balance(DAY, {"a": 2, "b": 1}) == 0


def test_another_number_of_seats_is_no_drift_and_may_leave_less_than_none(seats):
    reserve(seats, "R1")
    reserve(seats, "R2")
    assert seats.balance(DAY, {"a": 1}) == 0
    assert seats.left(DAY)["a"] == -1
    assert reserve(seats, "R3") == (FULL, 0)


def test_whatever_is_kept_of_a_day_ends_by_itself(seats, redis_client):
    reserve(seats, "R1")
    seats.settle(DAY, [("a", "R1")])
    left, holders, tries = (redis_client.ttl(DAY.key(key)) for key in ("left", "holders", "tries"))
    assert 0 < tries <= 120
    assert 0 < left <= KEEP_DAYS_SECONDS and 0 < holders <= KEEP_DAYS_SECONDS


def test_settling_and_giving_back_wake_the_relay_and_holding_does_not(seats, redis_client):
    with redis_client.pubsub(ignore_subscribe_messages=True) as ear:
        ear.subscribe(wake.WORD)
        ear.get_message(timeout=1)
        reserve(seats, "R1")
        redis_client.publish(wake.WORD, "after the hold")
        seats.settle(DAY, [("a", "R1")])
        seats.give_back(DAY, ["R1"])
        heard = [ear.get_message(timeout=1) for _ in range(3)]
    assert [message["data"] for message in heard] == [b"after the hold", b"", b""]


def test_a_server_that_does_not_answer_is_the_gate_away_and_never_a_number():
    with Redis(port=9, retry=Retry(NoBackoff(), 0)) as nobody:
        seats = SeatCounters(nobody)
        for call in (
            lambda: reserve(seats, "R1"),
            lambda: seats.left(DAY),
            lambda: seats.give_back(DAY, ["R1"]),
        ):
            with pytest.raises(GateAway):
                call()
        seats.wake()
        assert seats.ping() is False
