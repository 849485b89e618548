"""Whoever is bound follows the roll: barred there, he is refused here. Rule 6."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from peewee import chunked

import clock
from booking.desk import recheck
from booking.findings import finding
from booking.lawyers.own_row import VERIFIED
from booking.lawyers.roll_match import BARRED
from booking.record.actor import SYSTEM
from booking.record.kinds import Kind
from booking.record.note import Line, note_all
from booking.roll.rows import Entry
from models import Booking, Lawyer, database, rows_of
from models.fields import moment_text
from models.lawyers import claims_gone

LATELY = timedelta(days=2)  # no import takes as long, and a clock that stood still over night misses nobody
LAWYERS_AT_ONCE = 2000  # far under what either database takes as parameters


class Follows(NamedTuple):
    """A bound lawyer whom the roll no longer lets book, with the bookings still ahead, for an officer to look at."""

    lawyer: int
    licence_no: str
    state: str
    bookings: list[str]


def who_follows(have: dict[str, Entry], fresh: Sequence[Entry], now: datetime) -> list[Follows]:
    """Who is bound and verified, and barred by the roll as it would then be."""
    states = {licence: entry.state for licence, entry in have.items()}
    states |= {entry.licence_no: entry.state for entry in fresh}
    bound = Lawyer.select(Lawyer.id, Lawyer.licence_no).where(Lawyer.state == VERIFIED).order_by(Lawyer.id)
    barred = [(lawyer, no) for lawyer, no in rows_of(bound) if states.get(no) in BARRED]
    ahead = _ahead([lawyer for lawyer, _ in barred], now)
    return [Follows(lawyer, no, states[no], ahead.get(lawyer, [])) for lawyer, no in barred]


def refuse(follows: Sequence[Follows]) -> None:
    """Who has been unbound and verified under another licence since he was read stays: the roll bars that one too, or
    it does not."""
    for state, message in BARRED.items():
        change: dict[str, object] = {
            **claims_gone(),
            "findings": [finding(f"licence_{state}", message)],
            "updated_at": clock.now(),  # when it is written: a large roll was begun long before
        }
        for some in chunked([one for one in follows if one.state == state], LAWYERS_AT_ONCE):
            barred = (
                Lawyer.id.in_([one.lawyer for one in some]),
                Lawyer.licence_no.in_([one.licence_no for one in some]),
            )
            Lawyer.update(**change).where(*barred, Lawyer.state == VERIFIED).execute()


def refuse_barred(now: datetime) -> int:
    """By the clock: who was verified in the very moment in which an import that bars him was being written, and which
    so did not know of him. Nobody's binding waits for an import. Answers how many.

    Whom an import did not know of has changed since it began: so those are asked for who changed lately, who are few.
    """
    with database.atomic():
        since = moment_text(now - LATELY)
        found = database.execute_sql(_BARRED.format(p=database.param), (since,)).fetchall()
        ahead = _ahead([lawyer for lawyer, *_ in found], now)
        follows = [Follows(lawyer, no, state, ahead.get(lawyer, [])) for lawyer, no, state in found]
        refuse(follows)
        lines = [Line(f"lawyer-{one.lawyer}", None, {"state": one.state, "bookings": one.bookings}) for one in follows]
        note_all(SYSTEM, now, Kind.ROLL_FOLLOWED, lines)
        if follows:
            recheck.after_commit(now)
    return len(follows)


_BARRED = """SELECT lawyer.id, lawyer.licence_no, roll_entry.state
FROM lawyer JOIN roll_entry ON roll_entry.licence_no = lawyer.licence_no
WHERE lawyer.updated_at > {p} AND lawyer.state = 'verified' AND roll_entry.state <> 'active' ORDER BY lawyer.id"""


def _ahead(lawyers: Sequence[int], now: datetime) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for some in chunked(lawyers, LAWYERS_AT_ONCE):
        rows = Booking.select(Booking.lawyer, Booking.ref).where(
            Booking.lawyer.in_(some), Booking.active == 1, Booking.starts_at > now
        )
        for lawyer, ref in rows_of(rows.order_by(Booking.starts_at)):
            found.setdefault(lawyer, []).append(ref)
    return found
