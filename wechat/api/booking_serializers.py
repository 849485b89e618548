"""How a lawyer's booking looks in JSON: made from a view that has nothing in it of register, roll or other bookings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from booking.desk import Desk
from booking.desk.drafting import Draft, FirstChange, NewBooking
from booking.desk.slot_views import view
from booking.findings import Finding, to_the_lawyer
from booking.policy import Policy
from booking.slots import SlotView
from models import Booking, Change


@dataclass(frozen=True, slots=True)
class LawyersView:
    """All that a lawyer is told of his booking. Whoever adds a field decides that it is his to know (rule 7)."""

    ref: str
    state: str
    centre: str
    slot: SlotView
    minutes: int
    detainee_name: str
    findings: list[Finding]
    decision_reason: str | None
    created_at: datetime
    cancel_free_until: datetime
    companions: list[dict[str, str]]
    history: list[dict[str, object]]


def booking_json(desk: Desk, booking: Booking) -> LawyersView:
    """Of one that is written; its changes may have been read already."""
    policy = desk.board.plan(booking.centre_id).policy
    slot = view(policy, booking.slot, booking.slot.seats - booking.slot.taken, desk.now())
    return _json(policy, booking, slot, booking.detainee_shown["name"], _changes(booking))


def new_booking_json(desk: Desk, draft: Draft, slot: SlotView, detainee: str) -> LawyersView:
    """Of one just decided on; `detainee` is the name."""
    return _json(desk.board.plan(draft.booking.centre_id).policy, draft.booking, slot, detainee, [draft.change])


def _json(
    policy: Policy,
    booking: Booking | NewBooking,
    slot: SlotView,
    detainee: str,
    changes: Iterable[Change | FirstChange],
) -> LawyersView:
    return LawyersView(
        ref=booking.ref,
        state=booking.state,
        centre=booking.centre_id,
        slot=slot,
        minutes=booking.minutes,
        detainee_name=detainee,
        findings=to_the_lawyer(booking.findings),
        decision_reason=booking.decision_reason,
        created_at=booking.created_at,
        cancel_free_until=policy.cancel_free_until(booking.starts_at),
        companions=booking.companions,
        history=[_step(change) for change in changes],
    )


def _changes(booking: Booking) -> Iterable[Change]:
    told: Iterable[Change] | None = getattr(booking, "preloaded_changes", None)
    return booking.history() if told is None else told


def _step(change: Change | FirstChange) -> dict[str, object]:
    """Officers act for the centre: which of them it was is the centre's affair, and so is why."""
    by = change.by if change.by in ("lawyer", "system") else "officer"
    return {"at": change.at, "from": change.from_state, "to": change.to_state, "by": by}
