"""Whom an application names: a person by number, by the register's single line of that name, or a name alone. Rule 7b."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from booking.desk.application import Person
from models.detainees import id_key, name_key
from models.statements import Statement, among, several, together

_HAS_REGISTER = "EXISTS (SELECT 1 FROM detainee WHERE centre_id = code)"
_ENTRIES = 'SELECT centre_id, "key", name_index, case_no, permit_case FROM detainee'


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


def people(asked: Sequence[Named]) -> list[Person]:
    """Who is meant, read from the centres' registers in one question."""
    ids = [id_key(one.detainee["id_no"]) if one.detainee.get("id_no") else None for one in asked]
    names = [name_key(one.detainee["name"]) for one in asked]
    registers, entries = _registers({one.centre for one in asked}, [key for key in ids if key], names)
    return [_person(one.centre, i, n, entries, registers) for one, i, n in zip(asked, ids, names, strict=True)]


def _registers(centres: set[str], ids: Collection[str], names: Collection[str]) -> tuple[set[str], list[Entry]]:
    """The centres that keep a register of people held, and whom they hold by these numbers or names; in one trip."""
    text, where = among("text"), several(centres)
    having = Statement(f"SELECT code FROM centre WHERE code {text} AND {_HAS_REGISTER}", (where,))
    entries = f'{_ENTRIES} WHERE centre_id {text} AND ("key" {text} OR name_index {text})'
    codes, found = together([having, Statement(entries, (where, several(ids), several(names)))])
    return {code for (code,) in codes}, [Entry(*row) for row in found]


def _person(centre: str, by_id: str | None, by_name: str, entries: list[Entry], registers: set[str]) -> Person:
    here = [entry for entry in entries if entry.centre_id == centre]
    namesakes = [entry for entry in here if entry.name_index == by_name]
    known = centre in registers
    if by_id:
        entry = next((entry for entry in here if entry.key == by_id), None)
        return Person(by_id, True, entry, len(namesakes), known)
    if len(namesakes) == 1:
        return Person(namesakes[0].key, True, namesakes[0], 1, known)
    return Person(by_name, False, None, len(namesakes), known)
