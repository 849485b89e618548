"""Keeping the gate in step with SQL: the sweep every few seconds, and the full count an operator asks for.

Redis is read before SQL, always: what a booking does in between then looks like work not yet finished, and mending
that is harmless, since every script is idempotent by reference.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from peewee import ModelSelect, fn

from booking.desk.availability import holders_of, load
from booking.desk.desk import Desk
from models import Booking, KeptAnswer, Rest, Slot, database, rows_of
from seats.counters import Day, GateAway

Holders = dict[str, tuple[str, int]]  # reference → slot and expiry, as the gate has them


@dataclass
class Tally:
    """What a sweep did: holds settled, holds given back, seats that drifted, days loaded, slots wrong in SQL."""

    settled: int = 0
    given_back: int = 0
    drift: int = 0
    wrong_in_sql: list[str] = field(default_factory=list)
    away: bool = False

    @property
    def repairs(self) -> int:
        return self.settled + self.given_back + self.drift


@dataclass
class _Truth:
    """A day as SQL has it."""

    seats: dict[str, int] = field(default_factory=dict)
    active: dict[str, str] = field(default_factory=dict)


def sweep(desk: Desk) -> Tally:
    """Finish what crashed requests left behind, and heal drift, for every day that still has slots to come."""
    tally, now = Tally(), desk.now()
    try:
        days = _days_ahead(now)
        seen = {day: desk.seats.holders(day) for day in days}
        for day, truth in _read(days).items():
            _mend(desk, day, seen[day], truth, now, tally)
    except GateAway:
        tally.away = True
    return tally


def check(desk: Desk, *, repair: bool = False) -> Tally:
    """Count every slot's active bookings against `taken`, and the gate against both; with `repair`, set them right."""
    tally = Tally(wrong_in_sql=_wrong_in_sql(repair))
    now = desk.now()
    try:
        days = _days_ahead(now)
        for day, truth in _read(days).items():
            left, holders = desk.seats.left(day), desk.seats.holders(day)
            tally.drift += sum(_off(left, holders, slot, seats, truth) for slot, seats in truth.seats.items())
        if repair:
            sweep(desk)
    except GateAway:
        tally.away = True
    return tally


def forget(desk: Desk) -> int:
    """Let the gate forget who gave a seat back, once no repeated request is answered any more; answers how many.

    They are remembered as long as the kept answers are; longer, booking and cancelling would leave something that grows.
    """
    gone = 0
    try:
        for day in _days_ahead(desk.now()):
            given_back = [ref for ref, (_, expiry) in desk.seats.holders(day).items() if expiry == -1]
            kept = rows_of(KeptAnswer.select(KeptAnswer.booking).where(KeptAnswer.booking.in_(given_back)))
            old = set(given_back) - {ref for (ref,) in kept}
            desk.seats.give_back(day, old)
            gone += len(old)
    except GateAway:
        return gone
    return gone


def _mend(desk: Desk, day: Day, seen: Holders, truth: _Truth, now: datetime, tally: Tally) -> None:
    millis = int(now.timestamp() * 1000)
    run_out = [ref for ref, (_, expiry) in seen.items() if 0 < expiry < millis]
    gone = [ref for ref, (_, expiry) in seen.items() if expiry == 0 and ref not in truth.active]
    left = desk.seats.left(day)
    if any(slot not in left for slot in truth.seats):
        load(desk.seats, day)
    lasting = [(slot, ref) for ref, slot in truth.active.items() if seen.get(ref) != (slot, 0)]
    if lasting:
        desk.seats.settle(day, lasting)
        tally.settled += len(lasting)
    if back := [ref for ref in (*run_out, *gone) if ref not in truth.active]:
        tally.given_back += desk.seats.give_back(day, back)
    tally.drift += desk.seats.balance(day, truth.seats)


def _days_ahead(now: datetime) -> list[Day]:
    found = rows_of(Slot.select(Slot.centre, Slot.date).where(Slot.starts_at > now).distinct())
    return [Day(centre, date) for centre, date in found]


def _read(days: list[Day]) -> dict[Day, _Truth]:
    truths = {day: _Truth() for day in days}
    centres, dates = {day.centre for day in days}, {day.date for day in days}
    rows = Slot.select(Slot.centre, Slot.date, Slot.id, Slot.seats)
    of: dict[str, _Truth] = {}
    for centre, date, slot, seats in rows_of(rows.where(Slot.centre.in_(centres), Slot.date.in_(dates))):
        if (truth := truths.get(Day(centre, date))) is not None:
            truth.seats[slot], of[slot] = seats, truth
    for slot, ref in holders_of(of):
        of[slot].active[ref] = slot
    return truths


def _off(left: dict[str, int], holders: Holders, slot: str, seats: int, truth: _Truth) -> int:
    """By how many seats the gate is wrong about a slot; a slot it has not loaded is not wrong."""
    if slot not in left:
        return 0
    held = sum(where == slot and expiry > 0 for where, expiry in holders.values())
    active = sum(where == slot for where in truth.active.values())
    unsettled = sum(holders.get(ref, ("", 0))[1] > 0 for ref, where in truth.active.items() if where == slot)
    return abs(left[slot] - (seats - active - held + unsettled))


def _wrong_in_sql(repair: bool) -> list[str]:
    """Slots with a `taken` or `window_taken` that is not the number of bookings that hold a seat of that way.

    A seat that rests is held. It never should be another; so it is looked for.
    """
    counts: dict[tuple[str, str], int] = defaultdict(int)
    active = Booking.select(Booking.slot, Booking.way, fn.COUNT(Booking.ref)).where(Booking.active == 1)
    with database.atomic():
        counts.update({(slot, way): many for slot, way, many in rows_of(active.group_by(Booking.slot, Booking.way))})
        for slot, many in rows_of(Rest.select(Rest.slot, fn.COUNT(Rest.ref)).group_by(Rest.slot)):
            counts[slot, "online"] += many
        wrong = [slot for slot in Slot.select(Slot.id, Slot.taken, Slot.window_taken) if _counts_wrong(slot, counts)]
        for slot in wrong if repair else ():
            # Locked before it is counted: the count must see whoever claimed a seat this moment.
            Slot.update(taken=Slot.taken).where(Slot.id == slot.id).execute()
            online = fn.COALESCE(_holding(slot.id, "online"), 0) + fn.COALESCE(_resting(slot.id), 0)
            held = {"taken": online, "window_taken": _holding(slot.id, "window")}
            Slot.update(**held).where(Slot.id == slot.id).execute()
    return [slot.id for slot in wrong]


def _counts_wrong(slot: Slot, counts: dict[tuple[str, str], int]) -> bool:
    return bool(slot.taken != counts[slot.id, "online"] or slot.window_taken != counts[slot.id, "window"])


def _resting(slot: str) -> "ModelSelect[Rest]":
    return Rest.select(fn.COUNT(Rest.ref)).where(Rest.slot == slot)


def _holding(slot: str, way: str) -> "ModelSelect[Booking]":
    return Booking.select(fn.COUNT(Booking.ref)).where(Booking.slot == slot, Booking.active == 1, Booking.way == way)
