"""Whom an application names: a person by number, by the register's single line of that name, or a name alone. Rule 7b."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from booking.desk.application import Person
from booking.documents import keys_of, said_key
from models import Booking
from models.detainees import name_key
from models.statements import Statement, as_one, looked_up, sought, together

Keys = tuple[str | None, str | None]  # by document and by custody number

_HAVING = """SELECT centre_id, {} FROM {}
WHERE (SELECT MIN("key") FROM detainee d WHERE d.centre_id = sought.centre_id) IS NOT NULL"""
# Asked only of forms with two numbers: where the centre's own are not kept there is nothing to compare one with.
_HAS_CUSTODY = "EXISTS (SELECT 1 FROM detainee d WHERE d.centre_id = sought.centre_id AND custody_index IS NOT NULL)"
_ENTRIES: tuple[tuple[dict[str, str], str], ...] = (
    ({"centre_id": "text", "key": "text"}, "key"),
    ({"centre_id": "text", "name_index": "text"}, "name_index"),
    ({"custody_index": "text"}, ""),
)
_NUMBERS = 'SELECT detainee."key", detainee.custody_index'
_ENTRY = 'SELECT detainee.centre_id, detainee."key", detainee.name_index, case_no, permit_case, detainee.custody_index'


class Named(NamedTuple):
    """Somebody as a form names him, and the centre he is looked for at."""

    centre: str
    detainee: Mapping[str, str]


class Entry(NamedTuple):
    """A line of a centre's register, as far as the comparison looks at it."""

    centre_id: str
    key: str
    name_index: str
    case_no: str | None
    permit_case: bool
    custody_index: str | None = None


class Rekeyed(Exception):
    """The register knows somebody by another key since he was looked up: he is to be looked up again."""


def still_so(people: Sequence[Person], lines: Collection[tuple[str, str]]) -> None:
    """`lines` are custody numbers of the registers as they are now, each with the key of its line. Raises Rekeyed."""
    pairs, numbers = set(lines), {number for number, _ in lines}
    for person in people:
        custody = person.entry.custody_index if person.entry else person.key
        if custody in numbers and (custody, person.key) not in pairs:
            raise Rekeyed


def same_people(bookings: Collection[Booking]) -> dict[str, set[str]]:
    """By the key of each of these bookings all that mean this person, by the registers of today; in one question."""
    keys = {booking.detainee_key for booking in bookings}
    found = " UNION ALL ".join(f"{_NUMBERS} FROM {looked_up('detainee', *by)}" for by in (_ENTRIES[0], _ENTRIES[2]))
    here = as_one((booking.centre_id, booking.detainee_key) for booking in bookings)
    known = {key: {key} for key in keys}
    for both in together([Statement(found, (here, as_one((key,) for key in keys)))])[0]:
        for key in keys.intersection(both):
            known[key] |= {number for number in both if number}
    return known


def people(asked: Sequence[Named]) -> list[Person]:
    """Who is meant, read from the centres' registers in one question."""
    centres = [one.centre for one in asked]
    keys = [keys_of(one.centre, one.detainee) for one in asked]
    names = [name_key(one.detainee["name"]) for one in asked]
    forms = list(zip(centres, keys, names, strict=True))
    registers, entries = _registers(forms)
    return [
        replace(_person(*form, entries, registers), said=said_key(*one), numbers=tuple(key for key in form[1] if key))
        for one, form in zip(asked, forms, strict=True)
    ]


def _registers(forms: Sequence[tuple[str, Keys, str]]) -> tuple[dict[str, bool], list[Entry]]:
    """The centres that keep a register of people held, each with whether it has numbers of the centre's own, and whom
    they hold by these numbers or names; in one trip."""
    numbers = [(centre, key) for centre, keys, _ in forms for key in keys if key]
    sought_by = numbers, [(centre, name) for centre, _, name in forms], [(key,) for _, key in numbers]
    custody, named = _HAS_CUSTODY if any(all(keys) for _, keys, _ in forms) else "1 = 1", sought({"centre_id": "text"})
    having = Statement(_HAVING.format(custody, named), (as_one((centre,) for centre, *_ in forms),))
    entries = " UNION ALL ".join(f"{_ENTRY} FROM {looked_up('detainee', *by)}" for by in _ENTRIES)
    codes, found = together([having, Statement(entries, tuple(as_one(rows) for rows in sought_by))])
    return {code: bool(kept) for code, kept in codes}, list({Entry(*row): None for row in found})


def _person(centre: str, keys: Keys, by_name: str, entries: list[Entry], registers: Mapping[str, bool]) -> Person:
    """A number says who it is, on the register or not; the document's before the centre's own; else a single name."""
    here = [entry for entry in entries if entry.centre_id == centre]
    namesakes = [entry for entry in here if entry.name_index == by_name]
    known = centre in registers
    said = [key for key in keys if key]
    for key in said:
        if entry := next((entry for entry in here if key in (entry.key, entry.custody_index)), None):
            one_line = set(said) <= {entry.key, entry.custody_index} or not registers[centre]
            return Person(entry.key, True, entry, len(namesakes), known, one_line=one_line)
    if said:
        return Person(said[0], True, None, len(namesakes), known)
    if len(namesakes) == 1:
        return Person(namesakes[0].key, True, namesakes[0], 1, known)
    return Person(by_name, False, None, len(namesakes), known)
