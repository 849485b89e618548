"""Slots as timetable and calendar have them, and what the clock does with them. Safe to run twice and in two places."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from peewee import EXCLUDED, chunked, fn

from booking.calendar import Almanac, each_day
from booking.desk.desk import Desk
from booking.policy import Policy
from booking.slots import SlotRow, slot_id
from clock import at
from models import Centre, Slot, database
from seats.counters import Day, GateAway

log = logging.getLogger(__name__)

AHEAD_DAYS = 7  # beyond the farthest booking window of any centre, so that a late clock closes nobody out
ROWS_AT_ONCE = 1000

_PLAN = ("ends_at", "seats", "window_seats", "open", "closed_reason")
_DOOR = ("open", "closed_reason")
_HAND = {
    "seats": Slot.seats_by_hand,
    "window_seats": Slot.window_by_hand,
    "closed_reason": Slot.closed_by_hand,
}
_GONE = "该时段已不在时间表内"


class Opened(NamedTuple):
    """How many slots were laid out new, and how many changed."""

    new: int
    changed: int


def open_days(desk: Desk, now: datetime) -> Opened:
    """Lay out every centre's slots from today on, and carry changes of timetable and calendar into those there are.

    Seats follow the timetable until a day's booking window closes; what is booked stays booked, even over the seats.
    What an officer set by hand stays as he set it.
    """
    with database.atomic():
        policies = {centre.code: Policy.of(centre) for centre in Centre.select()}
        today, last = now.date(), now.date() + timedelta(days=_farthest(policies.values()))
        have = {slot.id: slot for slot in Slot.select().where(Slot.date.between(today, last))}
        wanted = rows_between(policies, today, last)
        wanted += _withdrawn(have.values(), {row["id"] for row in wanted})
        wanted = [_by_hand(row, have.get(row["id"])) for row in wanted]
        new = [row for row in wanted if row["id"] not in have]
        changed = [row for row in wanted if row["id"] in have and _differs(row, have[row["id"]], policies, now)]
        _write(sorted(new + changed, key=lambda row: row["id"]), policies, now)
    bookable: dict[Day, dict[str, int]] = {}
    for row in changed:
        if _is_bookable(row, policies, now):
            bookable.setdefault(Day(row["centre"], row["date"]), {})[row["id"]] = row["seats"]
    tell_gate(desk, bookable)
    return Opened(len(new), len(changed))


def pass_to_window(desk: Desk, now: datetime) -> int:
    """Rule 18: once a slot can no longer be booked, seats nobody claimed are the window's. Answers of how many slots.

    Today's that have begun are among them; of the days before nobody asks any more.
    """
    last_closed: dict[date, list[str]] = {}
    for centre in Centre.select():
        days = Policy.of(centre).closes_days_before - 1
        last_closed.setdefault(now.date() + timedelta(days=days), []).append(centre.code)
    passed = [slot for last, centres in last_closed.items() for slot in _pass(centres, last, now)]
    seats: dict[Day, dict[str, int]] = {}
    for slot in passed:
        seats.setdefault(Day(slot.centre_id, slot.date), {})[slot.id] = slot.seats
    tell_gate(desk, seats)
    return len(passed)


def rows_between(centres: Iterable[str], first: date, last: date) -> list[SlotRow]:
    """Slots as timetables and calendar have them for those days, the closed ones marked as such."""
    names = list(centres)
    almanac = Almanac(first, last, names)
    return [row for centre in names for day in each_day(first, last) for row in _day(almanac, centre, day)]


def _day(almanac: Almanac, centre: str, day: date) -> list[SlotRow]:
    week, kind = almanac.weeks.of(centre, day), almanac.kind(centre, day)
    if week is None or not (kind.open or week.runs(day)):
        return []
    return [
        {
            "id": slot_id(centre, starts_at := at(day, period.starts)),
            "centre": centre,
            "date": day,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=period.minutes),
            "seats": period.seats,
            "window_seats": period.window_seats,
            "open": kind.open,
            "closed_reason": kind.reason,
        }
        for period in week.on(day)
    ]


def _withdrawn(have: Iterable[Slot], wanted: set[str]) -> list[SlotRow]:
    """Slots a newer timetable no longer has: closed to new bookings, kept for those who hold one."""
    gone = (slot for slot in have if slot.id not in wanted)
    return [{**_row(slot), "open": False, "closed_reason": _GONE if slot.open else slot.closed_reason} for slot in gone]


def _row(slot: Slot) -> SlotRow:
    return {
        "id": slot.id,
        "centre": slot.centre_id,
        "date": slot.date,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "seats": slot.seats,
        "window_seats": slot.window_seats,
        "open": slot.open,
        "closed_reason": slot.closed_reason,
    }


def _by_hand(row: SlotRow, slot: Slot | None) -> SlotRow:
    """Rules 19 and 20: an officer's word about this one slot beats timetable and calendar."""
    if slot is None:
        return row
    row = row.copy()
    if slot.seats_by_hand is not None:
        row["seats"] = slot.seats_by_hand
    if slot.window_by_hand is not None:
        row["window_seats"] = slot.window_by_hand
    if slot.closed_by_hand is not None:
        row["open"], row["closed_reason"] = False, slot.closed_by_hand
    return row


