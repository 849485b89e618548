"""The end of rests: by the clock, and before their time where a slot is given fewer seats. Rule 21."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from booking import resting
from booking.desk.desk import Desk
from models import Rest, Slot, database, rows_of
from seats.counters import Day, GateAway


def end_due(desk: Desk) -> int:
    """Seats that have rested enough can be had again; answers how many. Where the gate is away the sweep tells it."""
    if not Rest.select().where(Rest.until <= desk.now()).exists():
        return 0  # nearly always: no transaction that writes for nothing
    with database.atomic():
        ended = list(Rest.delete().where(Rest.until <= desk.now()).returning(Rest).execute())
        resting.end(ended)
    desk.checkpoint("rests:ended")
    for day, refs in _by_day(ended).items():
        desk.board.invalidate_day(day)
        try:
            desk.seats.give_back(day, refs, remember=True)
        except GateAway:
            continue
    return len(ended)


def give_way(slot_id: str, seats: int) -> int:
    """In the caller's transaction: of a slot that shall have so few seats, resting ones go before bookings do."""
    over = Slot.get_by_id(slot_id).taken - seats
    if over <= 0:
        return 0
    last = Rest.select(Rest.ref).where(Rest.slot == slot_id).order_by(Rest.until.desc()).limit(over)
    gone = list(Rest.delete().where(Rest.ref.in_([ref for (ref,) in rows_of(last)])).returning(Rest).execute())
    resting.end(gone)
    return len(gone)


def _by_day(rests: Sequence[Rest]) -> dict[Day, list[str]]:
    slots = {rest.slot_id for rest in rests}
    where: dict[str, tuple[str, date]] = {
        slot: (centre, day)
        for slot, centre, day in rows_of(Slot.select(Slot.id, Slot.centre, Slot.date).where(Slot.id.in_(slots)))
    }
    found: defaultdict[Day, list[str]] = defaultdict(list)
    for rest in rests:
        found[Day(*where[rest.slot_id])].append(rest.ref)
    return found
