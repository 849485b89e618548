"""Rule 19 by hand: an officer raises a slot's seats at once, and lowers them after seeing who is affected.

Lowered below what is booked, the slot keeps everybody (nobody is thrown out, nobody comes in), or the officer takes
back those who booked last. What was set stays until it is taken back; the timetable goes on without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking import by_id
from booking.desk import rests
from booking.desk.desk import Desk
from booking.fingerprint import fingerprint
from booking.lifecycle import OPEN_STATES
from booking.policy import Policy
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.slots import SlotView
from booking.timetable import rollout, withdrawal
from booking.timetable.closures import Changed, near
from models import Booking, Lawyer, Slot, database, on_postgres
from models.locks import lock_people
from refusals import Invalid, WrongState
from seats.counters import Day

MOST_SEATS = 1000


@dataclass(frozen=True, slots=True)
class Lowering:
    """What fewer seats would mean: those who booked last and no longer fit, and where they could go instead."""

    slot: Slot
    seats: int
    affected: list[Booking]
    nearest: list[SlotView]
    fingerprint: str


class Affects(WrongState):
    """Somebody would be affected, and the officer has not seen whom. Nothing was written."""

    def __init__(self, many: int):
        super().__init__(f"名额少于已预约的人数，涉及{many}个预约，请先查看")


def preview(desk: Desk, slot_id: str, seats: int) -> Lowering:
    """Raises NotFound, Invalid for a number out of range, WrongState once the seats are the window's."""
    slot = by_id.slot(slot_id)
    _may_set(slot, seats, desk.now())
    free = desk.board.nearest(slot.centre_id, slot.starts_at, most=20)
    return _lowering(slot, seats, [view for view in free if view.id != slot_id])


def set_seats(
    desk: Desk, actor: Actor, slot_id: str, seats: int, *, fingerprint: str = "", why: str | None = None
) -> list[Booking]:
    """The slot's online seats from now on; answers whom it took back: nobody, unless `why` says they are to go.

    Raises Affects when somebody would be affected and no preview was seen, Changed when it is not as the preview with
    this fingerprint had it, and what `preview` raises.
    """
    gone: list[Booking] = []
    with database.atomic():
        slot, now = by_id.slot(slot_id), desk.now()
        _may_set(slot, seats, now)
        # Before the slot, as everybody does.
        lock_people({booking.lawyer_id for booking in _last(slot, seats)})
        slot = _locked(slot_id)
        lowering = _unchanged(_lowering(slot, seats, ()), fingerprint)
        Slot.update(seats=seats, seats_by_hand=seats).where(Slot.id == slot_id).execute()
        if why is not None and lowering.affected:
            refs = [booking.ref for booking in lowering.affected]
            gone = withdrawal.withdraw(desk, actor, refs, why, closing=[slot_id])
            if len(gone) != len(refs):
                raise Changed
        rests.give_way(slot_id, seats)
        words = {"seats": [slot.seats, seats], "withdrawn": [one.ref for one in gone]}
        note(actor, now, Kind.SLOT_SEATS, slot_id, words, centre=slot.centre_id)
    rollout.tell_gate(desk, {Day(slot.centre_id, slot.date): {slot_id: seats}})
    desk.board.invalidate_centre(slot.centre_id)
    return gone


def set_window_seats(actor: Actor, now: datetime, slot_id: str, seats: int) -> None:
    """The slot's window seats from now on, also today's; fewer than are taken throws nobody out. Raises as `preview`."""
    with database.atomic():
        slot = by_id.slot(slot_id)
        _in_range(seats)
        if now >= slot.ends_at:
            raise WrongState("该时段已经过去")
        Slot.update(window_seats=seats, window_by_hand=seats).where(Slot.id == slot_id).execute()
        words = {"window_seats": [slot.window_seats, seats]}
        note(actor, now, Kind.SLOT_SEATS, slot_id, words, centre=slot.centre_id)


def follow_timetable(desk: Desk, actor: Actor, slot_id: str) -> None:
    """Take what was set by hand back: the timetable's numbers again, at once. Nobody is thrown out. Raises as `preview`."""
    with database.atomic():
        slot, now = by_id.slot(slot_id), desk.now()
        if not _is_bookable(slot, now):
            raise _passed()
        Slot.update(seats_by_hand=None, window_by_hand=None).where(Slot.id == slot_id).execute()
        words = {"seats": [slot.seats_by_hand, None], "window_seats": [slot.window_by_hand, None]}
        note(actor, now, Kind.SLOT_SEATS, slot_id, words, centre=slot.centre_id)
    rollout.open_days(desk, now)
    desk.board.invalidate_centre(slot.centre_id)


def _locked(slot_id: str) -> Slot:
    """Whoever wants a seat of it waits. SQLite's IMMEDIATE transaction is the lock."""
    row = Slot.select().where(Slot.id == slot_id)
    found: Slot = (row.for_update() if on_postgres() else row).get()
    return found


def _may_set(slot: Slot, seats: int, now: datetime) -> None:
    _in_range(seats)
    if not _is_bookable(slot, now):
        raise _passed()


def _in_range(seats: int) -> None:
    if not 0 <= seats <= MOST_SEATS:
        raise Invalid(f"名额须为0至{MOST_SEATS}")


def _is_bookable(slot: Slot, now: datetime) -> bool:
    """After it the unclaimed seats have passed to the window."""
    starts_at: datetime = slot.starts_at
    return now < min(Policy.of(slot.centre).closes(slot.date), starts_at)


def _passed() -> WrongState:
    return WrongState("网上预约已截止，余下名额已转为窗口名额；请调整窗口名额")


def _last(slot: Slot, seats: int) -> list[Booking]:
    """Those who booked last, as many as are over the seats, the last first. Who is here already is not among them."""
    held = (Booking.slot == slot.id) & (Booking.active == 1) & (Booking.way == "online")
    over = Booking.select().where(held).count() - seats
    if over <= 0:
        return []
    found = Booking.select(Booking, Lawyer).join(Lawyer).where(held, Booking.state.in_(OPEN_STATES))
    return list(found.order_by(Booking.created_at.desc(), Booking.ref.desc()).limit(over))


def _unchanged(lowering: Lowering, seen: str) -> Lowering:
    """Raises Affects, Changed."""
    if lowering.affected and not seen:
        raise Affects(len(lowering.affected))
    if seen and seen != lowering.fingerprint:
        raise Changed
    return lowering


def _lowering(slot: Slot, seats: int, free: Sequence[SlotView]) -> Lowering:
    affected = _last(slot, seats)
    seen = fingerprint(slot.id, seats, [(one.ref, one.state) for one in affected])
    return Lowering(slot, seats, affected, near(slot, free), seen)
