"""A booking's steps from state to state: conditional, written down, told. Inside the caller's transaction."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from peewee import SQL, Case

from booking import resting
from booking.documents import numbers_said
from booking.words import STATES, moment_words
from models import Booking, Change, rows_of
from models.statements import on_the_row
from models.states import State
from refusals import WrongState
from sms import outbox

FOLLOWS: dict[State, tuple[State, ...]] = {
    State.CONFIRMED: (State.SUBMITTED,),
    State.REJECTED: (State.SUBMITTED,),
    State.CANCELLED: (State.SUBMITTED, State.CONFIRMED),
    State.ARRIVED: (State.CONFIRMED,),
    State.NO_SHOW: (State.CONFIRMED,),
    State.MEETING: (State.ARRIVED,),
    State.DONE: (State.MEETING,),
}
OPEN_STATES = FOLLOWS[State.CANCELLED]  # it may still be called off
FREED = (State.REJECTED, State.CANCELLED)  # its seat was given back
CAME_TO_NOTHING = (*FREED, State.NO_SHOW)
AWAITED = (State.CONFIRMED, State.ARRIVED)  # the meeting is ahead
IN_THE_HOUSE = (State.ARRIVED, State.MEETING)
CAME = (*IN_THE_HOUSE, State.DONE)
COMING = (State.CONFIRMED, *IN_THE_HOUSE)
BROUGHT = (State.CONFIRMED, *CAME)  # whom the bring-out plan lists

_state = on_the_row(Booking.state)
_ALWAYS = SQL("1 = 1")
_UNBOUND: dict[str, object] = {"active": None, "detainee_claim": None}


def transition(booking: Booking, to: State, *, by: str, now: datetime, why: str = "", **columns: object) -> None:
    """Take one step, once, whoever else tries; leaving the holding states frees the seat in SQL, at once or after a rest.

    Raises WrongState when the booking is not where this step starts, and at a confirmation while another confirmed
    meeting of the person overlaps: whoever confirms holds the people's locks. A state never goes back and never skips.
    """
    before = booking.state
    claiming = {booking.ref} if booking.names_one else set()
    binds, may = _binding([booking], to, claiming)
    here = (Booking.ref == booking.ref) & _state.in_(FOLLOWS[to]) & (_state == before) & may
    if not Booking.update(state=to, **binds, **columns).where(here).execute():
        raise WrongState(f"该预约{STATES[before]}，不能改为{STATES[to]}")
    if to in FREED:
        resting.start([booking], now)
    Change.create(booking=booking.ref, at=now, from_state=before, to_state=to, by=by, why=why)
    _stands(booking, to, columns, claiming)


def transition_all(
    bookings: Collection[Booking], to: State, *, by: str, now: datetime, why: str = "", **columns: object
) -> list[Booking]:
    """The same step for many, in a few statements; answers those that took it, the others are left as they are.

    Two of them that are in each other's way are not to be confirmed together: one statement does not see the other. By a
    bare name none of them claims a person: who is meant has to be looked at one by one.
    """
    claiming = {one.ref for one in bookings if one.names_one and numbers_said(one.centre_id, one.detainee_shown)}
    binds, may = _binding(bookings, to, claiming)
    refs, moved = {booking.ref: booking for booking in bookings}, []
    for before in FOLLOWS[to]:  # in the order of a life: one that goes on meanwhile is met again
        here = Booking.ref.in_(list(refs)) & (_state == before) & may
        found = rows_of(Booking.update(state=to, **binds, **columns).where(here).returning(Booking.ref))
        moved += [(refs[ref], before) for (ref,) in found]
    if to in FREED:
        resting.start([booking for booking, _ in moved], now)
    steps = [
        {"booking": b.ref, "at": now, "from_state": before, "to_state": to, "by": by, "why": why} for b, before in moved
    ]
    if steps:
        Change.insert_many(steps).execute()
    for booking, _ in moved:
        _stands(booking, to, columns, claiming)
    return [booking for booking, _ in moved]


def _binding(bookings: Iterable[Booking], to: State, claiming: Collection[str]) -> tuple[dict[str, object], Any]:
    """What a step makes a booking hold or let go, and what must be true for it. A confirmation claims the person."""
    if to == State.CONFIRMED:
        claim = Case(None, ((Booking.ref.in_(claiming), Booking.detainee_key),), None)
        locked = Booking.detainee_key.in_({booking.detainee_key for booking in bookings})
        return {"detainee_claim": claim}, Booking.met_by_nobody() & locked
    return (_UNBOUND if to in FREED else {}), _ALWAYS


def _stands(booking: Booking, to: State, columns: dict[str, object], claiming: Collection[str]) -> None:
    """The object as its row is after the step."""
    if to == State.CONFIRMED:
        booking.detainee_claim = booking.detainee_key if booking.ref in claiming else None
    for name, value in {"state": to, **(_UNBOUND if to in FREED else {}), **columns}.items():
        setattr(booking, name, value)


ONCE = ""  # a cause for whoever tells a kind of thing about a booking once and for all


def notify(booking: Booking, kind: str, now: datetime, *, cause: str, **words: str) -> None:
    """Drop the letter about this step. A second one of its kind about this booking is the first one over again, and
    is not sent, unless another `cause` makes it a new one: say ONCE, or what there may be several of."""
    notify_all([(booking, words)], kind, now, cause=cause)


def notify_all(told: Sequence[tuple[Booking, dict[str, str]]], kind: str, now: datetime, *, cause: str) -> None:
    """The same about many, each with its own words, in one statement."""
    outbox.drop([booking.ref for booking, _ in told], _UNTRUE_AFTER.get(kind, ()))
    outbox.post_all([_letter(b, kind, cause, words) for b, words in told if _is_told(b, kind)], now)


_OF_A_MEETING_AHEAD = ("submitted", "confirmed", "reminder")
_UNTRUE_AFTER = {"cancelled": _OF_A_MEETING_AHEAD, "withdrawn": _OF_A_MEETING_AHEAD, "rejected": ("submitted",)}


def _is_told(booking: Booking, kind: str) -> bool:
    """Of whoever came to the window the telephone may be unknown: he was told there. Taken back by the centre he was
    not, so that letter is written all the same, fails, and stands in the officers' list."""
    return booking.way == "online" or kind == "withdrawn" or bool(booking.lawyer.phone_sealed)


def _letter(booking: Booking, kind: str, cause: str, words: dict[str, str]) -> outbox.Letter:
    words = {
        "centre": booking.centre.name,
        "when": moment_words(booking.starts_at),
        "ref": booking.ref,
        **words,
    }
    event = f"{booking.ref}:{kind}:{cause}" if cause else f"{booking.ref}:{kind}"
    return outbox.Letter(kind, event, booking.lawyer_id, booking.ref, words)
