"""The day itself: who came, which meeting began and ended, and who did not show. Rules 11 and 16."""

import logging
from collections.abc import Collection
from datetime import datetime

from peewee import Case, InterfaceError, OperationalError

from booking import by_id
from booking.gate import checks, rooms
from booking.gate.papers import LONGEST_REASON, checked, papers_for, proves_mandate
from booking.lawyers import mandates, standing
from booking.lifecycle import ONCE, notify, transition
from booking.policy import Policy
from booking.record.actor import SYSTEM, Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.words import STATES, moment_words
from models import Booking, Centre, Room, Visit, database
from models.locks import lock_people
from models.states import State
from refusals import WrongState

log = logging.getLogger(__name__)


def arrive(actor: Actor, now: datetime, ref: str, papers: Collection[str] | None = None, owed: str = "") -> Booking:
    """The lawyer is here with the papers of rule 15: all of them, or those ticked off in `papers`.

    `owed` says why what is missing may follow later. Raises NotFound, Invalid naming what is missing, WrongState (also
    when it is too early, or another day's).
    """
    booking = by_id.booking(ref)
    checks.may_arrive(booking, now)
    needed = papers_for(Policy.of(booking.centre), booking.mandate)
    seen, owed = checked(needed, needed if papers is None else papers, owed), owed.strip()[:LONGEST_REASON]
    owed = owed if len(seen) < len(needed) else ""
    with database.atomic():
        transition(booking, State.ARRIVED, by=actor.account, now=now, why=f"证件后补：{owed}" if owed else "")
        Visit.create(booking=booking.ref, papers=seen, papers_owed=owed, arrived_at=now, who=actor.account)
        note(
            actor,
            now,
            Kind.ARRIVALS_ARRIVED,
            booking.ref,
            {"owed": owed} if owed else {},
            centre=booking.centre_id,
        )
        if proves_mandate(seen):
            mandates.prove_by(actor, now, booking, seen)
    return booking


def start(actor: Actor, now: datetime, ref: str, room: int | None = None) -> Booking:
    """The meeting begins, in `room` or the one given on arrival. Raises NotFound, WrongState when the room is taken,
    saying by whom."""
    booking = by_id.booking(ref)
    given = _room(booking, room)
    with rooms.exclusively(given), database.atomic():
        transition(booking, State.MEETING, by=actor.account, now=now)
        Visit.update(room=given, occupies=given, started_at=now).where(Visit.booking == booking.ref).execute()
        note(
            actor,
            now,
            Kind.ARRIVALS_MEETING,
            booking.ref,
            {"room": given.name} if given else {},
            centre=booking.centre_id,
        )
    return booking


def give_room(actor: Actor, now: datetime, ref: str, room: int) -> Booking:
    """Another room, or on arrival the one to wait for; it is taken from the start of the meeting on.

    Raises NotFound, WrongState when it is taken, or nobody is there for it.
    """
    booking = by_id.booking(ref)
    given = rooms.to_use(booking.centre_id, room)
    with rooms.exclusively(given), database.atomic():
        occupied = Case(None, ((Visit.started_at.is_null(), None),), given.id)
        here = (Visit.booking == booking.ref) & Visit.ended_at.is_null()
        if not Visit.update(room=given, occupies=occupied).where(here).execute():
            raise WrongState(f"该预约{STATES[booking.state]}，不能安排会见室")
        note(actor, now, Kind.ARRIVALS_ROOM, booking.ref, {"room": given.name}, centre=booking.centre_id)
    return booking


def finish(actor: Actor, now: datetime, ref: str) -> Booking:
    """The meeting is over and its room free. Raises NotFound, WrongState."""
    booking = by_id.booking(ref)
    with database.atomic():
        transition(booking, State.DONE, by=actor.account, now=now)
        Visit.update(ended_at=now, occupies=None).where(Visit.booking == booking.ref).execute()
        note(actor, now, Kind.ARRIVALS_DONE, booking.ref, centre=booking.centre_id)
    return booking


def no_show(actor: Actor, now: datetime, ref: str) -> Booking:
    """Rule 11, an officer's word before the clock's: the lawyer has not come in time. A strike, as there.

    Raises NotFound, WrongState when it is not confirmed, or not yet late.
    """
    booking = by_id.booking(ref)
    late_from = Policy.of(booking.centre).late_from(booking.starts_at)
    if booking.state == State.CONFIRMED and now < late_from:
        raise WrongState(f"{moment_words(late_from)}起未到场才计爽约")
    _miss(actor, now, booking)
    return booking


def mark_no_shows(now: datetime) -> int:
    """Confirmed bookings to which the lawyer has not come in time, each with its strike; answers how many.

    Safe to run twice: the step is taken once, and a booking gives one strike at most. One that can't be marked is
    logged and keeps nobody else from it.
    """
    marked = 0
    begun = (
        Booking.select(Booking, Centre).join(Centre).where(Booking.state == State.CONFIRMED, Booking.starts_at <= now)
    )
    for booking in begun.order_by(Booking.starts_at):
        try:
            if now >= Policy.of(booking.centre).late_from(booking.starts_at):
                _miss(SYSTEM, now, booking)
                marked += 1
        except WrongState:
            continue  # arrived, or marked, just now
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # a fault in one booking keeps nobody else from his
            log.exception("booking %s could not be marked as missed", booking.ref)
    return marked


def _miss(actor: Actor, now: datetime, booking: Booking) -> None:
    with database.atomic():
        lock_people([booking.lawyer_id])
        transition(booking, State.NO_SHOW, by=actor.account, now=now)
        # The cause is told before the suspension it may lead to.
        notify(booking, "no_show", now, cause=ONCE, strikes=str(standing.next_count(booking.lawyer_id)))
        standing.strike(booking, "no_show", Policy.of(booking.centre), now)
        if actor != SYSTEM:
            note(actor, now, Kind.ARRIVALS_NO_SHOW, booking.ref, centre=booking.centre_id)


def _room(booking: Booking, room: int | None) -> Room | None:
    if room is not None:
        return rooms.to_use(booking.centre_id, room)
    visit = Visit.of_booking(booking.ref)
    return visit.room if visit else None
