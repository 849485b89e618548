"""Another key for somebody, brought at one moment with a booking, a decision, a mandate, another register."""

import threading
import time as wall
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from booking.desk import Desk, facts, ledger, persons
from booking.desk.application import Application
from booking.lawyers import mandates, proof
from booking.review import decisions
from booking.roll import register
from booking.window import entry as window
from models import Booking, Detainee, Mandate, database
from refusals import WrongState
from tests.booking.conftest import Clock, applying
from tests.booking.desk.test_lock_order import WAITING
from tests.booking.roll.test_another_key import (
    BOTH,
    BY_CUSTODY,
    BY_DOCUMENT,
    CHEN,
    CUSTODY,
    DOCUMENT,
    SOMEBODY,
    C,
    D,
    Lawyers,
)
from tests.booking.window.conftest import entering

on_postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)


def of_him(lawyer: int) -> Application:
    return replace(applying(lawyer), detainee=BY_CUSTODY)


def brought_meanwhile(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, call: Callable[[], Any]) -> None:
    """Once, right after the first time that something is read."""
    real, once = getattr(where, name), [call]

    def read(*what: Any) -> Any:
        found = real(*what)
        if once:
            once.pop()()
        return found

    monkeypatch.setattr(where, name, read)


def beside(call: Callable[[], Any]) -> Future[Any]:
    """In a thread with a connection of its own; waited for until it is done, or waits for us."""

    def apart() -> Any:
        try:
            return call()
        finally:
            database.close()

    threads = ThreadPoolExecutor(1)
    done = threads.submit(apart)
    threads.shutdown(wait=False)
    until = wall.monotonic() + 5
    while not done.done() and not database.execute_sql(WAITING).fetchone()[0]:
        assert wall.monotonic() < until, "neither done nor waiting"
    return done


@pytest.mark.parametrize("looks_again", [True, False])
def test_looked_up_before_and_written_after(
    desk: Desk, lawyers: Lawyers, hold: Any, monkeypatch: pytest.MonkeyPatch, looks_again: bool
) -> None:
    """The second line is the control: it stands on a key of nobody."""
    hold(BY_CUSTODY)
    brought_meanwhile(monkeypatch, persons, "people", lambda: hold(BOTH))
    if not looks_again:
        monkeypatch.setattr(persons, "still_so", lambda *looked_up: None)
    key = Booking.get_by_id(desk.book(of_him(lawyers(1)[0])).ref).detainee_key
    assert key == (D(DOCUMENT) if looks_again else C(CUSTODY))


@on_postgres
def test_at_the_window_likewise(
    desk: Desk,
    lawyers: Lawyers,
    hold: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lawyers(1)
    hold(BY_CUSTODY)
    brought_meanwhile(monkeypatch, persons, "people", lambda: beside(lambda: hold(BOTH)).result())
    entered = window.enter(CHEN, desk.now(), entering(detainee=BY_CUSTODY))
    assert entered.detainee_key == entered.detainee_claim == D(DOCUMENT) == Mandate.get().person


def written_beside(
    desk: Desk,
    lawyer: int,
    hold: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Booking:
    """The register is brought while a booking is decided on and not written yet; nobody it knows has another key."""
    hold(SOMEBODY)
    imports: list[Future[Any]] = []
    save = ledger.save

    def held_up(*what: Any) -> bool:
        imports.append(beside(lambda: hold(SOMEBODY, BOTH)))
        return save(*what)

    monkeypatch.setattr(ledger, "save", held_up)
    ref = desk.book(of_him(lawyer)).ref
    imports[0].result()
    return Booking.get_by_id(ref)


@on_postgres
def test_a_register_waits_for_who_has_read_the_one_before(
    desk: Desk,
    lawyers: Lawyers,
    hold: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert written_beside(desk, lawyers(1)[0], hold, monkeypatch).detainee_key == D(DOCUMENT)


@on_postgres
def test_without_that_lock_it_passes_the_booking_by(
    desk: Desk,
    lawyers: Lawyers,
    hold: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(facts, "reading_registers", lambda centres: [])
    assert written_beside(desk, lawyers(1)[0], hold, monkeypatch).detainee_key == C(CUSTODY)


def test_an_officer_who_decides_meanwhile_looks_again(
    lawyers: Lawyers,
    clock: Clock,
    hold: Any,
    book: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else it would claim by the new key with the lock of the old one, and count as without mandate."""
    hold(BY_CUSTODY)
    ref = book(lawyers(1)[0], BY_CUSTODY)
    brought_meanwhile(monkeypatch, proof, "standing_behind", lambda: hold(BOTH))
    with pytest.raises(WrongState, match="在押名册刚刚更新"):
        decisions.approve(CHEN, clock(), ref)
    assert decisions.approve(CHEN, clock(), ref).detainee_claim == D(DOCUMENT)


def test_papers_seen_meanwhile_are_of_the_person_by_the_new_key(
    lawyers: Lawyers,
    clock: Clock,
    hold: Any,
    book: Any,
) -> None:
    hold(BY_CUSTODY)
    read = Booking.get_by_id(book(lawyers(1)[0], BY_CUSTODY))
    hold(BOTH)
    made = mandates.prove_by(CHEN, clock(), read, ())
    assert made and made.person == D(DOCUMENT)


def two_registers(hold: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One is brought while another has been compared with what was there and is not written yet."""
    write, second, first = register._write, [], threading.Lock()

    def held_up(entries: Any) -> None:
        if first.acquire(blocking=False):
            second.append(beside(lambda: hold(SOMEBODY)))
        write(entries)

    monkeypatch.setattr(register, "_write", held_up)
    hold(BY_DOCUMENT)
    second[0].result()
    return [one.name for one in Detainee.select()]


@on_postgres
def test_of_two_registers_at_once_one_stands(
    world: None,
    hold: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert two_registers(hold, monkeypatch) == [SOMEBODY["name"]]


@on_postgres
def test_without_its_lock_both_are_there(
    world: None,
    hold: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(register, "lock_imports", lambda centre: None)
    assert len(two_registers(hold, monkeypatch)) == 2


def test_many_take_as_many_questions_as_one(
    desk: Desk,
    lawyers: Lawyers,
    clock: Clock,
    hold: Any,
    book: Any,
    queries: list[str],
) -> None:
    people = [{"name": f"演示{n}", "custody_no": f"看2026{n:04d}"} for n in range(12)]
    hold(*people)
    for lawyer, person in zip(lawyers(12), people, strict=True):
        mandates.prove_by(CHEN, clock(), Booking.get_by_id(book(lawyer, person)), ())
    asked = []
    for many in (1, 12):
        for n, person in enumerate(people[:many]):
            person["id_no"] = f"E{many:04d}{n:04d}"
        queries.clear()
        assert hold(*people).moved == 2 * many
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 40
