"""Lawyers before slots: who frees a seat beside somebody who closes its slot waits for him, and neither is thrown out."""

import threading
import time as wall
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from peewee import OperationalError

from booking import resting
from booking.desk import Desk
from booking.record.actor import Actor
from booking.review import decisions
from booking.timetable import centres
from booking.timetable.closures import Changed, Closing, close, preview
from booking.window import entry as window
from booking.window import walk_ins
from booking.window.walk_ins import WalkIn
from models import Booking, CentreDay, Lawyer, Slot, database
from models.locks import lock_people
from tests.booking.conftest import FRIDAY, SLOT, applying
from tests.booking.window.conftest import entering

Lawyers = Callable[[int], list[int]]
ONE = Closing("pudong", FRIDAY, FRIDAY, "设备检修", (SLOT,))

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def somebody_waits() -> None:
    """For a lock that this connection holds."""
    until = wall.monotonic() + 5
    while not database.execute_sql(WAITING).fetchone()[0]:
        assert wall.monotonic() < until, "nobody waits"


def outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except (OperationalError, Changed) as no:
        return type(no)
    finally:
        database.close()


def rejected_while_closed(desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A reviewer is held up between the booking's row and the slot's until the officer who closes waits for him."""
    ref, between = desk.book(applying(lawyers(1)[0])).ref, threading.Event()
    seen, start = preview(desk, ONE).fingerprint, resting.start

    def held_up(*what: Any) -> None:
        between.set()
        somebody_waits()
        start(*what)

    def shut() -> object:
        between.wait()
        return close(desk, Actor("chief-pudong"), ONE, seen)

    monkeypatch.setattr(resting, "start", held_up)
    with ThreadPoolExecutor(2) as threads:
        calls = (lambda: decisions.reject(desk, Actor("review-pudong"), ref, "手续不全").state, shut)
        return list(threads.map(outcome, calls))


@pytest.mark.usefixtures("no_rest")
def test_a_rejection_and_a_closing_at_one_moment_wait_for_one_another(
    desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rejected_while_closed(desk, lawyers, monkeypatch) == ["rejected", Changed]
    assert Slot.get_by_id(SLOT).taken == 0


@pytest.mark.usefixtures("no_rest")
def test_without_the_lawyers_lock_one_of_them_is_thrown_out(
    desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "lock_people", lambda *people: None, raising=False)
    assert OperationalError in rejected_while_closed(desk, lawyers, monkeypatch)


def entered_while_suspended(desk: Desk, lawyer: int, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The window writes a telephone number down while another, who has the lawyer's lock, writes the suspension."""
    unbound = {"licence_claim": None, "openid": None, "verified_as": Lawyer.licence_claim}
    Lawyer.update(**unbound).where(Lawyer.id == lawyer).execute()
    row, locked = Lawyer.get_by_id(lawyer), threading.Event()
    entry = entering(walk_in=WalkIn(row.licence_no, phone="13800138000"))

    def suspended() -> str:
        with database.atomic():
            lock_people([lawyer])
            locked.set()
            somebody_waits()
            Lawyer.update(suspended_until=desk.now()).where(Lawyer.id == lawyer).execute()
        return "suspended"

    def entered() -> str:
        locked.wait()
        return str(window.enter(Actor("gate-pudong"), desk.now(), entry).state)

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(outcome, (suspended, entered)))


def test_a_walk_in_with_a_number_being_noted_waits_for_the_lawyers_lock(
    desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert entered_while_suspended(desk, lawyers(1)[0], monkeypatch) == ["suspended", "confirmed"]
    assert Booking.select().count() == 1


def test_noted_before_the_lock_one_of_them_is_thrown_out(
    desk: Desk, lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_ins, "lock_people", lambda lawyers: None, raising=False)
    assert OperationalError in entered_while_suspended(desk, lawyers(1)[0], monkeypatch)


def test_of_two_words_about_a_day_at_one_moment_the_later_stands(desk: Desk) -> None:
    """As by a button pressed twice."""

    def said(reason: str) -> None:
        try:
            centres.set_day(Actor("chief-pudong"), desk.now(), "pudong", FRIDAY, True, reason)
        finally:
            database.close()

    with ThreadPoolExecutor(1) as threads:
        with database.atomic():
            centres.set_day(Actor("chief-pudong"), desk.now(), "pudong", FRIDAY, True, "调休")
            beside = threads.submit(said, "加班")
            somebody_waits()
        beside.result()
    assert [word.reason for word in CentreDay.select()] == ["加班"]
