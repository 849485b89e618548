"""Whom an application names: a person by number, by the register's single line of that name, or a name alone. Rule 7b."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from booking.desk.application import Person
from booking.documents import keys_of, said_key
from models.detainees import name_key
from models.statements import Statement, among, several, together

_HAS_REGISTER = "EXISTS (SELECT 1 FROM detainee WHERE centre_id = code)"
_ENTRIES = 'SELECT centre_id, "key", name_index, case_no, permit_case, custody_index FROM detainee'


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


def people(asked: Sequence[Named]) -> list[Person]:
    """Who is meant, read from the centres' registers in one question."""
    keys = [keys_of(one.centre, one.detainee) for one in asked]
    names = [name_key(one.detainee["name"]) for one in asked]
    registers, entries = _registers({one.centre for one in asked}, {key for both in keys for key in both if key}, names)
    found = (_person(one.centre, both, n, entries, registers) for one, both, n in zip(asked, keys, names, strict=True))
    return [replace(who, said=said_key(*one)) for one, who in zip(asked, found, strict=True)]


def _registers(centres: set[str], ids: Collection[str], names: Collection[str]) -> tuple[set[str], list[Entry]]:
    """The centres that keep a register of people held, and whom they hold by these numbers or names; in one trip."""
    text, where = among("text"), several(centres)
    having = Statement(f"SELECT code FROM centre WHERE code {text} AND {_HAS_REGISTER}", (where,))
    entries = f'{_ENTRIES} WHERE centre_id {text} AND ("key" {text} OR name_index {text} OR custody_index {text})'
    codes, found = together([having, Statement(entries, (where, several(ids), several(names), several(ids)))])
    return {code for (code,) in codes}, [Entry(*row) for row in found]


def _person(
    centre: str, keys: tuple[str | None, str | None], by_name: str, entries: list[Entry], registers: set[str]
) -> Person:
    """A number says who it is, on the register or not; the document's before the centre's own; else a single name."""
    here = [entry for entry in entries if entry.centre_id == centre]
    namesakes = [entry for entry in here if entry.name_index == by_name]
    known = centre in registers
    said = [key for key in keys if key]
    for key in said:
        if entry := next((entry for entry in here if key in (entry.key, entry.custody_index)), None):
            return Person(entry.key, True, entry, len(namesakes), known)
    if said:
        return Person(said[0], True, None, len(namesakes), known)
    if len(namesakes) == 1:
        return Person(namesakes[0].key, True, namesakes[0], 1, known)
    return Person(by_name, False, None, len(namesakes), known)
