"""A file is read in one sitting and a function on one screen; what may be longer is listed with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILE, TEST_FILE, FUNCTION = 200, 300, 30

# A table, read by looking up a line and not from top to bottom.
TABLES = {"models/migrations/0001_first_tables.py": "the first tables, written down once and never changed"}

# One statement after another, each putting one part in its place: cut up, it would only be harder to follow.
WIRING = {
    ("app.py", "_house"),
    ("app.py", "create_app"),
    ("console/__init__.py", "register"),
    ("sandbox/aliyun/app.py", "create_app"),
    ("sandbox/wechat/__main__.py", "main"),
    ("sandbox/wechat/app.py", "create_app"),
}

# A table of what is shown or asked, one line after another, which no reader takes in as steps.
LISTED = {("bench/pages.py", "pages"), ("console/figures.py", "_charts")}


def ours(*, tests: bool) -> Iterator[tuple[str, str]]:
    """Each Python file of ours, by its path from the root, with its text."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        if not any(part.startswith((".", "__pycache__")) for part in parts) and (parts[0] == "tests") is tests:
            yield "/".join(parts), path.read_text()


def functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


@pytest.fixture(scope="module")
def lines() -> dict[str, int]:
    return {path: len(text.splitlines()) for path, text in ours(tests=False)}


@pytest.fixture(scope="module")
def lengths() -> dict[tuple[str, str], int]:
    """The longest function of each name in a file."""
    found: dict[tuple[str, str], int] = {}
    for path, text in ours(tests=False):
        for name, length in functions(text):
            found[path, name] = max(length, found.get((path, name), 0))
    return found


def test_no_file_is_longer_than_one_sitting(lines):
    assert {path: n for path, n in lines.items() if n > FILE and path not in TABLES} == {}


def test_a_table_that_is_long_no_more_is_taken_off(lines):
    assert {path: lines.get(path) for path in TABLES if lines.get(path, 0) <= FILE} == {}


def test_no_test_file_is_longer_than_it_may_be():
    found = {path: len(text.splitlines()) for path, text in ours(tests=True)}
    assert len(found) > 100
    assert {path: n for path, n in found.items() if n > TEST_FILE} == {}


def test_no_function_is_longer_than_a_screen(lengths):
    over = {at: n for at, n in lengths.items() if n > FUNCTION and at not in WIRING | LISTED}
    assert {at: n for at, n in over.items() if not at[0].startswith("models/migrations/")} == {}


def test_a_function_that_is_long_no_more_is_taken_off(lengths):
    assert {at for at in WIRING | LISTED if lengths.get(at, 0) <= FUNCTION} == set()
