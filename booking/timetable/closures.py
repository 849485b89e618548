"""Rule 20: closing slots and days. Everyone affected is shown first; then one confirm does it all in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from booking.calendar import each_day
from booking.desk.desk import Desk
from booking.fingerprint import fingerprint
from booking.lifecycle import IN_THE_HOUSE, OPEN_STATES
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.slots import SlotView
from booking.timetable import withdrawal
from models import Booking, CentreDay, Lawyer, Slot, database, on_postgres
from models.locks import lock_people
from refusals import Invalid, NotFound, WrongState

LONGEST_DAYS = 31
MOST_BOOKINGS = 2000  # what one statement of either database carries with ease


class Changed(WrongState):
    """Somebody booked, cancelled or came since the preview: nothing was written."""

    def __init__(self) -> None:
        super().__init__("有变化，请再看一遍")


@dataclass(frozen=True, slots=True)
class Closing:
    """What is to be closed: whole days from first to last, or of one day the slots named."""

    centre: str
    first: date
    last: date
    reason: str
    slots: tuple[str, ...] = ()


class Affected(NamedTuple):
    """A slot that would close: whom it hits, in the order of booking, and where they could go instead."""

    slot: Slot
    bookings: list[Booking]
    nearest: list[SlotView]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a closing would do. A slot where somebody is here already (`stopped`) stays open, and with it its day."""

    closing: Closing
    affected: list[Affected]
    stopped: list[Affected]
    fingerprint: str

    @property
    def bookings(self) -> list[Booking]:
        return [booking for slot in self.affected for booking in slot.bookings]


def preview(desk: Desk, closing: Closing) -> Preview:
    """Raises Invalid without a reason or for a span that is too long or over, NotFound for slots that aren't there,
    WrongState when more are affected than one closing takes."""
    slots = _slots(closing, desk.now())
    free = desk.board.nearest(closing.centre, desk.now(), most=1000)
    return _preview(closing, slots, free)


def close(desk: Desk, actor: Actor, closing: Closing, fingerprint: str) -> list[Booking]:
    """Close, cancel without a strike and tell, all or nothing; answers those cancelled. The gate is told after it.

    Raises Changed unless all is as the preview with this fingerprint had it, WrongState where nothing can be closed,
    and what `preview` raises.
    """
    with database.atomic():
        slots = _slots(closing, desk.now())
        lock_people({booking.lawyer_id for booking in _holding(slots)})  # before the slots, as everybody does
        _lock(slots)
        now_so = _preview(closing, slots, ())  # whoever got a seat is seen from here on, and nobody gets another
        if now_so.fingerprint != fingerprint:
            raise Changed
        if not now_so.affected and not _whole_days(now_so):
            raise WrongState("该时段已有律师到场或正在会见，不能关闭")
        _shut(now_so)
        refs = [booking.ref for booking in now_so.bookings]
        gone = withdrawal.withdraw(desk, actor, refs, closing.reason, closing=[slot.id for slot in slots])
        if len(gone) != len(refs):  # somebody came, or cancelled, between two statements of ours
            raise Changed
        words = _words(closing, now_so)
        note(actor, desk.now(), Kind.SLOTS_CLOSE, closing.centre, words, centre=closing.centre)
    desk.board.invalidate_centre(closing.centre)
    return gone


def _slots(closing: Closing, now: datetime) -> list[Slot]:
    """Those that are not over, by id, whatever timetable and calendar say of them: even a closed one may hold bookings."""
    if not 1 <= len(closing.reason.strip()) <= 200:
        raise Invalid("请填写关闭的原因（200字以内），律师会看到")
    if not timedelta(0) <= closing.last - closing.first < timedelta(days=LONGEST_DAYS):
        raise Invalid(f"起止日期有误；一次最多关闭{LONGEST_DAYS}天")
    if closing.last < now.date():
        raise Invalid("日期已过")
    found = [slot for slot in Slot.between(closing.centre, closing.first, closing.last) if now < slot.ends_at]
    if closing.slots:
        found = [slot for slot in found if slot.id in closing.slots]
        if {slot.id for slot in found} != set(closing.slots):
            raise NotFound("没有这个时段，或时段已经过去")
    return sorted(found, key=lambda slot: slot.id)


