"""Rule 21: a seat given up comes back after a random while; through a kill, a flush and a race with who waits for it."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from booking import resting
from booking.desk import Desk, recount, rests
from booking.record.actor import Actor
from booking.review import decisions
from booking.timetable import seat_overrides
from clock import at
from models import Booking, KeptAnswer, Rest, Slot
from refusals import SlotFull
from seats.counters import Day
from tests.booking.conftest import FRIDAY, SLOT, Clock, add_slot, applying
from tests.booking.desk.conftest import set_policy

Lawyers = Callable[[int], list[int]]
CHIEF = Actor("chief-pudong", "pudong")
SMALL = "pudong-20261127-1500"


@pytest.fixture
def small(desk: Desk) -> str:
    """A slot of one seat."""
    return str(add_slot("pudong", FRIDAY, time(15), seats=1).id)


def shown(desk: Desk, slot: str) -> int:
    desk.board.invalidate_centre("pudong")
    return next(view.remaining for view in desk.slots("pudong", FRIDAY) if view.id == slot)


def taken(slot: str) -> int:
    return int(Slot.get_by_id(slot).taken)


def closed(desk: Desk, lawyer: int, slot: str) -> Rest:
    ref = desk.book(applying(lawyer, slot)).ref
    desk.cancel(lawyer, ref)
    return Rest.get_by_id(ref)


def test_the_buyer_does_not_get_what_the_seller_gives_up(
    desk: Desk, lawyers: Lawyers, clock: Clock, small: str
) -> None:
    seller, buyer = lawyers(2)
    rest = closed(desk, seller, small)
    assert timedelta(minutes=1) <= rest.until - clock() <= timedelta(minutes=10)
    clock.move(seconds=0.018)
    for who in (buyer, seller):  # and who gave it up is no better off
        with pytest.raises(SlotFull):
            desk.book(applying(who, small, key="another"))
    assert (taken(small), shown(desk, small)) == (1, 0)
    clock.moment = rest.until - timedelta(microseconds=1)
    assert rests.end_due(desk) == 0
    clock.moment = rest.until
    assert (rests.end_due(desk), rests.end_due(desk)) == (1, 0)
    assert (taken(small), shown(desk, small)) == (0, 1)
    assert desk.book(applying(buyer, small, key="now"))


def test_without_the_rest_the_buyer_had_it_at_once(desk: Desk, lawyers: Lawyers, small: str, no_rest: None) -> None:
    """The negative control."""
    seller, buyer = lawyers(2)
    desk.cancel(seller, desk.book(applying(seller, small)).ref)
    assert desk.book(applying(buyer, small))


def test_nobody_can_reckon_when(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    whiles = {closed(desk, lawyer, SLOT).until - clock() for lawyer in lawyers(12)}
    assert len(whiles) == 12


def test_a_flush_brings_no_resting_seat_back(desk: Desk, lawyers: Lawyers, small: str, redis_client: object) -> None:
    closed(desk, lawyers(1)[0], small)
    redis_client.flushdb()  # type: ignore[attr-defined]
    assert shown(desk, small) == 0
    for _ in range(2):
        recount.sweep(desk)
        assert shown(desk, small) == 0


def test_the_count_knows_what_rests(desk: Desk, lawyers: Lawyers, small: str) -> None:
    closed(desk, lawyers(1)[0], small)
    tally = recount.check(desk)
    assert (tally.wrong_in_sql, tally.drift) == ([], 0)
    Slot.update(taken=0).where(Slot.id == small).execute()
    assert recount.check(desk, repair=True).wrong_in_sql == [small]
    assert taken(small) == 1


def test_killed_between_the_end_in_sql_and_the_gate_the_sweep_finishes(
    desk: Desk, lawyers: Lawyers, clock: Clock, small: str
) -> None:
    rest = closed(desk, lawyers(1)[0], small)
    clock.moment = rest.until

    class Killed(BaseException):
        pass

    def kill(name: str) -> None:
        if name == "rests:ended":
            raise Killed

    desk.checkpoint = kill
    with pytest.raises(Killed):
        rests.end_due(desk)
    desk.checkpoint = lambda name: None
    assert (taken(small), shown(desk, small)) == (0, 0)
    recount.sweep(desk)
    assert shown(desk, small) == 1


def test_a_rejection_lets_the_seat_rest_too(desk: Desk, lawyers: Lawyers, small: str) -> None:
    ref = desk.book(applying(lawyers(1)[0], small)).ref
    decisions.reject(desk, CHIEF, ref, "手续不全")
    assert resting.among([ref, "ZZZZZZZZ"]) == {ref} and shown(desk, small) == 0


def test_what_nobody_can_book_any_more_does_not_rest(desk: Desk, lawyers: Lawyers, clock: Clock, small: str) -> None:
    lawyer, other = lawyers(2)
    ref, late = desk.book(applying(lawyer, small)).ref, desk.book(applying(other)).ref
    closes = at(date(2026, 11, 26), time(0))
    clock.moment = closes - timedelta(seconds=30)
    desk.cancel(other, late, accept_strike=True)
    assert Rest.get_by_id(late).until == closes
    clock.moment = closes
    desk.cancel(lawyer, ref, accept_strike=True)
    assert not Rest.select().where(Rest.ref == ref).exists() and taken(small) == 0


def test_fewer_seats_take_the_resting_ones_first(desk: Desk, lawyers: Lawyers) -> None:
    people = lawyers(4)
    refs = [desk.book(applying(lawyer)).ref for lawyer in people]
    for lawyer, ref in zip(people[:2], refs[:2], strict=True):
        desk.cancel(lawyer, ref)
    assert (taken(SLOT), Rest.select().count()) == (4, 2)
    assert seat_overrides.set_seats(desk, CHIEF, SLOT, 3) == []
    assert (taken(SLOT), Rest.select().count()) == (3, 1)
    recount.sweep(desk)
    assert shown(desk, SLOT) == 0
    assert seat_overrides.set_seats(desk, CHIEF, SLOT, 5) == []
    assert shown(desk, SLOT) == 2  # raised seats are there at once


def test_a_centre_may_have_it_at_once(desk: Desk, lawyers: Lawyers, small: str) -> None:
    set_policy(rest_minutes_from=0, rest_minutes_to=0)
    lawyer, other = lawyers(2)
    ref = desk.book(applying(lawyer, small)).ref
    desk.cancel(lawyer, ref)
    assert not Rest.select().exists() and desk.book(applying(other, small))
    assert Booking.get_by_id(ref).active is None


def test_who_gave_a_seat_back_is_forgotten_with_the_kept_answer(
    desk: Desk, lawyers: Lawyers, small: str, no_rest: None
) -> None:
    lawyer, other = lawyers(2)
    ref = desk.book(applying(lawyer, small)).ref
    held = desk.book(applying(other)).ref
    desk.cancel(lawyer, ref)
    day = Day("pudong", FRIDAY)
    assert (recount.forget(desk), desk.seats.holders(day)[ref]) == (0, (small, -1))
    KeptAnswer.delete().execute()  # as after seven days
    assert (recount.forget(desk), recount.forget(desk)) == (1, 0)
    assert desk.seats.holders(day) == {held: (SLOT, 0)}
    assert shown(desk, small) == 1
