"""What an officer may look up, by whatever door he comes. The query is the permission: an officer of one centre finds
that centre's bookings only, and of a lawyer what the roll says and the bookings there.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from peewee import Expression, ModelSelect, fn

from booking.lifecycle import COMING, FREED
from models import (
    Booking,
    Centre,
    Detainee,
    Lawyer,
    Officer,
    RollEntry,
    Slot,
    rows_of,
)
from models.names import plain, spellings
from models.states import State


class After(NamedTuple):
    """Where a list goes on: behind this start and reference."""

    starts_at: datetime
    ref: str


class SlotSum(NamedTuple):
    """A slot and how many of its bookings are in each state."""

    slot: Slot
    states: dict[str, int]

    @property
    def holding(self) -> int:
        """Those that hold a seat."""
        return sum(number for state, number in self.states.items() if state not in FREED)


class ToBring(NamedTuple):
    """A meeting of the bring-out plan; the ward is empty where no register knows the person."""

    booking: Booking
    ward: str


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


def slots_of_day(centre: str, day: date) -> list[SlotSum]:
    slots = Slot.of_day(centre, day)
    counted = Booking.select(Booking.slot, Booking.state, fn.COUNT(Booking.ref)).where(_in(slots))
    states: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for slot, state, number in rows_of(counted.group_by(Booking.slot, Booking.state)):
        states[slot][state] = number
    return [SlotSum(slot, states[slot.id]) for slot in slots]


def bookings_in(slots: Sequence[Slot], many: int, after: After | None = None) -> list[Booking]:
    """Those that hold a seat in these slots, by start, with their lawyers."""
    return _by_start(_in(slots) & (Booking.active == 1), many, after)


def to_bring(slots: Sequence[Slot], many: int, after: After | None = None) -> list[ToBring]:
    """Who must be brought, by start: for meetings that are confirmed, waited for, or going on."""
    found = _by_start(_in(slots) & Booking.state.in_(COMING), many, after)
    keys = [booking.detainee_key for booking in found]
    held = Detainee.select(Detainee.centre, Detainee.key, Detainee.ward).where(Detainee.key.in_(keys))
    wards = {(centre, key): ward for centre, key, ward in rows_of(held)}
    return [ToBring(one, wards.get((one.centre_id, one.detainee_key), "")) for one in found]


def to_review(centre: str, many: int, after: After | None = None) -> list[Booking]:
    return _by_start((Booking.centre == centre) & (Booking.state == State.SUBMITTED), many, after)


def many_to_review(centre: str) -> int:
    return int(Booking.select().where(Booking.centre == centre, Booking.state == State.SUBMITTED).count())


def booking(officer: Officer, ref: str) -> Booking | None:
    return Booking.in_full().where(Booking.ref == ref, _within(officer)).first()


def bookings_of(officer: Officer, lawyer: int, many: int, after: After | None = None) -> list[Booking]:
    """A lawyer's bookings within the officer's reach, the latest first."""
    where = (Booking.lawyer == lawyer) & _within(officer)
    if after is not None:
        same = (Booking.starts_at == after.starts_at) & (Booking.ref < after.ref)
        where &= (Booking.starts_at < after.starts_at) | same
    return list(_with_lawyer(where).order_by(Booking.starts_at.desc(), Booking.ref.desc()).limit(many))


def licensed(officer: Officer, licence_no: str) -> LawyerSeen | None:
    """The lawyer with this number; None when neither the roll nor anybody within reach has it."""
    found = _seen(officer, [licence_no])
    return found[0] if found else None


def named(officer: Officer, name: str, many: int, after: str = "") -> list[LawyerSeen]:
    """Lawyers of this whole name, by licence number from behind `after`."""
    licences: set[str] = set()
    for table in (RollEntry, Lawyer):
        here = (table.name.in_(spellings(name))) & (table.licence_no > after)
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
            seen.append(
                LawyerSeen(licence, roll.get(licence), lawyer, bookings.get(lawyer.id, 0) if lawyer else 0)
            )
    return seen


def _holds(lawyer: Lawyer) -> bool:
    """The number is his, by the roll or at the window."""
    return lawyer.licence_claim is not None or lawyer.walk_in_claim is not None


def _may_see(officer: Officer, lawyer: Lawyer, bookings: dict[int, int]) -> bool:
    return officer.centre_id is None or lawyer.id in bookings


def _within(officer: Officer) -> Expression:
    """The bookings an officer may see."""
    return Booking.ref.is_null(False) if officer.centre_id is None else Booking.centre == officer.centre_id


def _in(slots: Sequence[Slot]) -> Expression:
    return Booking.slot.in_([slot.id for slot in slots])


def _by_start(where: Expression, many: int, after: After | None) -> list[Booking]:
    if after is not None:
        same = (Booking.starts_at == after.starts_at) & (Booking.ref > after.ref)
        where &= (Booking.starts_at > after.starts_at) | same
    return list(_with_lawyer(where).order_by(Booking.starts_at, Booking.ref).limit(many))


def _with_lawyer(where: Expression) -> "ModelSelect[Booking]":
    """Only what a line of a list says: the rest of both rows would take most of the time."""
    return Booking.select(*_LINE).join(Lawyer).where(where)


_LINE = (
    Booking.ref, Booking.starts_at, Booking.state, Booking.centre, Booking.findings, Booking.detainee_key,
    Booking.detainee_sealed, Booking.lawyer, Lawyer.id, Lawyer.name,
)  # fmt: skip
