"""The review queue: in order, one after another, together where nothing was found, and never decided twice."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, time
from typing import Any

import pytest

import refusals
from booking import by_id
from booking.desk import Desk
from booking.record.actor import Actor
from booking.review import decisions, in_bulk, queue
from models import Audit, Booking, Change, Lawyer, Notice, RollEntry, Slot, database
from seats.counters import Day
from tests.booking.conftest import FRIDAY, SLOT, Clock, add_slot, certain

Lawyers = Callable[[int], list[int]]
MONDAY = date(2026, 11, 30)


@pytest.fixture
def book(desk: Desk, lawyers: Lawyers) -> Callable[..., list[str]]:
    """So many bookings, each a lawyer's own, in a slot."""
    people: Iterator[int] = iter(lawyers(12))

    def made(many: int, slot: str = SLOT, **more: Any) -> list[str]:
        return [desk.book(certain(next(people), slot=slot, **more)).ref for _ in range(many)]

    return made


def off_the_roll(lawyer: Lawyer) -> None:
    """After the booking: what was found then says nothing of it."""
    RollEntry.delete().where(RollEntry.licence_no == lawyer.licence_no).execute()


def next_to(one: Booking | None) -> str | None:
    return one.ref if one else None


def test_the_nearest_deadline_comes_first_and_then_one_after_another(
    desk: Desk, book: Callable[..., list[str]], clock: Clock
) -> None:
    add_slot("pudong", MONDAY, time(10))
    late, early = book(2, "pudong-20261130-1000"), book(3)
    order = [*sorted(early), *sorted(late)]
    seen, one = [], queue.first("pudong")
    while one is not None:
        seen.append(one.ref)
        one = queue.after(one)
    assert seen == order
    last = Booking.get_by_id(order[-1])
    assert queue.waiting("pudong", clock(), last) == (5, 0, 4)
    assert next_to(queue.before(last)) == order[-2]
    clock.move(days=2)  # Thursday: Friday's are due at 18:00
    assert queue.waiting("pudong", clock()).due_today == 3
    assert queue.first("qingpu") is None


def test_after_a_decision_the_place_in_the_queue_is_kept(desk: Desk, book: Callable[..., list[str]]) -> None:
    first, second, third = sorted(book(3))
    decisions.approve(Actor("review-pudong"), desk.now(), second)
    assert next_to(queue.after(Booking.get_by_id(second))) == third
    assert next_to(queue.before(Booking.get_by_id(second))) == first
    assert queue.after(Booking.get_by_id(third)) is None


def test_the_clean_ones_are_approved_together_and_told(desk: Desk, book: Callable[..., list[str]]) -> None:
    refs = book(4)
    cleared = in_bulk.approve_clean(Actor("review-pudong"), desk.now(), refs)
    assert sorted(b.ref for b in cleared.approved) == sorted(refs) and cleared.skipped == []
    assert Notice.select().where(Notice.kind == "confirmed").count() == 4
    assert Audit.select().where(Audit.what == "review.confirmed").count() == 4
    assert {c.by for c in Change.select().where(Change.to_state == "confirmed")} == {"review-pudong"}
    assert Slot.get_by_id(SLOT).taken == 4
    assert desk.seats.left(Day("pudong", FRIDAY))[SLOT] == 8


def test_what_has_findings_or_changed_meanwhile_is_left_out_and_named(
    desk: Desk, book: Callable[..., list[str]]
) -> None:
    clean, gone, decided = book(3)
    (doubtful,) = book(1)
    off_the_roll(Booking.get_by_id(doubtful).lawyer)
    desk.cancel(Booking.get_by_id(gone).lawyer_id, gone)
    decisions.reject(desk, Actor("review-wang"), decided, "手续不全")
    refs = [clean, gone, decided, doubtful, "00000000", clean]
    cleared = in_bulk.approve_clean(Actor("review-pudong"), desk.now(), refs)
    assert [b.ref for b in cleared.approved] == [clean]
    assert dict(cleared.skipped) == {
        gone: "该预约已由律师本人于11月24日 09:00改为已取消",
        decided: "该预约已由review-wang于11月24日 09:00改为不通过：手续不全",
        doubtful: "比对有发现，须逐个复核",
        "00000000": "没有这个预约",
    }
    assert Booking.get_by_id(doubtful).state == "submitted"


