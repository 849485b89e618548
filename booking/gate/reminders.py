"""Reminders: the day before a meeting, while it can still be cancelled free of cost where that is possible."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from peewee import InterfaceError, OperationalError, fn

from booking.policy import Policy
from booking.words import moment_words
from clock import at
from models import Booking, Centre, Change, Lawyer, Notice, database, on_postgres
from models.states import State
from sms import outbox

log = logging.getLogger(__name__)


def post_due(now: datetime) -> int:
    """Drop the reminders that are due; answers how many. A second call drops none.

    A booking confirmed after the moment gets none: its confirmation has just said the same. A centre of which the reminders
    can't be written is logged and keeps no other from its own.
    """
    return sum(_remind_all(centre, now) for centre in Centre.select())


def _remind_all(centre: Centre, now: datetime) -> int:
    try:
        return sum(_remind(centre, day, now) for day in _days(now))
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # a fault in one centre's policy or days keeps no other from its reminders
        log.exception("the reminders of %s could not be written", centre.code)
        return 0


def _days(now: datetime) -> Iterable[date]:
    """Tomorrow; and today, for what was missed while the clock stood still."""
    return now.date(), now.date() + timedelta(days=1)


def _remind(centre: Centre, day: date, now: datetime) -> int:
    moment = Policy.of(centre).reminder_due(day)
    if now < moment:
        return 0
    with database.atomic():
        letters = [_letter(booking, centre) for booking in _unreminded(centre, day, moment, now)]
        outbox.post_all(letters, now)
    return len(letters)


def _unreminded(centre: Centre, day: date, moment: datetime, now: datetime) -> list[Booking]:
    """Locked, so that nobody cancels in between and is then reminded of what he cancelled."""
    reminded = Notice.select(1).where(Notice.event == Booking.ref.concat(":reminder"))
    in_time = Change.select(1).where(
        Change.booking == Booking.ref, Change.to_state == State.CONFIRMED, Change.at < moment
    )
    can_be_told = Lawyer.select(1).where(Lawyer.id == Booking.lawyer, Lawyer.phone_sealed != "")
    found = Booking.select().where(
        Booking.centre == centre,
        Booking.state == State.CONFIRMED,
        Booking.starts_at > now,
        Booking.starts_at >= at(day, time(0)),
        Booking.starts_at < at(day + timedelta(days=1), time(0)),
        fn.EXISTS(in_time),
        fn.EXISTS(can_be_told),
        ~fn.EXISTS(reminded),
    )
    found = found.order_by(Booking.ref)
    return list(found.for_update() if on_postgres() else found)


def _letter(booking: Booking, centre: Centre) -> outbox.Letter:
    words = {"ref": booking.ref, "centre": centre.name, "when": moment_words(booking.starts_at)}
    return outbox.Letter("reminder", f"{booking.ref}:reminder", booking.lawyer_id, booking.ref, words)
