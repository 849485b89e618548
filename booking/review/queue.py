"""The review queue as an officer works through it: one after another, the nearest deadline first. Rule 8.

The deadline is an hour of the day before the meeting, so within a centre meetings and deadlines have one order.
"""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from peewee import Case, Expression, Function, fn

from booking.desk import findings_now
from booking.paging import Position, behind
from booking.policy import Policy
from booking.review import rivals
from clock import at
from models import Booking, rows_of
from models.states import State


class Waiting(NamedTuple):
    """How many wait for a decision: in all, due today or overdue, and before this one."""

    total: int
    due_today: int
    before: int


def waiting(centre: str, now: datetime, looked_at: Booking | None = None) -> Waiting:
    due = Booking.starts_at < at(now.date() + timedelta(days=2), time(0))
    before = _before(looked_at) if looked_at is not None else Booking.ref.is_null()
    counts = (_sum(due), _sum(before))
    found = rows_of(Booking.select(fn.COUNT(Booking.ref), *counts).where(_submitted(centre)))
    return Waiting(*(int(count or 0) for count in found[0]))


def overdue(now: datetime, centre: str | None = None) -> list[Booking]:
    """What should have been decided. The system decides the others within a minute, so those that stay are the ones
    it must not decide: two applications of equal certainty for one person and time."""
    soon = listed(centre, before=now + timedelta(days=2))  # the deadline is on the day before
    return [b for b in soon if now >= Policy.of(b.centre).review_due(b.starts_at.date())]


def first(centre: str) -> Booking | None:
    return _one(_submitted(centre))


def after(booking: Booking) -> Booking | None:
    """The next one that waits, whether this one still does or not."""
    later = behind(Booking.starts_at, Booking.ref, _place(booking))
    return _one(_submitted(booking.centre_id) & later)


def before(booking: Booking) -> Booking | None:
    earlier = _before(booking)
    return _one(_submitted(booking.centre_id) & earlier, backwards=True)


def clean(centre: str, now: datetime, most: int = 200) -> list[Booking]:
    """Of the `most` that wait longest those nothing is found about at this moment, and of whom more than a name is
    known, in the queue's order: who may be approved together."""
    ahead = Booking.in_full().where(_submitted(centre), Booking.starts_at > now)
    found = list(ahead.order_by(Booking.starts_at, Booking.ref).limit(most))
    made = findings_now.of(found, now)
    certain = rivals.certainty(found, made)
    return [booking for booking in found if not made[booking.ref] and certain[booking.ref] > rivals.NAMED]


def changed(centre: str, now: datetime) -> list[Booking]:
    """Confirmed ones of which a list says something else since, the soonest first."""
    ahead = (Booking.centre == centre) & (Booking.state == State.CONFIRMED) & (Booking.starts_at > now)
    found = Booking.in_full().where(ahead, Booking.again_since.is_null(False))
    return list(found.order_by(Booking.starts_at, Booking.ref))


def listed(
    centre: str | None = None,
    before: datetime | None = None,
    many: int | None = None,
    after: Position | None = None,
) -> list[Booking]:
    """The queue itself, the soonest first; `before` only meetings that start earlier, `after` where a page ended."""
    where = Booking.state == State.SUBMITTED
    if centre is not None:
        where &= Booking.centre == centre
    if before is not None:
        where &= Booking.starts_at < before
    if after is not None:
        where &= behind(Booking.starts_at, Booking.ref, after)
    return list(Booking.in_full().where(where).order_by(Booking.starts_at, Booking.ref).limit(many))


def _submitted(centre: str) -> Expression:
    return (Booking.centre == centre) & (Booking.state == State.SUBMITTED)


def _before(booking: Booking) -> Expression:
    return behind(Booking.starts_at, Booking.ref, _place(booking), newest_first=True)


def _place(booking: Booking) -> Position:
    return Position(booking.starts_at, booking.ref)


def _sum(condition: Expression) -> Function:
    return fn.SUM(Case(None, ((condition, 1),), 0))


def _one(where: Expression, *, backwards: bool = False) -> Booking | None:
    order = (Booking.starts_at, Booking.ref)
    found: Booking | None = (
        Booking.in_full().where(where).order_by(*(column.desc() for column in order) if backwards else order).first()
    )
    return found
