"""What is asked of a lawyer before a seat is: for booking one, and for giving one back."""

from collections.abc import Mapping
from datetime import datetime

import refusals
from booking import rules
from booking.desk.application import Application
from booking.desk.slot_views import Offer
from booking.lawyers import standing
from booking.lifecycle import OPEN_STATES
from booking.policy import Policy
from booking.words import STATES
from models import Booking, Slot


def may_ask(application: Application, offer: Offer, now: datetime) -> None:
    """Raises OutsideWindow, SlotClosed, and Invalid for a length or companions that don't fit."""
    if not offer.admits(application.minutes, now):
        rules.booking_period(offer.policy, offer.slot.starts_at, now)
        if not offer.slot.open:
            raise refusals.SlotClosed(offer.slot.closed_reason)
        rules.length(offer.lengths, application.minutes)
    rules.companions(offer.policy, (companion["role"] for companion in application.companions))


def may_cancel(booking: Booking, policy: Policy, now: datetime, accept_strike: bool) -> bool:
    """Whether it is late. Raises WrongState once it has begun or been decided, LateCancellation without a yes."""
    if booking.state not in OPEN_STATES or now >= booking.starts_at:
        raise refusals.WrongState(f"该预约{STATES[booking.state]}，不能取消")
    late = rules.is_late(policy, booking.starts_at, now)
    if late and not accept_strike:
        raise refusals.LateCancellation(standing.cost_of_late(booking, policy))
    return late


def still_signed_in(application: Application, sessions: Mapping[str, datetime], now: datetime) -> None:
    """The door may know him from a moment ago. `sessions` are those that go on, until when. Raises Unauthenticated."""
    if application.session and now >= sessions.get(application.session, now):
        raise refusals.Unauthenticated


def why_no_seat(slot_id: str) -> refusals.Refusal:
    slot = Slot.get_by_id(slot_id)
    return refusals.SlotFull() if slot.open else refusals.SlotClosed(slot.closed_reason)
