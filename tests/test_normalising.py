"""Nobody's text is normalised whole: a row of marks takes time by the square of its length."""

import ast
from pathlib import Path
from typing import Any

import pytest

from booking.refs import ref_said
from booking.roll import cells
from models import names
from models.names import MOST, composed

ROOT = Path(__file__).resolve().parents[1]
MARKS = "\u0300\u0316" * 16_000
ROOMS = ("booking", "wechat", "console", "models", "sms", "terminal", "jobs", "watch", "seats")
OURS = {Path("models/names.py"), Path("models/migrations/0012_sealed_words.py")}


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long each text is that is really normalised."""
    lengths: list[int] = []

    class Counting:
        @staticmethod
        def normalize(form: str, text: str) -> str:
            lengths.append(len(text))
            return text

    monkeypatch.setattr(names, "unicodedata", Counting)
    return lengths


@pytest.mark.parametrize("read", [ref_said, names.plain, composed, cells.text, cells.header])
def test_only_the_first_letters_are_looked_at(read: Any, handed: list[int]) -> None:
    read(MARKS)
    assert handed and max(handed) <= max(MOST, cells.MOST)


def test_the_control_a_short_text_is_looked_at_whole(handed: list[int]) -> None:
    cells.text("\ufdfa" * cells.MOST)
    assert handed == [cells.MOST]


def test_one_letter_that_stands_for_many_makes_no_longer_text() -> None:
    assert len(composed("\ufdfa" * MOST)) == MOST
    assert len(cells.text("\ufdfa" * 100_000)) <= cells.MOST


def test_a_number_of_many_digits_is_no_letter() -> None:
    assert cells.text(f"&#{'9' * 5000};") == "\ufffd"


def test_nobody_else_normalises() -> None:
    found = set()
    for path in (one for room in ROOMS for one in (ROOT / room).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        if any(isinstance(one, ast.Attribute) and one.attr == "normalize" for one in ast.walk(tree)):
            found.add(path.relative_to(ROOT))
    assert found == OURS
