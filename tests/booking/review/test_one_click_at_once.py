"""Rules 7 and 8: two clicks, or a click and the deadline, know of one another: two lawyers of one person are confirmed."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from booking.review import deadline, decisions, in_bulk, rivals
from models import Booking, database
from tests.booking.review.test_one_click import CHEN, DEADLINE, booked, confirmed, slots  # noqa: F401

# SQLite lets one write at a time, and the transaction begins as a writer.
only_postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)


def click(clock, refs: Sequence[str]) -> None:
    try:
        in_bulk.approve_clean(CHEN, clock(), refs)
    finally:
        database.close()


@only_postgres
@pytest.mark.parametrize("guarded", [True, False])
def test_two_clicks_at_once_are_two_lawyers(desk, lawyers, clock, slots, monkeypatch, guarded):  # noqa: F811
    """The second line is the control: without the locks each looks before the other has written."""
    refs = [booked(desk, one, slot) for one, slot in zip(lawyers(4), slots, strict=False)]
    looked, of = threading.Barrier(2), rivals.of

    def then_both(bookings):
        looked.wait()
        return of(bookings)

    if not guarded:
        monkeypatch.setattr(in_bulk, "lock_people", lambda *_: None)
        monkeypatch.setattr(rivals, "of", then_both)
    with ThreadPoolExecutor(2) as threads:
        for told in [threads.submit(click, clock, some) for some in (refs[:2], refs[2:])]:
            told.result()
    assert (len(confirmed()) == 2) is guarded


@only_postgres
@pytest.mark.parametrize("guarded", [True, False])
def test_a_click_while_the_deadline_looks_waits_for_it(desk, lawyers, clock, slots, monkeypatch, guarded):  # noqa: F811
    """The second line is the control: without the locks the click is through before the deadline has written."""
    refs = [booked(desk, one, slot) for one, slot in zip(lawyers(3), slots, strict=False)]
    by_itself, clicked, threads = deadline.by_itself, list[Future[None]](), ThreadPoolExecutor(1)

    def meanwhile(booking, now):
        verdict = by_itself(booking, now)
        if not clicked:
            clicked.append(threads.submit(click, clock, [ref for ref in refs if ref != booking.ref]))
            threading.Event().wait(1)
            assert clicked[0].done() is not guarded
        return verdict

    monkeypatch.setattr(deadline, "by_itself", meanwhile)
    if not guarded:
        monkeypatch.setattr(decisions, "lock_people", lambda *_: None)
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    clicked[0].result()
    threads.shutdown()
    assert len(confirmed()) == (2 if guarded else 3)
    assert Booking.select().where(Booking.state == "submitted").count() == (1 if guarded else 0)
