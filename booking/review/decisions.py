"""Rule 8: an officer decides every submitted booking; what nobody decided in time decides itself."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from peewee import InterfaceError, OperationalError

from booking import by_id
from booking.desk import findings_now, recheck
from booking.desk.desk import Desk
from booking.findings import BARRING, Finding, any_of, as_shown
from booking.lawyers import proof
from booking.lifecycle import ONCE, notify, transition
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
        note_all(actor, now, Kind.REVIEW_KEPT, lines([booking]))
    return by_id.booking(ref)


def reject(desk: Desk, actor: Actor, ref: str, reason: str) -> Booking:
    """Raises NotFound, WrongState when it is decided already, Invalid without a reason."""
    if not reason.strip():
        raise Invalid("请填写不通过的原因")
    rejected = _decide(actor, desk.now(), by_id.booking(ref), State.REJECTED, reason.strip()[:200])
    desk.released([rejected], remember=True)
    return rejected


def decided(ref: str) -> Change | None:
    """The step by which this booking left the queue."""
    left = (Change.booking == ref) & (Change.from_state == State.SUBMITTED)
    found: Change | None = Change.select().where(left).order_by(Change.id).first()
    return found


def decide_due(desk: Desk) -> int:
    """Decide what is past its deadline: confirmed is who is certain, without findings and first in line; two who are
    equally certain, and who has only others' defending against him, are left to the officers until the start; the others
    are rejected. Answers how many were decided.

    One that can't be decided is logged and keeps no other from it.
    """
    now, decided = desk.now(), 0
    for booking in queue.overdue(now):
        try:
            if done := _decide_by_itself(booking, now):
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


def _decide_by_itself(booking: Booking, now: datetime) -> Booking | None:
    """Looked at once nobody else can decide about these people: of others he confirmed a moment ago nothing is missed."""
    with database.atomic():
        lock_people([booking.lawyer_id], [booking.detainee_key])
        verdict = deadline.by_itself(booking, now)
        return _decide(SYSTEM, now, booking, *verdict, told=NOT_VERIFIED_IN_TIME) if verdict else None


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
                note_all(actor, now, Kind(f"review.{to}"), lines([booking], why))
    except WrongState:
        raise WrongState(told_already(booking)) from None
    return booking


def _may_be_approved(found: Sequence[Finding], permit_no: str | None) -> None:
    if barred := any_of(BARRING, found):
        raise WrongState(f"{barred[0]['message']}，不能通过；如名册有误，请先更正名册")
    if not permit_no and any_of(("permit_missing",), found):
        raise WrongState("该案侦查期间会见须经侦查机关许可，请补录许可文号后再通过")


def told_already(booking: Booking) -> str:
    """Who was quicker, and what he decided."""
    step = decided(booking.ref)
    if step is None:
        met = rivals.in_the_way(booking)
        if not met and booking.state == State.SUBMITTED:
            return "在押名册刚刚更新，请重新核对后再决定"
        return f"该在押人员此时间已有{met}，不能再通过" if met else f"该预约{STATES[booking.state]}，不能再复核"
    why = f"：{step.why}" if step.why else ""
    return f"该预约已由{by_words(step.by)}于{moment_words(step.at)}改为{STATES[step.to_state]}{why}"


def lines(bookings: Sequence[Booking], why: str = "") -> list[Line]:
    return [Line(b.ref, b.centre_id, {"when": moment_words(b.starts_at), "why": why}) for b in bookings]
