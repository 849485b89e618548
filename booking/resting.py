"""Rule 21: a seat that was given up comes back after a random while, so that seats can't be handed from one to another.

It is held meanwhile, in SQL and at the gate, by the booking that gave it up; what starts and ends a rest is here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import SystemRandom

from booking.policy import Policy
from models import Booking, Rest, rows_of
from models.slots import give_back_all

_random = SystemRandom()


def start(freed: Iterable[Booking], now: datetime) -> None:
    """In the transaction that frees these seats: those of the window, and those nobody can book any more, at once."""
    back: dict[tuple[str, str], int] = {}
    rests = []
    for booking in freed:
        until = _until(booking, now)
        if until is None:
            back[booking.slot_id, booking.way] = back.get((booking.slot_id, booking.way), 0) + 1
        else:
            rests.append({"ref": booking.ref, "slot": booking.slot_id, "until": until})
    if rests:
        Rest.insert_many(rests).on_conflict_ignore().execute()
    if back:
        give_back_all(back)


def among(refs: Iterable[str]) -> set[str]:
    """Those of these bookings that still hold the seat they gave up."""
    return {ref for (ref,) in rows_of(Rest.select(Rest.ref).where(Rest.ref.in_(list(refs))))}


def end(rests: Iterable[Rest]) -> None:
    """In the caller's transaction, which deleted them: their seats can be had again."""
    back: dict[tuple[str, str], int] = {}
    for rest in rests:
        back[rest.slot_id, "online"] = back.get((rest.slot_id, "online"), 0) + 1
    if back:
        give_back_all(back)


def _until(booking: Booking, now: datetime) -> datetime | None:
    """None where the seat is there at once: it is the window's, the policy says so, or nobody can book it any more."""
    policy = Policy.of(booking.centre)
    closes = policy.closes(booking.starts_at.date())
    seconds = _random.uniform(policy.rest_minutes_from * 60, policy.rest_minutes_to * 60)
    if booking.way != "online" or now >= closes or seconds <= 0:
        return None
    return min(now + timedelta(seconds=seconds), closes)
