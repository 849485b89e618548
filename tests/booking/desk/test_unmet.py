"""Who was turned away: each lawyer once a slot, however he asked and whichever part of the desk refused him."""

import threading
from datetime import date, time, timedelta

import pytest
from peewee import OperationalError

import refusals
from booking.desk import unmet
from booking.desk.unmet import Unmet
from booking.slots import SlotKey
from models import TurnedAway
from refusals import OutsideWindow, SlotClosed, SlotFull
from tests.booking.conftest import FRIDAY, SLOT, TODAY, add_slot, applying

KEY = SlotKey.parse(SLOT)


def note_look() -> list[tuple[str, str, str, int]]:
    return [
        (row.date.isoformat(), row.starts, row.why, row.lawyer)
        for row in TurnedAway.select().order_by(TurnedAway.starts, TurnedAway.why, TurnedAway.lawyer)
    ]


@pytest.fixture
def book(desk):
    def asked(lawyer, slot=SLOT, key=""):
        try:
            return desk.book(applying(lawyer, slot, key))
        except refusals.Refusal as no:
            return no.code

    return asked


def test_a_lawyer_counts_once_a_slot_however_often_he_asks(desk, lawyers, book):
    add_slot("pudong", FRIDAY, time(10), seats=1)
    full = "pudong-20261127-1000"
    lucky, one, other = lawyers(3)
    book(lucky, full)
    answers = [book(who, full, f"try-{n}") for n in range(4) for who in (one, other)]
    assert set(answers) == {"slot_full"}
    desk.close()
    assert note_look() == [("2026-11-27", "10:00", "full", one), ("2026-11-27", "10:00", "full", other)]


def test_outside_the_window_counts_and_the_past_does_not(desk, lawyers, book):
    (lawyer,) = lawyers(1)
    for day, start in (
        (TODAY, time(15)),
        (TODAY - timedelta(days=1), time(15)),
        (date(2026, 12, 20), time(9)),
    ):
        slot = add_slot("pudong", day, start)
        assert book(lawyer, slot.id) == "outside_window"
    desk.close()
    assert [(day, why) for day, _, why, _ in note_look()] == [
        ("2026-12-20", "outside"),
        ("2026-11-24", "outside"),
    ]


def test_what_is_no_want_of_seats_is_not_noted(desk, clock):
    book = Unmet(clock)
    for refusal in (SlotClosed(), refusals.AlreadyBooked(), refusals.RateLimited()):
        book.note(KEY, refusal, 1)
    book.close()
    assert note_look() == []


def test_a_database_that_is_away_gets_it_later(desk, clock, monkeypatch):
    book = Unmet(clock)
    book._open = lambda: None  # no thread in this test
    for lawyer in range(5):
        book.note(KEY, SlotFull(), lawyer)

    def away(statements):
        raise OperationalError("away")

    with monkeypatch.context() as broken:
        broken.setattr(unmet, "together", away)
        with pytest.raises(OperationalError):
            book.write()
    assert note_look() == []
    assert (book.write(), book.write()) == (5, 0)
    assert [lawyer for *_, lawyer in note_look()] == [0, 1, 2, 3, 4]


def test_two_processes_and_one_that_forgot_count_no_lawyer_twice(desk, clock, monkeypatch):
    monkeypatch.setattr(unmet, "MOST_KNOWN", 2)
    for _ in range(2):
        process = Unmet(clock)
        for _ in range(3):
            for lawyer in range(4):
                process.note(KEY, OutsideWindow(), lawyer)
        process.close()
    assert len(note_look()) == 4


def test_it_is_written_by_itself_and_the_thread_goes_when_there_is_nothing_more(desk, clock, monkeypatch):
    monkeypatch.setattr(unmet, "WRITE_SECONDS", 0.02)
    book = Unmet(clock)
    for lawyer in range(3):
        book.note(KEY, SlotFull(), lawyer)
        if (thread := book._thread) is not None:
            thread.join(10)
        assert (len(note_look()), book._thread) == (lawyer + 1, None)
    assert "unmet" not in {thread.name for thread in threading.enumerate() if thread.is_alive()}


def test_after_forty_days_it_is_forgotten_who_it_was(desk, clock):
    book = Unmet(clock)
    book.note(KEY, SlotFull(), 1)
    book.close()
    assert unmet.prune(FRIDAY + timedelta(days=40)) == 0
    assert unmet.prune(FRIDAY + timedelta(days=41)) == 1