def _differs(row: SlotRow, slot: Slot, policies: dict[str, Policy], now: datetime) -> bool:
    names = _PLAN if _is_bookable(row, policies, now) else _DOOR
    return any(row.get(name) != getattr(slot, name) for name in names)


def _is_bookable(row: SlotRow, policies: dict[str, Policy], now: datetime) -> bool:
    """Until its window closes or it begins; then the seats are the window's, and stay as they were passed on."""
    closes = policies[row["centre"]].closes(row["date"])
    return now < min(closes, row["starts_at"])


def _write(rows: Sequence[SlotRow], policies: dict[str, Policy], now: datetime) -> None:
    for names, bookable in ((_DOOR, False), (_PLAN, True)):
        some = [row for row in rows if _is_bookable(row, policies, now) is bookable]
        update = {getattr(Slot, name): _kept(name) for name in names}
        for batch in chunked(some, ROWS_AT_ONCE):
            Slot.insert_many(batch).on_conflict(conflict_target=[Slot.id], update=update).execute()


def _kept(name: str) -> object:
    """The new value, unless an officer said otherwise since it was worked out: his word may be younger than our look."""
    new: object = getattr(EXCLUDED, name)
    by_hand: object = _HAND.get(name)
    if name == "open":
        return new & Slot.closed_by_hand.is_null()
    return new if by_hand is None else fn.COALESCE(by_hand, new)


def _farthest(policies: Iterable[Policy]) -> int:
    return max((policy.opens_days_before for policy in policies), default=0) + AHEAD_DAYS


def tell_gate(desk: Desk, seats: Mapping[Day, dict[str, int]]) -> None:
    """Where the gate is away it loads from SQL when it is back."""
    try:
        for day, slots in seats.items():
            desk.board.invalidate_day(day)
            desk.seats.balance(day, slots)
    except GateAway:
        log.warning("changed seats wait for the recount: the gate is away")


def _pass(centres: list[str], last: date, now: datetime) -> list[Slot]:
    """From today to the last day that is closed: a day's slots are found by their date, however many lie behind."""
    today = now.date()
    ahead = Slot.centre.in_(centres) & Slot.date.between(today, max(today, last))
    closed = (Slot.date <= last) | (Slot.starts_at <= now)
    moved = Slot.update(window_seats=Slot.window_seats + Slot.seats - Slot.taken, seats=Slot.taken)
    passed = moved.where(ahead, closed, Slot.seats > Slot.taken, Slot.open).returning(Slot)
    return list(passed.execute())
