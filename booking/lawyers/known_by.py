"""By which numbers a mandate's person is known, and whether a form names him and nobody else. Rules 7a and 7b.

Written with the mandate when it is proven and when a register is brought: what a lawyer is answered follows from it and
from his form, and not from what else the register holds.
"""

from collections.abc import Collection, Iterable, Sequence, Set
from typing import Any

from peewee import Case, chunked

from booking.documents import numbers_said
from models import Booking, Detainee, Mandate, MandateNumber
from models.bookings import NAME_LOST
from models.detainees import name_key
from models.sealed import UNREADABLE

MANY, AT_ONCE = 50, 1000


def covers(known: Collection[str], numbers: Collection[str]) -> bool:
    """Whether a form names the mandate's person and nobody else: it gives a number, and each one it gives is known to
    the mandate. A bare name is nobody's."""
    return bool(numbers) and set(numbers) <= set(known)


def not_provable(booking: Booking) -> str:
    """Why papers can prove nothing for it, empty where they can: of a bare name, and of two people's numbers in one
    form, nobody knows which person they are for."""
    numbers = numbers_of(booking)
    if not numbers:
        return "只填了姓名，身份待核对"
    return "所填号码分属名册中不同的人，身份待核对" if len(_lines(booking.centre_id, numbers)) > 1 else ""


def lines_to_pick(booking: Booking) -> list[Detainee]:
    """The register's lines that its form may mean, for the officer to say which: of the name, or of one of its numbers."""
    named = Detainee.name_index == name_key(booking.detainee_shown["name"])
    meant = named | _bears(numbers_of(booking))
    return list(Detainee.select().where(Detainee.centre == booking.centre_id, meant).order_by(Detainee.id).limit(MANY))


def follow_register(centre: str, lines: Iterable[Sequence[str]]) -> None:
    """After a register was brought, each line by all its numbers: mandates know their people by those of their own line
    and by no others. In the caller's transaction."""
    by_key = {key: frozenset(line) for line in lines for key in line}
    lasting = Mandate.select().where(Mandate.centre == centre, Mandate.active == 1)
    _write([(one, by_key.get(one.person, frozenset()) | {one.person}) for one in lasting])


def name_shown(line: Detainee) -> str:
    """One that can't be opened keeps nobody from the others."""
    try:
        return line.name
    except UNREADABLE:
        return NAME_LOST


def numbers_of(booking: Booking) -> tuple[str, ...]:
    return numbers_said(booking.centre_id, booking.detainee_shown)


def _bears(numbers: Collection[str]) -> Any:
    return Detainee.key.in_(numbers) | Detainee.custody_index.in_(numbers)


def _lines(centre: str, numbers: Collection[str]) -> list[Detainee]:
    return list(Detainee.select().where(Detainee.centre == centre, _bears(numbers)))


def known(centre: str, person: str, numbers: Collection[str]) -> frozenset[str]:
    """The numbers a mandate may be found by: those of the register's line; without a register all that were seen."""
    lines = _lines(centre, [person])
    if not lines and not Detainee.select().where(Detainee.centre == centre).exists():
        return frozenset({person, *numbers})
    of_line = (key for line in lines for key in (line.key, line.custody_index) if key)
    return frozenset({person, *of_line})


def write(mandate: Mandate, known: Set[str]) -> Mandate:
    _write([(mandate, known)])
    return mandate


def _write(known: Iterable[tuple[Mandate, Set[str]]]) -> None:
    """In as many statements for many as for one."""
    other = [(mandate, keys) for mandate, keys in known if set(mandate.known.split()) != keys]
    for some in chunked(other, AT_ONCE):
        for mandate, keys in some:
            mandate.known = " ".join(sorted(keys))
        ids = [mandate.id for mandate, _ in some]
        said = Case(Mandate.id, [(mandate.id, mandate.known) for mandate, _ in some])
        Mandate.update(known=said).where(Mandate.id.in_(ids)).execute()
        MandateNumber.delete().where(MandateNumber.mandate.in_(ids)).execute()
        rows = [{"mandate": mandate.id, "key": key} for mandate, keys in some for key in sorted(keys)]
        MandateNumber.insert_many(rows).execute()
