"""A slot as it is shown: its lengths, whether it can be booked, and if not why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from booking import rules
from booking.policy import Policy
from booking.slots import DayView, Planned, SlotView
from models import Slot
from refusals import Refusal

AnySlot = Slot | Planned


def lengths(policy: Policy, slot: AnySlot) -> tuple[int, ...]:
    """Those of the centre's lengths that fit the slot, in minutes."""
    minutes = (slot.ends_at - slot.starts_at) // timedelta(minutes=1)
    return tuple(length for length in policy.lengths if length <= minutes)


def view(policy: Policy, slot: AnySlot, left: int, now: datetime) -> SlotView:
    view = SlotView(
        id=slot.id,
        centre=slot.centre_id,
        date=slot.date,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        seats=slot.seats,
        remaining=max(0, left),
        lengths=lengths(policy, slot),
        bookable=True,
        reason="",
    )
    reason = _why_not(policy, slot, view, now)
    return replace(view, bookable=False, reason=reason) if reason else view


def day_view(day: date, slots: Sequence[SlotView], closed: str) -> DayView:
    """A day by its slots; `closed` is the calendar's reason, where it has one."""
    bookable = any(view.bookable for view in slots)
    reasons = [view.reason for view in slots if view.reason]
    reason = "" if bookable else closed or (reasons[-1] if reasons else "当日没有会见时段")
    return DayView(day, bookable, reason, sum(v.seats for v in slots), sum(v.remaining for v in slots))


def _why_not(policy: Policy, slot: AnySlot, view: SlotView, now: datetime) -> str:
    if not slot.open:
        return slot.closed_reason or "该时段不开放预约"
    try:
        rules.booking_period(policy, slot.starts_at, now)
    except Refusal as refusal:
        return refusal.detail
    return "" if view.remaining else "已约满"
