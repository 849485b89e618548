"""What a day came to: counted from its bookings once it is over, kept in a table, counted anew while things may change.

Everything belongs to the day of the meeting, also decisions and SMS about it. Counting is from nothing each time, so it
may be done twice and by two clocks at once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from peewee import JOIN, Expression, ModelSelect, fn

from booking.lifecycle import CAME, FREED
from models import (
    Booking,
    Change,
    DayFigures,
    Notice,
    Slot,
    SlotFigures,
    Table,
    TurnedAway,
    Visit,
    database,
    rows_of,
)
from models.figures import COUNTED
from models.states import State

RECENT = timedelta(days=7)  # in which receipts, corrections and late entries may still come
ANEW_AFTER = timedelta(hours=6)
DAYS_AT_ONCE = 400  # of a centre each; some two seconds
LONGEST_WAIT = 600  # minutes
SMS = "sms"

Earlier = Booking.alias("earlier")


@dataclass
class Counted:
    """A day of a centre: by slot start the columns of SlotFigures, and those of DayFigures."""

    slots: dict[str, Counter[str]] = field(default_factory=dict)
    spreads: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    counts: Counter[str] = field(default_factory=Counter)


def count(centres: Iterable[str], day: date) -> dict[str, Counted]:
    """Of these centres' day, as it is now; a few questions however many centres."""
    here = Slot.centre.in_(list(centres)) & (Slot.date == day)
    found: dict[str, Counted] = defaultdict(Counted)
    for slot in Slot.select().where(here):
        seats = slot.seats + slot.window_seats if slot.open else 0
        found[slot.centre_id].slots[f"{slot.starts_at:%H:%M}"] = Counter(seats=seats)
    _bookings(found, here)
    _waits(found, here)
    _changes(found, here)
    _notices(found, here)
    _turned_away(found, day)
    return dict(found)


def make(centres: Sequence[str], day: date, now: datetime) -> None:
    """Count and keep."""
    found = count(centres, day)
    slots = [
        {"centre": centre, "date": day, "starts": starts, **{name: numbers[name] for name in COUNTED}}
        for centre, counted in found.items()
        for starts, numbers in counted.slots.items()
    ]
    days = [
        {"centre": centre, "date": day, "spreads": counted.spreads, "counts": counted.counts, "made_at": now}
        for centre, counted in found.items()
    ]
    if not days:
        return
    numbers = [getattr(SlotFigures, name) for name in COUNTED]
    with database.atomic():
        _keep(SlotFigures, slots, [SlotFigures.centre, SlotFigures.date, SlotFigures.starts], numbers)
        told = [DayFigures.spreads, DayFigures.counts, DayFigures.made_at]
        _keep(DayFigures, days, [DayFigures.centre, DayFigures.date], told)


def make_due(now: datetime) -> int:
    """Days that are over and not counted yet, or recent and counted a while ago, the latest first; answers how many."""
    made = DayFigures.select(DayFigures.id).where(DayFigures.centre == Slot.centre, DayFigures.date == Slot.date)
    fresh = (Slot.date < now.date() - RECENT) | (DayFigures.made_at > now - ANEW_AFTER)
    due = Slot.select(Slot.centre, Slot.date).where(Slot.date < now.date(), ~fn.EXISTS(made.where(fresh)))
    days: dict[date, list[str]] = {}
    for centre, day in rows_of(due.distinct().order_by(Slot.date.desc()).limit(DAYS_AT_ONCE)):
        days.setdefault(day, []).append(centre)
    for day, centres in days.items():
        make(centres, day, now)
    return len(days)


def _keep(table: type[Table], rows: list[dict[str, object]], where: list[object], fields: Sequence[object]) -> None:
    table.insert_many(rows).on_conflict(conflict_target=where, preserve=fields).execute()


def _of(here: Expression, *columns: object) -> "ModelSelect[Booking]":
    return Booking.select(*columns).join(Slot).where(here)


