"""The board: what can be booked, as shown to lawyers. A copy to look at, never the truth about a seat.

The plan (slots and policy, SQL) and the list of days are kept for PLAN_SECONDS, a day as shown (with the gate's seats
left) for LEFT_SECONDS, and that a slot is full for FULL_SECONDS. What this process itself frees is put right at once,
what it books in its slot.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple

from booking import calendar
from booking.desk.plan import Plan, read_calendar, read_plan
from booking.desk.slot_views import AnySlot, Offer, day_view
from booking.desk.stale_cache import StaleCache
from booking.slots import DayView, SlotKey, SlotView
from models import Slot
from models.statements import seeking, together
from refusals import NotFound
from seats.counters import Day, GateAway, SeatCounters, undecided

PLAN_SECONDS = 0.2
LEFT_SECONDS = 0.1
FULL_SECONDS = 0.3
CALENDAR_SECONDS = 2.0  # it says why a day has no slots; those it has say themselves whether they are open

Views = tuple[SlotView, ...]


class Full(NamedTuple):
    """A slot the gate called full: the references it knew then, and the nearest slots to go to instead."""

    known: frozenset[str]
    nearest: list[SlotView]


class Board:
    def __init__(self, seats: SeatCounters, now: Callable[[], datetime]):
        self._seats = seats
        self._now = now
        self._plans: StaleCache[str, Plan] = StaleCache(PLAN_SECONDS)
        self._shown: StaleCache[Day, Views] = StaleCache(LEFT_SECONDS)
        self._calendar: StaleCache[str, dict[date, calendar.DayKind]] = StaleCache(CALENDAR_SECONDS)
        self._days: StaleCache[str, list[DayView]] = StaleCache(PLAN_SECONDS)
        self._full: StaleCache[str, Full | None] = StaleCache(FULL_SECONDS)

    def plan(self, centre: str) -> Plan:
        """Raises NotFound for a centre that is not ours."""
        return self._plans.get(centre, lambda: read_plan(centre, self._now().date()))

    def slots(self, centre: str, day: date) -> Views:
        """The same tuple as long as nothing has changed. Kept of the days ahead only: anybody may ask for any day."""
        where = Day(centre, day)
        ahead = day in self.plan(centre).slots
        return self._shown.get(where, lambda: self._show(where)) if ahead else self._show(where)

    def offer(self, slot_id: str) -> Offer:
        """The slot as planned, without its seats left. Raises NotFound."""
        key = SlotKey.parse(slot_id)
        plan = self.plan(key.centre)
        if found := plan.known(slot_id):
            return found
        for slot in self._slots_of(Day(key.centre, key.date)):
            if slot.id == slot_id:
                return plan.offer(slot)
        raise NotFound("没有这个时段")

    def days(self, centre: str) -> list[DayView]:
        """From today to the last day that is open, or will be today. The same list as long as the copy is good."""
        return self._days.get(centre, lambda: self._read_days(centre))

    def nearest(self, centre: str, to: datetime, most: int = 3) -> list[SlotView]:
        """The bookable slots nearest to a moment, the nearest first."""
        found = (view for day in self.plan(centre).slots for view in self.slots(centre, day) if view.bookable)
        return sorted(found, key=lambda view: abs(view.starts_at - to))[:most]

    def full(self, slot: AnySlot, ref: str) -> Full | None:
        """Whether the slot was just now full. Not for a reference it knew: that one has its answer to get.

        When the note runs out one asks the gate how it is now, and the others go on with it.
        """
        if not self.looks_full(slot.id):
            return None
        full = self._full.get(slot.id, lambda: self._look_if_full(slot))
        return full if full is not None and ref not in full.known else None

    def looks_full(self, slot_id: str) -> bool:
        return self._full.holds(slot_id)

    def note_full(self, slot: AnySlot) -> list[SlotView]:
        """The gate called it full; answers the nearest to go to instead. Noted only if it still does."""
        if full := self._look_if_full(slot):
            self._full.put(slot.id, full)
            return full.nearest
        return self.nearest(slot.centre_id, slot.starts_at)

    def note_left(self, slot: SlotView) -> None:
        """A booking of ours took a seat: show what the gate said is left of it."""

        def changed(views: Views) -> Views:
            return tuple(slot if view.id == slot.id else view for view in views)

        self._shown.change(Day(slot.centre, slot.date), changed)

    def invalidate_day(self, day: Day) -> None:
        self._shown.invalidate_day(day)
        self._days.invalidate_day(day.centre)
        for slot in self.plan(day.centre).slots.get(day.date, ()):
            self._full.invalidate_day(slot.id)

    def invalidate_centre(self, centre: str) -> None:
        """An officer changed the plan of a centre: what is kept of it is out of date at once."""
        self._plans.invalidate_day(centre)
        self._calendar.invalidate_day(centre)
        self._days.invalidate_day(centre)
        for day in self.plan(centre).slots:
            self.invalidate_day(Day(centre, day))

    def _look_if_full(self, slot: AnySlot) -> Full | None:
        with suppress(GateAway):
            left = self._seats.left(Day(slot.centre_id, slot.date)).get(slot.id, 1)
            if left <= 0 and (known := self._known(slot)):
                return Full(known, self.nearest(slot.centre_id, slot.starts_at))
        return None

    def _known(self, slot: AnySlot) -> frozenset[str] | None:
        """What the gate knows that day; None while a seat of the slot is held by who has no answer yet."""
        holders = self._seats.holders(Day(slot.centre_id, slot.date))
        return None if undecided(holders, slot.id) else frozenset(holders)

    def _show(self, day: Day) -> Views:
        plan, now, slots = self.plan(day.centre), self._now(), self._slots_of(day)
        left = self._read_left(day, slots)
        return tuple(plan.offer(slot).shown(left[slot.id], now) for slot in slots)

    def _slots_of(self, day: Day) -> Sequence[AnySlot]:
        planned = self.plan(day.centre).slots.get(day.date)
        return Slot.of_day(day.centre, day.date) if planned is None else planned

    def _read_days(self, centre: str) -> list[DayView]:
        ahead, today = self.plan(centre), self._now().date()
        kinds = self._calendar.get(centre, lambda: read_calendar(centre, today))
        shown = {day: self.slots(centre, day) for day in ahead.slots}
        days = calendar.each_day(today, ahead.last)
        return [day_view(day, shown.get(day, ()), kinds[day].reason) for day in days]

    def _read_left(self, day: Day, slots: Sequence[AnySlot]) -> dict[str, int]:
        """From the gate; what it has not loaded is loaded; while it is away, from SQL."""
        try:
            left = self._seats.left(day)
            if any(slot.id not in left for slot in slots):
                load(self._seats, day)
                left = self._seats.left(day)
        except GateAway:
            return {slot.id: slot.seats - slot.taken for slot in Slot.of_day(day.centre, day.date)}
        return {slot.id: left.get(slot.id, slot.seats - slot.taken) for slot in slots}


def load(seats: SeatCounters, day: Day) -> None:
    """Fill the gate's missing slots of a day from SQL. May raise GateAway."""
    slots = {slot.id: slot.seats for slot in Slot.of_day(day.centre, day.date)}
    if slots:
        seats.load(day, slots, holders_of(slots))


def holders_of(slots: Iterable[str]) -> list[tuple[str, str]]:
    """`(slot, ref)` of every booking that holds an online seat, or lets it rest; the gate knows nothing of the window's."""
    rows, by_slot = [(slot,) for slot in slots], {"slot_id": "text"}
    holding = "WHERE active = 1 AND way = 'online'"
    bookings = seeking("booking.slot_id, ref", "booking", by_slot, rows, holding)
    return [row for some in together([bookings, seeking("rest.slot_id, ref", "rest", by_slot, rows)]) for row in some]
