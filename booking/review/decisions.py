"""Rule 8: an officer decides every submitted booking; what nobody decided in time decides itself."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from peewee import InterfaceError, OperationalError

from booking import by_id
from booking.desk import findings_now, recheck
from booking.desk.desk import Desk
from booking.findings import BARRING, Finding, any_of, as_shown
from booking.lawyers import proof
from booking.lifecycle import ONCE, notify, notify_all, transition, transition_all
from booking.record.actor import SYSTEM, Actor
from booking.record.kinds import Kind
from booking.record.note import Line, note_all
from booking.review import deadline, queue, rivals
from booking.words import NOT_VERIFIED_IN_TIME, STATES, by_words, moment_words, reason_by_sms
from models import Booking, Change, database
from models.locks import lock_people
from models.states import State
from refusals import Invalid, WrongState

log = logging.getLogger(__name__)


class Skipped(NamedTuple):
    """A booking that was not approved with the others, and why."""

    ref: str
    why: str


class Cleared(NamedTuple):
    """What became of bookings approved together."""

    approved: list[Booking]
    skipped: list[Skipped]


def approve(actor: Actor, now: datetime, ref: str, permit_no: str | None = None, *, seen: str | None = None) -> Booking:
    """By what is found at this moment, which must be what was shown: `seen` is its mark, None where nobody saw a page.

    Raises NotFound, WrongState (decided, begun, something else is found, the licence is barred, the permit is missing).
    """
    booking = by_id.booking(ref)
    if now >= booking.starts_at:
        raise WrongState("会见时间已到，不能再通过；请到会见窗口办理")
    found = findings_now.of([booking], now)[ref]
    if booking.state == State.SUBMITTED:
        as_shown(found, seen)
    _may_be_approved(found, permit_no)
    looked_at: dict[str, Any] = {"again": recheck.news(booking, found), "again_since": None}
    columns = looked_at | ({"permit_no": permit_no} if permit_no else {})
    return _decide(actor, now, booking, State.CONFIRMED, "", **columns)


def keep(actor: Actor, now: datetime, ref: str, *, seen: str | None = None) -> Booking:
    """An officer's yes to what a list says of a booking since, with the mark of what he was shown of it: it stands as it
    is. Raises NotFound, WrongState where there is nothing to look at or something else by now, or the roll bars the
    licence."""
    booking = by_id.booking(ref)
    found = findings_now.of([booking], now)[ref]
    if barred := any_of(BARRING, found):
        raise WrongState(f"{barred[0]['message']}，不能保留；请取消预约，或先更正名册")
    if booking.again_since is not None:
        as_shown(recheck.news(booking, found), seen)
    waits = (Booking.ref == ref) & (Booking.state == State.CONFIRMED) & Booking.again_since.is_null(False)
    with database.atomic():
        if not Booking.update(again=recheck.news(booking, found), again_since=None).where(waits).execute():
            raise WrongState("该预约没有待看的变动")
        note_all(actor, now, Kind.REVIEW_KEPT, _lines([booking]))
    return by_id.booking(ref)


def reject(desk: Desk, actor: Actor, ref: str, reason: str) -> Booking:
    """Raises NotFound, WrongState when it is decided already, Invalid without a reason."""
    if not reason.strip():
        raise Invalid("请填写不通过的原因")
    rejected = _decide(actor, desk.now(), by_id.booking(ref), State.REJECTED, reason.strip()[:200])
    desk.released([rejected], remember=True)
    return rejected


def approve_clean(actor: Actor, now: datetime, refs: Sequence[str]) -> Cleared:
    """Approve those of these bookings that nothing is found about and that are as certain as the deadline asks, in one
    transaction. Each stands for itself: one with findings or rivals, one by a bare name, one decided meanwhile and one
    that has begun are skipped, and said.
    """
    found = list(Booking.in_full().where(Booking.ref.in_(list(refs))))
    made = findings_now.of(found, now)
    certain = rivals.certainty(found, made)
    clean = [b for b in found if not made[b.ref] and certain[b.ref] > rivals.NAMED and now < b.starts_at]
    with database.atomic():
        lock_people({b.lawyer_id for b in clean}, {b.detainee_key for b in clean})
        beside = rivals.of(found)
        clean = [b for b in clean if not beside[b.ref]]
        done = transition_all(clean, State.CONFIRMED, by=actor.account, now=now)
        done.sort(key=lambda b: (b.starts_at, b.ref))
        Booking.update(proven=1).where(Booking.ref.in_(proof.standing_behind(done))).execute()
        notify_all([(booking, {}) for booking in done], "confirmed", now, cause=ONCE)
        note_all(actor, now, Kind.REVIEW_CONFIRMED, _lines(done))
    approved, by_ref = {booking.ref for booking in done}, {booking.ref: booking for booking in found}
    why = {
        ref: _why_not(by_ref.get(ref), made.get(ref, ()), beside.get(ref, ()), certain.get(ref, 0), now) for ref in refs
    }
    return Cleared(done, [Skipped(ref, said) for ref, said in why.items() if ref not in approved])


def decided(ref: str) -> Change | None:
    """The step by which this booking left the queue."""
    left = (Change.booking == ref) & (Change.from_state == State.SUBMITTED)
    found: Change | None = Change.select().where(left).order_by(Change.id).first()
    return found


def decide_due(desk: Desk) -> int:
    """Decide what is past its deadline: confirmed is who is certain, without findings and first in line; two who are
    equally certain are left to the officers until the start; the others are rejected. Answers how many were decided.

    One that can't be decided is logged and keeps no other from it.
    """
    now, decided = desk.now(), 0
    for booking in queue.overdue(now):
        try:
            if verdict := deadline.by_itself(booking, now):
                done = _decide(SYSTEM, now, booking, *verdict, told=NOT_VERIFIED_IN_TIME)
                if done.state == State.REJECTED:
                    desk.released([done], remember=True)
                decided += 1
        except WrongState:
            continue  # an officer was quicker
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # a fault in one booking keeps nobody else from his answer
            log.exception("booking %s could not be decided", booking.ref)
    return decided


def _decide(
    actor: Actor, now: datetime, booking: Booking, to: State, why: str, *, told: str = "", **columns: object
) -> Booking:
    """`why` is for officers; the lawyer reads `told` where that is another."""
    if to == State.REJECTED:
        columns["decision_reason"] = told or why
    else:
        columns["proven"] = len(proof.standing_behind([booking]))
    try:
        with database.atomic():
            # Before the booking's row and its slot's, as whoever closes a day does.
            lock_people([booking.lawyer_id], [booking.detainee_key])
            transition(booking, to, by=actor.account, now=now, why=why, **columns)
            words = {"reason": reason_by_sms(told or why)} if to == State.REJECTED else {}
            notify(booking, to, now, cause=ONCE, **words)
            if actor != SYSTEM:
                note_all(actor, now, Kind(f"review.{to}"), _lines([booking], why))
    except WrongState:
        raise WrongState(_told_already(booking)) from None
    return booking


def _may_be_approved(found: Sequence[Finding], permit_no: str | None) -> None:
    if barred := any_of(BARRING, found):
        raise WrongState(f"{barred[0]['message']}，不能通过；如名册有误，请先更正名册")
    if not permit_no and any_of(("permit_missing",), found):
        raise WrongState("该案侦查期间会见须经侦查机关许可，请补录许可文号后再通过")


def _told_already(booking: Booking) -> str:
    """Who was quicker, and what he decided."""
    step = decided(booking.ref)
    if step is None:
        met = rivals.in_the_way(booking)
        if not met and booking.state == State.SUBMITTED:
            return "在押名册刚刚更新，请重新核对后再决定"
        return f"该在押人员此时间已有{met}，不能再通过" if met else f"该预约{STATES[booking.state]}，不能再复核"
    why = f"：{step.why}" if step.why else ""
    return f"该预约已由{by_words(step.by)}于{moment_words(step.at)}改为{STATES[step.to_state]}{why}"


def _why_not(
    booking: Booking | None, found: Sequence[Finding], others: Sequence[Booking], certain: int, now: datetime
) -> str:
    if booking is None:
        return "没有这个预约"
    if booking.state != State.SUBMITTED:
        return _told_already(booking)
    if others:
        return f"同一时间另有{rivals.named(others[0])}申请会见此人，须逐个复核"
    if found:
        return "比对有发现，须逐个复核"
    if now >= booking.starts_at:
        return "会见时间已到，不能再通过"
    return _told_already(booking) if certain > rivals.NAMED else "只填了姓名，身份未经核对，须逐个复核"


def _lines(bookings: Sequence[Booking], why: str = "") -> list[Line]:
    return [Line(b.ref, b.centre_id, {"when": moment_words(b.starts_at), "why": why}) for b in bookings]
