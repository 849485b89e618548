"""Who in a register is whom of the one before: of name, document and 在押编号 two that agree, or the document alone.

One name with another document, or one number with another name and document, is another person.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Line(NamedTuple):
    """A line of the register by its fingerprints; `key` is the document's, or the custody number's where it has none."""

    key: str
    custody: str | None
    name: str


class Register:
    """The lines of one register, found by either number."""

    def __init__(self, lines: Iterable[Line]):
        self.by_key = {line.key: line for line in lines}
        self.by_custody = {line.custody: line for line in self.by_key.values() if line.custody}

    def line_of(self, number: str) -> Line | None:
        return self.by_key.get(number) or self.by_custody.get(number)

    def second_numbers(self) -> set[str]:
        """Custody numbers of those who are known by a document."""
        return {number for number, line in self.by_custody.items() if number != line.key}


class Followed(NamedTuple):
    """From the key of the register before to today's, and the custody numbers that are somebody else's today."""

    keys: dict[str, str]
    given_away: set[str]


def followed(before: Iterable[Line], today: Register) -> Followed:
    keys, given_away = {}, set()
    for old in before:
        new = _again(old, today)
        if new and new.key != old.key:
            keys[old.key] = new.key
        if old.custody in today.by_custody and new != today.by_custody[old.custody]:
            given_away.add(old.custody)
    return Followed(keys, given_away)


def _again(old: Line, today: Register) -> Line | None:
    numbered = today.by_custody.get(old.custody or "")
    same = numbered if numbered and numbered.name == old.name else None
    if old.key == old.custody:
        return same
    papers = today.by_key.get(old.key)
    if papers and (papers.name == old.name or papers.custody == old.custody):
        return papers
    return same or papers
