"""A slot as it is shown: its lengths, whether it can be booked, and if not why."""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot under its centre's policy: all that is shown of it but the seats left, reckoned once for many who ask."""

    policy: Policy
    slot: AnySlot
    opens: datetime
    closes: datetime
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, policy: Policy, slot: AnySlot) -> "Offer":
        day = slot.starts_at.date()
        closes = min(policy.closes(day), slot.starts_at)
        return cls(policy, slot, policy.opens(day), closes, lengths(policy, slot))

    def admits(self, minutes: int, now: datetime) -> bool:
        """Whether nothing but the number of seats can be in the way; why, the rules say."""
        return self.slot.open and self.opens <= now < self.closes and minutes in self.lengths

    def shown(self, left: int, now: datetime) -> SlotView:
        slot = self.slot
        reason = _why_not(self, left, now)
        return SlotView(
            slot.id, slot.centre_id, slot.date, slot.starts_at, slot.ends_at, slot.seats, max(0, left), self.lengths,
            not reason, reason,
        )  # fmt: skip


def view(policy: Policy, slot: AnySlot, left: int, now: datetime) -> SlotView:
    return Offer.of(policy, slot).shown(left, now)


def day_view(day: date, slots: Sequence[SlotView], closed: str) -> DayView:
    """A day by its slots; `closed` is the calendar's reason, where it has one."""
    bookable = any(view.bookable for view in slots)
    reasons = [view.reason for view in slots if view.reason]
    reason = "" if bookable else closed or (reasons[-1] if reasons else "当日没有会见时段")
    return DayView(day, bookable, reason, sum(v.seats for v in slots), sum(v.remaining for v in slots))


def _why_not(offer: Offer, left: int, now: datetime) -> str:
    if not offer.slot.open:
        return offer.slot.closed_reason or "该时段不开放预约"
    if not offer.opens <= now < offer.closes:
        try:
            rules.booking_period(offer.policy, offer.slot.starts_at, now)
        except Refusal as refusal:
            return refusal.detail
    return "" if left > 0 else "已约满"
