"""Step 1 of a booking: a seat held at the gate."""

import time
from contextlib import suppress
from datetime import datetime, timedelta

import refusals
from booking import rules
from booking.desk.application import Application
from booking.desk.availability import load
from booking.desk.slot_views import AnySlot
from booking.policy import Policy
from models import Booking, rows_of
from refusals import RateLimited, Refusal
from seats import scripts
from seats.counters import Day, GateAway, Reserved, SeatCounters, undecided

PAUSES_S = (0.02, 0.04, 0.08, 0.16)  # a sitting takes some milliseconds
REMEMBERED_S, MOST_REMEMBERED = 60.0, 1000


class RefusedBefore:
    """Who was refused for meetings of his own at a slot, and asks again, is looked at before he takes a seat: each try
    takes one for a moment, and so makes the last one look taken."""

    def __init__(self, seats: SeatCounters) -> None:
        self._seats = seats
        self._refused: dict[tuple[int, str], float] = {}

    def note(self, lawyer: int, slot: str) -> None:
        now = time.monotonic()
        if len(self._refused) > MOST_REMEMBERED:
            self._refused = {who: at for who, at in self._refused.items() if now - at < REMEMBERED_S}
        self._refused[lawyer, slot] = now

    def remembers(self, lawyer: int, slot: str) -> bool:
        """Perhaps longer ago than is of account: `check` looks at the time."""
        return (lawyer, slot) in self._refused

    def check(self, application: Application, slot: AnySlot, policy: Policy, now: datetime) -> None:
        """Raises AlreadyBooked, DailyLimit, as the sitting would, and RateLimited."""
        lawyer = application.lawyer_id
        if time.monotonic() - self._refused.get((lawyer, slot.id), -REMEMBERED_S) >= REMEMBERED_S:
            return
        try:
            ends_at = slot.starts_at + timedelta(minutes=application.minutes)
            rules.lawyer_is_free(policy, _own(lawyer), slot.starts_at, ends_at)
        except Refusal:
            with suppress(GateAway):
                if self._seats.is_tried_too_often(Day(slot.centre_id, slot.date), lawyer, now):
                    raise RateLimited from None
            raise


def _own(lawyer: int) -> list[rules.Taken]:
    b = Booking
    columns = b.ref, b.lawyer, b.detainee_key, b.detainee_claim, b.starts_at, b.ends_at
    mine = b.select(*columns).where(b.lawyer == lawyer, b.active == 1)
    return [rules.Taken(*row) for row in rows_of(mine)]


class NoSeat(refusals.SlotFull):
    """There was none just now: whether the slot is full is seen by `hold`."""


def hold(
    seats: SeatCounters, slot: AnySlot, ref: str, lawyer: int, now: datetime, before: Reserved | None = None
) -> Reserved:
    """A seat held by somebody who is just being decided about may be free again in a moment, since most of those who
    hammer at a slot are refused: full is what stays full. `before` is what the gate has said already."""
    day = Day(slot.centre_id, slot.date)
    reserved = before or _reserve(seats, slot, ref, lawyer, now)
    for pause in PAUSES_S:
        if reserved.outcome != scripts.FULL or not _is_undecided(seats, day, slot.id):
            break
        time.sleep(pause)
        reserved = _reserve(seats, slot, ref, lawyer, now)
    return reserved


def _reserve(seats: SeatCounters, slot: AnySlot, ref: str, lawyer: int, now: datetime) -> Reserved:
    try:
        reserved = seats.reserve(Day(slot.centre_id, slot.date), slot.id, ref, lawyer, now)
    except GateAway:
        return without_gate(slot)
    return loaded(seats, slot, ref, lawyer, now) if reserved.outcome == scripts.UNLOADED else reserved


def loaded(seats: SeatCounters, slot: AnySlot, ref: str, lawyer: int, now: datetime) -> Reserved:
    """The seat of a slot that the gate does not know yet, or no longer."""
    day = Day(slot.centre_id, slot.date)
    try:
        load(seats, day)
        return seats.reserve(day, slot.id, ref, lawyer, now)
    except GateAway:
        return without_gate(slot)


def without_gate(slot: AnySlot) -> Reserved:
    """While the gate is away everybody may come in: SQL has the last word, and the teller bounds the crowd."""
    return Reserved(scripts.UNLOADED, slot.seats - slot.taken - 1)


def _is_undecided(seats: SeatCounters, day: Day, slot_id: str) -> bool:
    """Whether somebody holds a seat of it who has not been told yes or no."""
    with suppress(GateAway):
        return undecided(seats.holders(day), slot_id)
    return False
