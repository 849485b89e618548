"""How a lawyer's booking looks in JSON: made from a view that has nothing in it of register, roll or other bookings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from booking.desk import Desk
from booking.desk.slot_views import view
from booking.findings import Finding, to_the_lawyer
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


def booking_json(desk: Desk, booking: Booking, slot: SlotView | None = None, detainee: str = "") -> LawyersView:
    """`slot` and `detainee` are handed in where they are at hand already."""
    policy = desk.board.plan(booking.centre_id).policy
    return LawyersView(
        ref=booking.ref,
        state=booking.state,
        centre=booking.centre_id,
        slot=slot or view(policy, booking.slot, booking.slot.seats - booking.slot.taken, desk.now()),
        minutes=booking.minutes,
        detainee_name=detainee or booking.detainee_shown["name"],
        findings=to_the_lawyer(booking.findings),
        decision_reason=booking.decision_reason,
        created_at=booking.created_at,
        cancel_free_until=policy.cancel_free_until(booking.starts_at),
        companions=booking.companions,
        history=[_step(change) for change in _changes(booking)],
    )


def _changes(booking: Booking) -> Iterable[Change]:
    told: Iterable[Change] | None = getattr(booking, "preloaded_changes", None)
    return booking.history() if told is None else told


def _step(change: Change) -> dict[str, object]:
    """Officers act for the centre: which of them it was is the centre's affair, and so is why."""
    by = change.by if change.by in ("lawyer", "system") else "officer"
    return {"at": change.at, "from": change.from_state, "to": change.to_state, "by": by}