def _holding(slots: Iterable[Slot]) -> list[Booking]:
    """Bookings of both ways with a meeting that is not over, in the order they were made."""
    wanted = Booking.slot.in_([slot.id for slot in slots]) & (Booking.active == 1)
    found = Booking.select(Booking, Lawyer).join(Lawyer).where(wanted, Booking.state.in_(OPEN_STATES + IN_THE_HOUSE))
    return list(found.order_by(Booking.created_at, Booking.ref))


def _preview(closing: Closing, slots: Sequence[Slot], free: Sequence[SlotView]) -> Preview:
    bookings = _holding(slots)
    if len(bookings) > MOST_BOOKINGS:
        raise WrongState(f"涉及{len(bookings)}个预约，一次最多处理{MOST_BOOKINGS}个，请分几次关闭")
    closing_too = {slot.id for slot in slots}
    open_elsewhere = [view for view in free if view.id not in closing_too]
    held: dict[str, list[Booking]] = {slot.id: [] for slot in slots}
    for booking in bookings:
        held[booking.slot_id].append(booking)
    hit = [Affected(slot, held[slot.id], near(slot, open_elsewhere)) for slot in slots]
    affected = [one for one in hit if not _is_under_way(one)]
    return Preview(closing, affected, [one for one in hit if _is_under_way(one)], _fingerprint(hit))


def near(slot: Slot, free: Sequence[SlotView]) -> list[SlotView]:
    """The three nearest, the nearest first."""
    return sorted(free, key=lambda view: abs(view.starts_at - slot.starts_at))[:3]


def _is_under_way(one: Affected) -> bool:
    return any(booking.state in IN_THE_HOUSE for booking in one.bookings)


def _fingerprint(hit: Iterable[Affected]) -> str:
    return fingerprint([(one.slot.id, [(b.ref, b.state) for b in one.bookings]) for one in hit])


def _lock(slots: Sequence[Slot]) -> None:
    """In the order of ids, as seats are claimed. SQLite's IMMEDIATE transaction is one lock."""
    if on_postgres():
        rows = Slot.select(Slot.id).where(Slot.id.in_([slot.id for slot in slots])).order_by(Slot.id)
        list(rows.for_update())


def _shut(now_so: Preview) -> None:
    """Each slot by name, so that whoever lays out days from an older look at the calendar can't open it again."""
    closing, reason = now_so.closing, now_so.closing.reason.strip()
    shut = [one.slot.id for one in now_so.affected]
    said = {"open": False, "closed_reason": reason, "closed_by_hand": reason}
    Slot.update(**said).where(Slot.id.in_(shut)).execute()
    days = _whole_days(now_so)
    if days:
        rows = [{"centre": closing.centre, "day": day, "open": False, "reason": reason} for day in days]
        words = CentreDay.insert_many(rows)
        targets = [CentreDay.centre, CentreDay.day]
        words.on_conflict(conflict_target=targets, preserve=[CentreDay.open, CentreDay.reason]).execute()


def _whole_days(now_so: Preview) -> list[date]:
    """Those of which the centre says that they are closed: none where slots are named, nor where somebody is here."""
    closing, kept = now_so.closing, {one.slot.date for one in now_so.stopped}
    days = [] if closing.slots else each_day(closing.first, closing.last)
    return [day for day in days if day not in kept]


def _words(closing: Closing, now_so: Preview) -> dict[str, object]:
    return {
        "first": str(closing.first),
        "last": str(closing.last),
        "slots": [one.slot.id for one in now_so.affected],
        "kept": [one.slot.id for one in now_so.stopped],
        "reason": closing.reason,
        "cancelled": len(now_so.bookings),
    }
