"""How a booking looks in JSON."""

from collections.abc import Iterable

from booking.desk import Desk
from booking.desk.availability import view
from booking.slots import SlotView
from models import Booking, Change


def booking_told(
    desk: Desk, booking: Booking, slot: SlotView | None = None, detainee: str = ""
) -> dict[str, object]:
    """`slot` and `detainee` are handed in where they are at hand already."""
    policy = desk.board.plan(booking.centre_id).policy
    shown = slot or view(policy, booking.slot, booking.slot.seats - booking.slot.taken, desk.now())
    return {
        "ref": booking.ref,
        "state": booking.state,
        "centre": booking.centre_id,
        "slot": shown,
        "minutes": booking.minutes,
        "detainee_name": detainee or booking.detainee_shown["name"],
        "findings": booking.findings,
        "decision_reason": booking.decision_reason,
        "created_at": booking.created_at,
        "cancel_free_until": policy.cancel_free_until(booking.starts_at),
        "companions": booking.companions,
        "history": [_step(change) for change in _changes(booking)],
    }


def _changes(booking: Booking) -> Iterable[Change]:
    told: Iterable[Change] | None = getattr(booking, "changes_told", None)
    return booking.history() if told is None else told


def _step(change: Change) -> dict[str, object]:
    """Officers act for the centre: which of them it was is the centre's affair."""
    by = change.by if change.by in ("lawyer", "system") else "officer"
    return {"at": change.at, "from": change.from_state, "to": change.to_state, "by": by}
