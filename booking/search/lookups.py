"""What an officer may look up, by whatever door he comes. The query is the permission: an officer of one centre finds
that centre's bookings only, and of a lawyer what the roll says and the bookings there.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from peewee import Expression, ModelSelect, fn

from booking.lifecycle import FREED
from booking.paging import Position, behind
from models import (
    Booking,
    Centre,
    Lawyer,
    Officer,
    RollEntry,
    rows_of,
)
from models.names import plain


class LawyerSeen(NamedTuple):
    """A lawyer as far as this officer may see: `lawyer` is None where he has no booking within the officer's reach."""

    licence_no: str
    roll: RollEntry | None
    lawyer: Lawyer | None
    bookings: int

    @property
    def name(self) -> str:
        return str((self.roll or self.lawyer).name)  # type: ignore[union-attr]  # one of the two is there


def centres(officer: Officer) -> list[Centre]:
    """The officer's own; all of them for an officer of the bureau."""
    every = Centre.select().order_by(Centre.code)
    return list(every if officer.centre_id is None else every.where(Centre.code == officer.centre_id))


def bookings_in(slots: Collection[str], many: int, after: Position | None = None) -> list[Booking]:
    """Those that hold or held a seat in these slots, by start, with their lawyers."""
    where = Booking.slot.in_(list(slots)) & Booking.state.not_in(FREED)
    if after is not None:
        where &= behind(Booking.starts_at, Booking.ref, after)
    return list(_with_lawyer(where).order_by(Booking.starts_at, Booking.ref).limit(many))


def booking(officer: Officer, ref: str) -> Booking | None:
    found: Booking | None = Booking.in_full().where(Booking.ref == ref, _within(officer)).first()
    return found


def bookings_of(officer: Officer, lawyer: int, many: int, after: Position | None = None) -> list[Booking]:
    """A lawyer's bookings within the officer's reach, the latest first."""
    where = (Booking.lawyer == lawyer) & _within(officer)
    if after is not None:
        where &= behind(Booking.starts_at, Booking.ref, after, newest_first=True)
    return list(_with_lawyer(where).order_by(Booking.starts_at.desc(), Booking.ref.desc()).limit(many))


def licensed(officer: Officer, licence_no: str) -> LawyerSeen | None:
    """The lawyer with this number; None when neither the roll nor anybody within reach has it."""
    found = _seen(officer, [licence_no])
    return found[0] if found else None


def named(officer: Officer, name: str, many: int, after: str = "") -> list[LawyerSeen]:
    """Lawyers of this whole name, by licence number from behind `after`."""
    licences: set[str] = set()
    for table in (RollEntry, Lawyer):
        here = (table.plain_name == plain(name)) & (table.licence_no > after)
        found = table.select(table.licence_no).where(here).order_by(table.licence_no).limit(many)
        licences |= {licence for (licence,) in rows_of(found)}
    seen = _seen(officer, sorted(licences)[:many])
    return [one for one in seen if plain(one.name) == plain(name)]


def _seen(officer: Officer, licences: Sequence[str]) -> list[LawyerSeen]:
    roll = {entry.licence_no: entry for entry in RollEntry.select().where(RollEntry.licence_no.in_(licences))}
    bound = list(Lawyer.select().where(Lawyer.licence_no.in_(licences)))
    counted = Booking.select(Booking.lawyer, fn.COUNT(Booking.ref)).where(
        Booking.lawyer.in_([lawyer.id for lawyer in bound]), _within(officer)
    )
    bookings = dict(rows_of(counted.group_by(Booking.lawyer)))
    seen = []
    for licence in licences:
        his = [one for one in bound if one.licence_no == licence and _may_see(officer, one, bookings)]
        # Others may claim the number too: who holds it, or has bookings, is meant.
        lawyer = max(his, key=lambda one: (_holds(one), bookings.get(one.id, 0)), default=None)
        if lawyer is not None or licence in roll:
            seen.append(LawyerSeen(licence, roll.get(licence), lawyer, bookings.get(lawyer.id, 0) if lawyer else 0))
    return seen


def _holds(lawyer: Lawyer) -> bool:
    """The number is his, by the roll or at the window."""
    return lawyer.licence_claim is not None or lawyer.walk_in_claim is not None


def _may_see(officer: Officer, lawyer: Lawyer, bookings: dict[int, int]) -> bool:
    return officer.centre_id is None or lawyer.id in bookings


def _within(officer: Officer) -> Expression:
    """The bookings an officer may see."""
    return Booking.ref.is_null(False) if officer.centre_id is None else Booking.centre == officer.centre_id


def _with_lawyer(where: Expression) -> "ModelSelect[Booking]":
    """Only what a line of a list says: the rest of both rows would take most of the time."""
    return Booking.select(*_LINE).join(Lawyer).where(where)


_LINE = (
    Booking.ref, Booking.starts_at, Booking.state, Booking.centre, Booking.findings, Booking.detainee_key,
    Booking.detainee_sealed, Booking.lawyer, Lawyer.id, Lawyer.name,
)  # fmt: skip
