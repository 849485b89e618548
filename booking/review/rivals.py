"""Rivals: who else asks for the same person at an overlapping time, and who of them is the more certain. Rules 8 and 9.

Without a proven mandate nobody shuts anybody out: applications lie side by side until an officer decides.
"""

from collections.abc import Collection, Mapping, Sequence

from booking.desk.persons import same_people
from booking.documents import numbers_said
from booking.findings import BARRING, Finding, any_of
from booking.lawyers import proof
from booking.words import STATES, moment_words
from models import Booking

PROVEN, AGREES, NAMED, BARRED = 3, 2, 1, 0  # a mandate; number and name; a name alone; who may meet nobody
_ANOTHER = {"detainee_not_here", "detainee_ambiguous", "detainee_name_differs", "numbers_disagree"}


def of(bookings: Sequence[Booking]) -> dict[str, list[Booking]]:
    """Of each of these bookings the others that hold a seat for the same person at an overlapping time; in two
    questions. By the registers of today one person may have two numbers."""
    if not bookings:
        return {}
    known = same_people(bookings)
    found = list(
        Booking.in_full().where(
            Booking.detainee_key.in_({key for keys in known.values() for key in keys}),
            Booking.active == 1,
            Booking.starts_at < max(b.ends_at for b in bookings),
            Booking.ends_at > min(b.starts_at for b in bookings),
        )
    )
    return {b.ref: [other for other in found if _is_rival(b, other, known[b.detainee_key])] for b in bookings}


def certainty(bookings: Collection[Booking], found: Mapping[str, Sequence[Finding]]) -> dict[str, int]:
    """How certain it is of each that this lawyer defends this person, by what is `found` about each now."""
    proven = proof.standing_behind(bookings)
    return {b.ref: PROVEN if b.ref in proven else _by_form(b, found[b.ref]) for b in bookings}


def in_the_way(booking: Booking) -> str:
    """The confirmed meeting of this person that overlaps, for the officer who may decide about both; else empty."""
    others = of([booking])[booking.ref]
    found = next((other for other in others if other.detainee_claim), None)
    return named(found) if found else ""


def named(other: Booking) -> str:
    when = f"{moment_words(other.starts_at)}至{other.ends_at:%H:%M}"
    return f"{other.lawyer.name}律师{when}的预约{other.ref}（{STATES[other.state]}）"


def _is_rival(booking: Booking, other: Booking, keys: Collection[str]) -> bool:
    at_once = other.starts_at < booking.ends_at and booking.starts_at < other.ends_at
    return at_once and other.detainee_key in keys and other.ref != booking.ref


def _by_form(booking: Booking, found: Sequence[Finding]) -> int:
    if any_of(BARRING, found):
        return BARRED
    agrees = not any_of(_ANOTHER, found)
    return AGREES if agrees and numbers_said(booking.centre_id, booking.detainee_shown) else NAMED
