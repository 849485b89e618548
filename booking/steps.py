"""A booking's steps from state to state: conditional, written down, told. Inside the caller's transaction."""

from datetime import datetime

from booking.words import STATES, moment_words
from models import Booking, Change
from models.slots import give_back
from refusals import WrongState
from sms import outbox

OPEN_STATES = ("submitted", "confirmed")

FOLLOWS = {
    "confirmed": ("submitted",),
    "rejected": ("submitted",),
    "cancelled": OPEN_STATES,
    "arrived": ("confirmed",),
    "no_show": ("confirmed",),
    "meeting": ("arrived",),
    "done": ("meeting",),
}


def move(booking: Booking, to: str, *, by: str, now: datetime, why: str = "", **columns: object) -> None:
    """Take one step, once, whoever else tries; leaving the holding states frees the seat in SQL.

    Raises WrongState when the booking is not where this step starts. A state never goes back and never skips.
    """
    before = booking.state
    frees = {"active": None, "detainee_claim": None} if to in ("rejected", "cancelled") else {}
    here = (Booking.ref == booking.ref) & Booking.state.in_(FOLLOWS[to])
    if not Booking.update(state=to, **frees, **columns).where(here, Booking.state == before).execute():
        raise WrongState(f"该预约{STATES[before]}，不能改为{STATES[to]}")
    if frees:
        give_back(booking.slot_id)
    Change.create(booking=booking.ref, at=now, from_state=before, to_state=to, by=by, why=why)
    for name, value in {"state": to, **frees, **columns}.items():
        setattr(booking, name, value)


def tell(booking: Booking, kind: str, now: datetime, **words: str) -> None:
    """Drop the letter about this step; its event is the booking's reference and the kind, so it is told once."""
    words = {
        "centre": booking.centre.name,
        "when": moment_words(booking.starts_at),
        "ref": booking.ref,
        **words,
    }
    outbox.post(kind, f"{booking.ref}:{kind}", booking.lawyer_id, booking.ref, words, now)
