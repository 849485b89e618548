"""One click for many: those that nothing is found about, each for itself. Rule 8.

Of several lawyers who ask for one person the first to be approved counts when it is looked at the next: made once before
the click, the findings of none would know of the others.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from booking.desk import findings_now
from booking.desk.persons import same_people
from booking.findings import OF_DEFENDERS, Finding, any_of
from booking.lawyers import proof
from booking.lifecycle import ONCE, notify_all, transition_all
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note_all
from booking.review import rivals
from booking.review.decisions import lines, told_already
from models import Booking, database
from models.locks import lock_people
from models.states import State

Found = dict[str, list[Finding]]  # by reference


class Skipped(NamedTuple):
    """A booking that was not approved with the others, and why."""

    ref: str
    why: str


class Cleared(NamedTuple):
    """What became of bookings approved together."""

    approved: list[Booking]
    skipped: list[Skipped]


def approve_clean(actor: Actor, now: datetime, refs: Sequence[str]) -> Cleared:
    """Approve those of these bookings that nothing is found about and that are as certain as the deadline asks, in one
    transaction. One with findings or rivals, one by a bare name, one decided meanwhile and one that has begun are skipped,
    and said.
    """
    found = list(Booking.in_full().where(Booking.ref.in_(list(refs))))
    with database.atomic():
        # Looked at only now: whoever else decides about these people waits, or is seen.
        lock_people({b.lawyer_id for b in found}, {b.detainee_key for b in found})
        made, beside = findings_now.of(found, now), rivals.of(found)
        certain = rivals.certainty(found, made)
        may = [b for b in found if not beside[b.ref] and certain[b.ref] > rivals.NAMED and now < b.starts_at]
        may.sort(key=lambda b: (-certain[b.ref], b.created_at, b.ref))
        done = _in_turns(actor, now, [b for b in may if not made[b.ref]], made)
        Booking.update(proven=1).where(Booking.ref.in_(proof.standing_behind(done))).execute()
        notify_all([(booking, {}) for booking in done], "confirmed", now, cause=ONCE)
        note_all(actor, now, Kind.REVIEW_CONFIRMED, lines(done))
    approved, by_ref = {booking.ref for booking in done}, {booking.ref: booking for booking in found}
    why = {
        ref: _why_not(by_ref.get(ref), made.get(ref, ()), beside.get(ref, ()), certain.get(ref, 0), now) for ref in refs
    }
    return Cleared(done, [Skipped(ref, said) for ref, said in why.items() if ref not in approved])


def _in_turns(actor: Actor, now: datetime, clean: Collection[Booking], made: Found) -> list[Booking]:
    """Of each person one lawyer at a time, and of each lawyer's case one person; what is found about the others is `made`
    anew before the next. Where every person has one lawyer, one turn is all."""
    person = _persons(clean)
    waiting, done = list(clean), []
    while waiting:
        turn = {b.ref: b for b in _turn(waiting, person)}
        done += transition_all(turn.values(), State.CONFIRMED, by=actor.account, now=now)
        others = [b for b in waiting if b.ref not in turn]
        made |= findings_now.of(others, now)
        waiting = [b for b in others if not made[b.ref]]
    return sorted(done, key=lambda b: (b.starts_at, b.ref))


def _turn(waiting: Collection[Booking], person: Mapping[str, str]) -> Iterator[Booking]:
    """Those that none of the others in it can be found against; the first of all is always one."""
    lawyer_of: dict[str, int] = {}
    person_of: dict[tuple[int, str], str] = {}
    for booking in waiting:
        who = person[booking.ref]
        his = lawyer_of.setdefault(who, booking.lawyer_id) == booking.lawyer_id
        case = person_of.setdefault((booking.lawyer_id, booking.case_no), who) if booking.case_no else who
        if his and case == who:
            yield booking


def _persons(bookings: Collection[Booking]) -> dict[str, str]:
    """By reference the one key of all that by today's registers mean the same person."""
    known = same_people(bookings) if bookings else {}
    return {booking.ref: min(known[booking.detainee_key]) for booking in bookings}


def _why_not(
    booking: Booking | None, found: Sequence[Finding], others: Sequence[Booking], certain: int, now: datetime
) -> str:
    if booking is None:
        return "没有这个预约"
    if booking.state != State.SUBMITTED:
        return told_already(booking)
    if others:
        return f"同一时间另有{rivals.named(others[0])}申请会见此人，须逐个复核"
    if of_defenders := any_of(OF_DEFENDERS, found):
        return f"{of_defenders[0]['message']}，须逐个复核"
    if found:
        return "比对有发现，须逐个复核"
    if now >= booking.starts_at:
        return "会见时间已到，不能再通过"
    return told_already(booking) if certain > rivals.NAMED else "只填了姓名，身份未经核对，须逐个复核"
