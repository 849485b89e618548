"""docs/rules.md: a row for every number the code cites, files that are there, and defaults that are those of the code."""

import re
import tomllib
from collections.abc import Iterable
from datetime import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from booking.policy import Policy

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/rules.md"
NUMBERS = [*map(str, range(1, 8)), "7a", "7b", *map(str, range(8, 25))]
NONE = "–"
_NUMBER = r"\d{1,2}[ab]?\b"
_CITED = re.compile(rf"\brules? ({_NUMBER}(?:(?:, | and | to |, and ){_NUMBER})*)", re.IGNORECASE)


class Row(NamedTuple):
    """A rule as the page has it."""

    number: str
    rule: str
    default: str
    source: str
    keepers: str
    tests: str
    missing: str


def rows() -> list[Row]:
    lines = re.findall(rf"^\| ({_NUMBER}) \|(.*)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [Row(number, *(cell.strip() for cell in cells.split("|"))) for number, cells in lines]


ROWS = rows()
a_row = pytest.mark.parametrize("row", ROWS, ids=[row.number for row in ROWS])


def sources() -> Iterable[Path]:
    """Ours: the modules at the top, and every package beside them."""
    yield from ROOT.glob("*.py")
    for package in ROOT.glob("*/__init__.py"):
        yield from package.parent.rglob("*.py")


def cited(text: str) -> set[str]:
    """The numbers in `Rule 20`, `[rule 17]`, `Rules 1, 2 and 5`, `rules 10 to 13`."""
    found: set[str] = set()
    for said in _CITED.findall(text):
        found |= set(re.findall(_NUMBER, said))
        for first, last in re.findall(r"(\d+) to (\d+)", said):
            found |= set(map(str, range(int(first), int(last) + 1)))
    return found


def paths(cell: str) -> list[str]:
    return re.findall(r"`([\w./-]+)`", cell)


def shown(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case time():
            return f"{value:%H:%M}"
        case tuple():
            return ", ".join(map(str, value))
    return str(value)


def defaults() -> dict[str, str]:
    """Of a policy, and of the timetable that the page speaks of."""
    slot = tomllib.loads((ROOT / "data/timetables/pudong.toml").read_text("utf-8"))["slot"][0]
    return {name: shown(value) for name, value in [*slot.items(), *Policy()]}


def quoted(row: Row) -> dict[str, str]:
    return dict(re.findall(r"`(\w+) = ([^`]+)`", row.default))


def test_every_rule_has_one_row_in_order() -> None:
    assert [row.number for row in ROWS] == NUMBERS


def test_what_counts_as_a_citation() -> None:
    assert cited("Rule 20: closing. [rule 17], Rules 1, 2, 5, 19. rules 10 to 13; Rule 7a") == {
        *("20", "17", "1", "2", "5", "19", "10", "11", "12", "13", "7a")
    }
    assert not cited("police rules art. 43, a ruler 4, rule of 3")


def test_every_rule_the_code_cites_has_a_row() -> None:
    numbers = {number for source in sources() for number in cited(source.read_text("utf-8"))}
    assert len(numbers) > 15  # they are found at all
    assert numbers <= {row.number for row in ROWS}


def test_every_file_named_is_there() -> None:
    named = [path for path in paths(PAGE.read_text("utf-8")) if "/" in path]
    assert len(named) > 40
    assert not [path for path in named if not (ROOT / path).exists()]


@a_row
def test_a_rule_is_kept_and_attacked_or_says_that_it_is_not_built(row: Row) -> None:
    if row.keepers == NONE:
        assert row.tests == NONE
        assert row.missing.startswith("Not built yet (issue ")
        return
    keepers, tests = paths(row.keepers), paths(row.tests)
    assert keepers and all((ROOT / path).is_file() for path in keepers)
    assert not [path for path in keepers if path.startswith("tests/")]
    assert tests and all(re.search(r"^tests/.*test_\w+\.py$", path) for path in tests)


@a_row
def test_what_is_missing_names_its_issue(row: Row) -> None:
    assert not row.missing or re.match(r"Not built yet \(issue (9|11|14)\)", row.missing)
    assert row.rule and row.source


@a_row
def test_the_defaults_are_those_of_the_code(row: Row) -> None:
    known = defaults()
    assert {name: known.get(name) for name in quoted(row)} == quoted(row)


def test_every_number_of_a_policy_belongs_to_a_rule() -> None:
    assert set(Policy.model_fields) <= {name for row in ROWS for name in quoted(row)}