def _bookings(found: dict[str, Counted], here: Expression) -> None:
    """Who was marked as missed and came, as the paper shows, did come."""
    columns = (Booking.ref, Booking.centre, Booking.starts_at, Booking.created_at, Booking.state, Booking.way)
    firsts = _first_meetings(here)
    everybody = _of(here, *columns, Visit.booking.is_null(False)).switch(Booking).join(Visit, JOIN.LEFT_OUTER)
    for ref, centre, starts_at, created_at, state, way, came in rows_of(everybody):
        counted = found[centre]
        slot = counted.slots.setdefault(f"{starts_at:%H:%M}", Counter())
        if state in FREED:
            slot[state] += 1
            continue
        slot["window_booked" if way == "window" else "booked"] += 1
        slot["held"] += state in CAME or bool(came)
        slot["no_shows"] += state == State.NO_SHOW and not came
        hours = max(0, int((starts_at - created_at).total_seconds() // 3600))
        if way != "window":
            counted.spreads["leads"][hours] += 1
        if ref in firsts:
            counted.spreads["firsts"][hours] += 1


def _first_meetings(here: Expression) -> set[str]:
    """Meetings that were held before which nobody had met this detainee."""
    before = Earlier.select(1).where(
        Earlier.detainee_key == Booking.detainee_key,
        Earlier.starts_at < Booking.starts_at,
        Earlier.state.in_(CAME),
    )
    came = _of(here, Booking.ref).where(Booking.state.in_(CAME), ~fn.EXISTS(before))
    return {ref for (ref,) in rows_of(came)}


def _waits(found: dict[str, Counted], here: Expression) -> None:
    """Waiting 候见 is from arrival to the start of the meeting."""
    columns = (Booking.centre, Visit.arrived_at, Visit.started_at)
    began = Visit.select(*columns).join(Booking).join(Slot).where(here, Visit.started_at.is_null(False))
    for centre, arrived_at, started_at in rows_of(began):
        found[centre].spreads["waits"][min(LONGEST_WAIT, _minutes(started_at - arrived_at))] += 1


def _changes(found: dict[str, Counted], here: Expression) -> None:
    """A decision's time is from the booking to an officer's or the clock's word."""
    columns = (
        Booking.centre,
        Booking.created_at,
        Change.from_state,
        Change.to_state,
        Change.at,
        Change.by,
    )
    rows = Change.select(*columns).join(Booking).join(Slot).where(here)
    for centre, created_at, before, to, moment, by in rows_of(rows):
        counted = found[centre]
        if before == State.SUBMITTED and to in (State.CONFIRMED, State.REJECTED):
            counted.counts["decided"] += 1
            counted.counts["rejected"] += to == "rejected"
            counted.counts["by_system"] += by == "system"
            counted.spreads["reviews"][_minutes(moment - created_at)] += 1


def _minutes(span: timedelta) -> int:
    return max(0, int(span.total_seconds() // 60))


def _notices(found: dict[str, Counted], here: Expression) -> None:
    about = Notice.select(Booking.centre, Notice.state, Notice.delivered_at.is_null(False), fn.COUNT(Notice.id))
    about = about.join(Booking, on=(Booking.ref == Notice.booking)).join(Slot).where(here, Notice.channel == SMS)
    groups = (Booking.centre, Notice.state, Notice.delivered_at.is_null(False))
    for centre, state, delivered, many in rows_of(about.group_by(*groups)):
        kind = "delivered" if state == "sent" and delivered else state
        if kind in ("delivered", "sent", "failed", "unknown"):
            found[centre].counts[f"sms_{kind}"] += many


def _turned_away(found: dict[str, Counted], day: date) -> None:
    """Once for each slot they asked for; and once for the day."""
    here = TurnedAway.centre.in_(list(found)) & (TurnedAway.date == day)
    columns = (TurnedAway.centre, TurnedAway.starts, TurnedAway.why)
    by_slot = TurnedAway.select(*columns, fn.COUNT(TurnedAway.id)).where(here).group_by(*columns)
    for centre, starts, why, many in rows_of(by_slot):
        found[centre].slots.setdefault(starts, Counter())[why] += many
    by_day = TurnedAway.select(TurnedAway.centre, TurnedAway.why, fn.COUNT(TurnedAway.lawyer.distinct()))
    for centre, why, many in rows_of(by_day.where(here).group_by(TurnedAway.centre, TurnedAway.why)):
        found[centre].counts[why] += many
