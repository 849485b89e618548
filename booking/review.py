"""Rule 8: an officer decides every submitted booking; what nobody decided in time decides itself."""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from peewee import InterfaceError, OperationalError

from booking.policy import Policy
from booking.steps import fit_to_send, move, tell
from booking.words import moment_words
from models import Audit, Booking, Centre, Lawyer, database
from refusals import Invalid, NotFound, WrongState

if TYPE_CHECKING:
    from booking.desk import Desk

log = logging.getLogger(__name__)


def waiting(centre: str | None = None, before: datetime | None = None) -> list[Booking]:
    """Bookings to decide, the soonest first; with `before` only meetings that start earlier."""
    where = Booking.state == "submitted"
    if centre is not None:
        where &= Booking.centre == centre
    if before is not None:
        where &= Booking.starts_at < before
    found = Booking.select(Booking, Centre, Lawyer).join(Centre).switch(Booking).join(Lawyer)
    return list(found.where(where).order_by(Booking.starts_at, Booking.ref))


def approve(desk: "Desk", ref: str, by: str, permit_no: str | None = None) -> Booking:
    """Raises NotFound, WrongState when it is decided already, has begun, or lacks a permit the law asks for."""
    booking = _find(ref)
    if desk.now() >= booking.starts_at:
        raise WrongState("会见时间已到，不能再通过；请到会见窗口办理")
    columns: dict[str, Any] = {"permit_no": permit_no} if permit_no else {}
    if not permit_no and any(finding["code"] == "permit_missing" for finding in booking.findings):
        raise WrongState("该案侦查期间会见须经侦查机关许可，请补录许可文号后再通过")
    return _decide(desk, booking, "confirmed", by, "", **columns)


def reject(desk: "Desk", ref: str, by: str, reason: str) -> Booking:
    """Raises NotFound, WrongState when it is decided already, Invalid without a reason."""
    if not reason.strip():
        raise Invalid("请填写不通过的原因")
    return _decide(desk, _find(ref), "rejected", by, reason.strip()[:200])


def decide_due(desk: "Desk") -> int:
    """Decide what is past its deadline: without findings it is confirmed, with findings rejected; answers how many.

    One that can't be decided is logged and keeps no other from it.
    """
    now, decided = desk.now(), 0
    for booking in waiting(before=now + timedelta(days=2)):  # the deadline is on the day before
        try:
            if now >= Policy.of(booking.centre).review_due(booking.starts_at.date()):
                _decide(desk, booking, *_by_itself(booking, now))
                decided += 1
        except WrongState:
            continue  # an officer was quicker
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("booking %s could not be decided", booking.ref)
    return decided


def _by_itself(booking: Booking, now: datetime) -> tuple[str, str, str]:
    if now >= booking.starts_at:
        return "rejected", "system", "复核未能在会见前完成，责任不在您，请到会见窗口办理"
    if booking.findings:
        found = "；".join(finding["message"] for finding in booking.findings)
        return "rejected", "system", f"{found}。请到会见窗口办理"[:200]
    return "confirmed", "system", "复核期限已到，比对无异常"


def _decide(desk: "Desk", booking: Booking, to: str, by: str, why: str, **columns: Any) -> Booking:
    now = desk.now()
    if to == "rejected":
        columns["decision_reason"] = why
    with database.atomic():
        move(booking, to, by=by, now=now, why=why, **columns)
        tell(booking, to, now, **({"reason": fit_to_send(why, booking)} if to == "rejected" else {}))
        if by != "system":
            words = {"when": moment_words(booking.starts_at), "why": why}
            Audit.create(at=now, who=by, what=f"review.{to}", subject=booking.ref, words=words)
    if to == "rejected":
        desk.released([booking], remember=True)
    else:
        desk.seats.wake()
    return booking


def _find(ref: str) -> Booking:
    found: Booking | None = Booking.get_or_none(Booking.ref == ref)
    if found is None:
        raise NotFound("没有这个预约")
    return found
