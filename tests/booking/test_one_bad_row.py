"""A row that can't be read, as when its field key was dropped too early, stops no duty: the others are served."""

from collections.abc import Callable
from datetime import date, datetime, time

import pytest

from booking.desk import Desk
from booking.gate import arrivals, reminders
from booking.policy import Policy
from booking.record.actor import Actor
from booking.review import deadline, decisions
from booking.words import NOT_VERIFIED_IN_TIME
from clock import at
from models import Booking, Centre, Notice
from models.bookings import seal_detainee
from tests.booking.conftest import FRIDAY, Clock, add_slot, applying, certain

Lawyers = Callable[[int], list[int]]


def test_a_booking_that_can_not_be_decided_keeps_no_other_from_it(
    desk: Desk, lawyers: Lawyers, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = sorted(desk.book(certain(lawyer)).ref for lawyer in lawyers(3))
    by_itself = deadline.by_itself

    def stumbling(booking: Booking, now: datetime) -> object:
        if booking.ref == refs[0]:
            raise ZeroDivisionError
        return by_itself(booking, now)

    monkeypatch.setattr(deadline, "by_itself", stumbling)
    clock.moment = at(date(2026, 11, 26), time(18))
    assert decisions.decide_due(desk) == 2
    assert [Booking.get_by_id(ref).state for ref in refs] == ["submitted", "confirmed", "confirmed"]
    assert refs[0] in caplog.text


def test_a_booking_with_a_detainee_that_can_not_be_read_is_decided_and_its_letter_says_nothing_of_why(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    refs = sorted(desk.book(certain(lawyer)).ref for lawyer in lawyers(2))
    sealed_for_another = seal_detainee("ZZZZZZZZ", {"name": "某甲"})
    unread = Booking.update(detainee_sealed=sealed_for_another)
    unread.where(Booking.ref == refs[0]).execute()
    clock.moment = at(date(2026, 11, 26), time(18))
    assert decisions.decide_due(desk) == 2
    assert [Booking.get_by_id(ref).state for ref in refs] == ["rejected", "confirmed"]
    assert Notice.get(Notice.event == f"{refs[0]}:rejected").words["reason"] == NOT_VERIFIED_IN_TIME


def test_a_missed_meeting_that_can_not_be_marked_keeps_no_other_from_it(
    desk: Desk,
    lawyers: Lawyers,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refs = sorted(desk.book(applying(lawyer)).ref for lawyer in lawyers(2))
    elsewhere = broken_centre(clock, monkeypatch)
    Booking.update(state="confirmed").execute()
    Booking.update(centre=elsewhere).where(Booking.ref == refs[0]).execute()
    clock.moment = at(FRIDAY, time(9))
    assert arrivals.mark_no_shows(desk.now()) == 1
    assert [Booking.get_by_id(ref).state for ref in refs] == ["confirmed", "no_show"]
    assert refs[0] in caplog.text


def test_a_centre_with_numbers_that_make_no_sense_keeps_no_other_from_reminding(
    desk: Desk,
    lawyers: Lawyers,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken_centre(clock, monkeypatch)
    ref = desk.book(applying(lawyers(1)[0])).ref
    decisions.approve(Actor("officer:chen"), desk.now(), ref)
    clock.moment = at(date(2026, 11, 26), time(10))
    assert reminders.post_due(clock.moment) == 1
    assert Notice.select().where(Notice.event == f"{ref}:reminder").exists()
    assert "broken" in caplog.text


def broken_centre(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """One with rules that can't be read at all."""

    def stored(found: object, centre: str, read: Callable[[object, str], Policy] = Policy.stored) -> Policy:
        if centre == "broken":
            raise ValueError("broken")
        return read(found, centre)

    monkeypatch.setattr(Policy, "stored", stored)
    made = Centre.create(code="broken", name="某看守所", address="某处", created_at=clock())
    add_slot("broken", FRIDAY, time(8, 30))
    return made
