"""Bookings put before a reviewer again, because a list that arrived since says something else of them. Rule 7.

Asked after each import, and by the clock, since a licence also ends by itself. `again` is what is new beyond what was found
at the booking; an officer's yes to it stands until something else is new.
"""

from collections.abc import Sequence
from datetime import datetime

from peewee import Expression, chunked

from booking.desk import findings_now
from booking.findings import OF_LISTS, Finding, any_of, beyond
from models import Booking, database
from models.locks import lock_people
from models.states import State

AT_ONCE = 300
_OPEN = (State.SUBMITTED, State.CONFIRMED)


def look(now: datetime, centre: str | None = None) -> int:
    """Compare every booking ahead, of one centre or of all; answers how many were put before a reviewer by it."""
    where = Booking.state.in_(_OPEN) & (Booking.starts_at > now)
    if centre is not None:
        where &= Booking.centre == centre
    found = list(Booking.in_full().where(where).order_by(Booking.starts_at, Booking.ref))
    return sum(_put(some, now) for some in chunked(found, AT_ONCE))


def after_commit(now: datetime, centre: str | None = None) -> None:
    """As soon as the import that the caller writes is there for all to see."""
    database.after_commit(lambda: look(now, centre))


def news(booking: Booking, found: Sequence[Finding]) -> list[Finding]:
    """What lists say of it today and did not say when it was made."""
    return beyond(any_of(OF_LISTS, found), booking.findings)


def unseen(booking: Booking, found: Sequence[Finding]) -> list[Finding]:
    """Of the news what no officer has said yes to yet."""
    return news(booking, found) if booking.again_since else beyond(news(booking, found), booking.again)


def _put(bookings: Sequence[Booking], now: datetime) -> int:
    found, put = findings_now.of(bookings, now), 0
    for booking in bookings:
        new = news(booking, found[booking.ref])
        if booking.again_since is None and beyond(new, booking.again):
            put += _mark(booking, Booking.again_since.is_null(), again=new, again_since=now)
        elif booking.again_since is not None and new != booking.again:
            still = booking.again_since if new else None
            _mark(booking, Booking.again_since == booking.again_since, again=new, again_since=still)
        if booking.state == State.CONFIRMED and booking.detainee_claim is None and booking.names_one:
            _claim_again(booking)
    return put


def _claim_again(booking: Booking) -> None:
    """Who let go of the person beside another's meeting holds him again once that is no more."""
    mine = (Booking.ref == booking.ref) & (Booking.state == State.CONFIRMED)
    same = Booking.detainee_key == booking.detainee_key
    with database.atomic():
        lock_people([booking.lawyer_id], [booking.detainee_key])
        claim = Booking.update(detainee_claim=Booking.detainee_key)
        claim.where(mine & same & Booking.met_by_nobody()).execute()


def _mark(booking: Booking, as_read: Expression, **columns: object) -> int:
    """Unless an officer has decided in between."""
    mine = (Booking.ref == booking.ref) & Booking.state.in_(_OPEN) & as_read
    return int(Booking.update(**columns).where(mine).execute())