def test_once_the_meeting_should_have_begun_nothing_is_approved_together(
    desk: Desk, book: Callable[..., list[str]], clock: Clock
) -> None:
    (ref,) = book(1)
    clock.move(days=3)
    assert in_bulk.approve_clean(Actor("review-pudong"), desk.now(), [ref]).skipped == [
        (ref, "会见时间已到，不能再通过")
    ]


def test_the_second_officer_is_told_who_decided_and_how(desk: Desk, book: Callable[..., list[str]]) -> None:
    (ref,) = book(1)
    decisions.reject(desk, Actor("review-wang"), ref, "手续不全")
    with pytest.raises(refusals.WrongState, match="已由review-wang于11月24日 09:00改为不通过：手续不全"):
        decisions.approve(Actor("review-pudong"), desk.now(), ref)


def together(calls: list[Callable[[], Any]]) -> list[str]:
    barrier = threading.Barrier(len(calls))

    def one(call: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            call()
            return "decided"
        except refusals.WrongState as no:
            assert "已由" in no.detail
            return "too late"
        finally:
            database.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(threads.map(one, calls))


def officers_at(desk: Desk, ref: str) -> list[Callable[[], Any]]:
    return [
        *(lambda n=n: decisions.approve(Actor(f"yes-{n}"), desk.now(), ref) for n in range(4)),
        *(lambda n=n: decisions.reject(desk, Actor(f"no-{n}"), ref, "手续不全") for n in range(4)),
    ]


def test_eight_officers_at_one_booking_make_one_decision(desk: Desk, book: Callable[..., list[str]]) -> None:
    for ref in book(6):
        assert together(officers_at(desk, ref)) == ["decided"] + ["too late"] * 7
        assert Change.select().where(Change.booking == ref, Change.from_state == "submitted").count() == 1
        assert Notice.select().where(Notice.booking == ref).count() == 2


@contextmanager
def everybody_reads_first(monkeypatch: pytest.MonkeyPatch, many: int) -> Iterator[None]:
    """The guard taken out: a step looks at the state it has read, not at the one there is."""
    read = threading.Barrier(many)

    def unguarded(booking: Booking, to: str, *, by: str, now: Any, why: str = "", **columns: Any) -> None:
        Booking.update(state=to, **columns).where(Booking.ref == booking.ref).execute()
        Change.create(booking=booking.ref, at=now, from_state=booking.state, to_state=to, by=by, why=why)

    def found(ref: str) -> Booking:
        booking = Booking.get_by_id(ref)
        read.wait()
        return booking

    monkeypatch.setattr(decisions, "transition", unguarded)
    monkeypatch.setattr(by_id, "booking", found)
    yield


def test_without_the_condition_all_eight_would_decide(
    desk: Desk, book: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (ref,) = book(1)
    with everybody_reads_first(monkeypatch, 8):
        assert together(officers_at(desk, ref)) == ["decided"] * 8


@pytest.mark.usefixtures("no_rest")
def test_a_bulk_approval_and_single_rejections_at_one_moment_decide_each_once(
    desk: Desk, book: Callable[..., list[str]]
) -> None:
    refs = book(8)
    together(
        [
            lambda: in_bulk.approve_clean(Actor("yes"), desk.now(), refs),
            *(lambda ref=ref: decisions.reject(desk, Actor("no"), ref, "手续不全") for ref in refs[:4]),
        ]
    )
    assert Change.select().where(Change.from_state == "submitted").count() == 8
    left = Booking.select().where(Booking.active == 1).count()
    assert Slot.get_by_id(SLOT).taken == left
    assert Booking.select().where(Booking.state == "submitted").count() == 0
