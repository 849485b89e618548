"""The centre takes bookings back: no strike, a reason, and the nearest free times to go to instead. Rules 10 and 20."""

from collections.abc import Collection, Sequence

from booking.desk.desk import Desk
from booking.lifecycle import ONCE, OPEN_STATES, notify_all, transition_all
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import Line, note_all
from booking.slots import SlotView
from booking.words import reason_by_sms
from models import Booking, Centre, database
from models.locks import lock_people
from models.states import State
from refusals import Invalid

_LOOKED_AT = 12  # of the nearest times: enough to leave three beside a day's closing slots
_ELSEWHERE = "请在小程序查看其他时间"


def withdraw(desk: Desk, actor: Actor, refs: Sequence[str], why: str, closing: Collection[str] = ()) -> list[Booking]:
    """Cancel these bookings for the centre, in one transaction; answers those cancelled, by the time of the meeting.

    One that is open no longer is left out of the answer and stays as it is. The slots given up, and those `closing`,
    are not offered instead. Inside a caller's transaction the seats go back at the gate after its commit.
    Raises Invalid without a reason.
    """
    if not (why := why.strip()[:200]):
        raise Invalid("请填写取消的原因")
    found, now = _open(refs), desk.now()
    instead = _instead(desk, found, {booking.slot_id for booking in found} | set(closing))
    with database.atomic():
        lock_people({booking.lawyer_id for booking in found})
        gone = transition_all(found, State.CANCELLED, by=actor.account, now=now, why=why, decision_reason=why)
        gone.sort(key=lambda booking: (booking.starts_at, booking.ref))
        words = [{"reason": reason_by_sms(why), "nearest": instead[b.slot_id]} for b in gone]
        notify_all(list(zip(gone, words, strict=True)), "withdrawn", now, cause=ONCE)
        note_all(actor, now, Kind.BOOKING_WITHDRAWN, [Line(b.ref, b.centre_id, {"why": why}) for b in gone])
        database.after_commit(lambda: desk.released(gone, remember=True))
    return gone


def times(nearest: Sequence[SlotView]) -> str:
    """Three times as an SMS can carry them: 35 characters at most."""
    said = [f"{view.starts_at.month}月{view.starts_at.day}日{view.starts_at:%H:%M}" for view in nearest[:3]]
    return "、".join(said) or _ELSEWHERE


def _open(refs: Sequence[str]) -> list[Booking]:
    wanted = Booking.ref.in_(list(refs)) & Booking.state.in_(OPEN_STATES)
    return list(Booking.select(Booking, Centre).join(Centre).where(wanted))


def _instead(desk: Desk, bookings: Sequence[Booking], closing: Collection[str]) -> dict[str, str]:
    """Slot → where its lawyers could go, as shown to lawyers this moment."""
    closed = {b.slot_id: (b.centre_id, b.starts_at) for b in bookings}
    return {
        slot: times(
            [view for view in desk.board.nearest(*where, most=_LOOKED_AT + len(closing)) if view.id not in closing]
        )
        for slot, where in closed.items()
    }
