"""The day itself: who came, whose meeting began and ended, and who did not show. Rules 11 and 16."""

import logging
from typing import TYPE_CHECKING

from peewee import InterfaceError, OperationalError

from booking import standing
from booking.policy import Policy
from booking.steps import move, tell
from booking.words import moment_words
from models import Audit, Booking, Centre, database
from models.locks import lock_people
from refusals import NotFound, WrongState

if TYPE_CHECKING:
    from booking.desk import Desk

log = logging.getLogger(__name__)


def arrive(desk: "Desk", ref: str, by: str) -> Booking:
    """The lawyer is here and the papers are right. Raises NotFound, WrongState (also when it is too early)."""
    booking = _find(ref)
    opens = Policy.of(booking.centre).arrival_opens(booking.starts_at)
    if desk.now() < opens:
        raise WrongState(f"{moment_words(opens)}起可以登记到场")
    return _step(desk, booking, "arrived", by)


def start(desk: "Desk", ref: str, by: str) -> Booking:
    return _step(desk, _find(ref), "meeting", by)


def finish(desk: "Desk", ref: str, by: str) -> Booking:
    return _step(desk, _find(ref), "done", by)


def no_show(desk: "Desk", ref: str, by: str) -> Booking:
    """Rule 11, an officer's word before the clock's: the lawyer has not come in time. A strike, as there.

    Raises NotFound, WrongState when it is not confirmed, or not yet late.
    """
    booking = _find(ref)
    late_from = Policy.of(booking.centre).late_from(booking.starts_at)
    if booking.state == "confirmed" and desk.now() < late_from:
        raise WrongState(f"{moment_words(late_from)}起未到场才计爽约")
    _miss(desk, booking, by)
    return booking


def mark_no_shows(desk: "Desk") -> int:
    """Confirmed bookings whose lawyer has not arrived in time, each with its strike; answers how many.

    Safe to run twice: the step is taken once, and a booking gives one strike at most. One that can't be marked is
    logged and keeps nobody else from it.
    """
    now, marked = desk.now(), 0
    begun = (
        Booking.select(Booking, Centre)
        .join(Centre)
        .where(Booking.state == "confirmed", Booking.starts_at <= now)
    )
    for booking in begun.order_by(Booking.starts_at):
        try:
            if now >= Policy.of(booking.centre).late_from(booking.starts_at):
                _miss(desk, booking, "system")
                marked += 1
        except WrongState:
            continue  # arrived, or marked, just now
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("booking %s could not be marked as missed", booking.ref)
    return marked


def _miss(desk: "Desk", booking: Booking, by: str) -> None:
    now = desk.now()
    with database.atomic():
        lock_people([booking.lawyer_id])
        move(booking, "no_show", by=by, now=now)
        # The cause is told before the suspension it may lead to.
        tell(booking, "no_show", now, strikes=str(standing.next_count(booking.lawyer_id)))
        standing.strike(booking, "no_show", Policy.of(booking.centre), now)
        if by != "system":
            Audit.create(at=now, who=by, what="arrivals.no_show", subject=booking.ref)
    desk.seats.wake()


def _step(desk: "Desk", booking: Booking, to: str, by: str) -> Booking:
    now = desk.now()
    with database.atomic():
        move(booking, to, by=by, now=now)
        Audit.create(at=now, who=by, what=f"arrivals.{to}", subject=booking.ref)
    return booking


def _find(ref: str) -> Booking:
    found: Booking | None = Booking.get_or_none(Booking.ref == ref)
    if found is None:
        raise NotFound("没有这个预约")
    return found
