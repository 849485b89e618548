"""What becomes of a booking nobody decided in time. Rule 8.

Whatever the cause of a no, the lawyer is told one sentence: a cause would tell of the register and of others.
"""

from datetime import datetime

from booking.desk import findings_now
from booking.findings import OF_DEFENDERS
from booking.review import rivals
from models import Booking
from models.states import State

_OF_RIVALS = "detainee_may_conflict"  # as they were at the booking; here they are looked at as they are now


def by_itself(booking: Booking, now: datetime) -> tuple[State, str] | None:
    """What the system decides, and why: for officers. Rule 8.

    None, until it begins, is for officers to see: two equally certain, a proven one beside a confirmed one who is no more
    so, or nothing but who else defends. Nobody else waits beside a confirmed one: by that he would know of it.
    """
    if now >= booking.starts_at:
        return State.REJECTED, "复核未能在会见前完成"
    others = rivals.of([booking])[booking.ref]
    made = findings_now.of([booking, *others], now)
    certain = rivals.certainty([booking, *others], made)
    met = [other for other in others if other.state != State.SUBMITTED]
    if met:
        first = max(met, key=lambda other: certain[other.ref])
        if certain[first.ref] == rivals.BARRED or certain[first.ref] <= certain[booking.ref] == rivals.PROVEN:
            return None  # what the other was granted has to be taken back first
        return State.REJECTED, f"该在押人员同一时间已有{rivals.named(first)}"
    most = max((certain[other.ref] for other in others), default=0)
    if most == certain[booking.ref] > rivals.BARRED:
        return None
    if most > certain[booking.ref]:
        return State.REJECTED, "同一时间另有身份或委托更确定的申请"
    found = [finding for finding in made[booking.ref] if finding["code"] != _OF_RIVALS]
    if found and certain[booking.ref] > rivals.NAMED and all(one["code"] in OF_DEFENDERS for one in found):
        return None
    if found:
        return State.REJECTED, "；".join(one["message"] for one in found)[:200]
    if certain[booking.ref] == rivals.NAMED:
        return State.REJECTED, "只填了姓名，身份未经核对"
    return State.CONFIRMED, "复核期限已到，比对无异常"
