"""Each bound of what a reader is given: what has no end is refused early, and by no other bound than its own."""

from collections.abc import Iterator
from itertools import count, islice

import pytest

from booking.roll import elements
from booking.roll.elements import Elements, Sum, TooMany

PIECE = 16 * 1024
KEPT, KEPT_BYTES = 5_000, 3_000_000
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
SMALL = {"MOST_ELEMENTS": 100_000, "MOST_ATTRIBUTES": 100_000}
# What has no end, the bound that is for it, and within how many octets it is refused.
ENDLESS: dict[str, tuple[bytes, Iterator[bytes], str, int]] = {
    "a comment": (SHEET + b"<!--", (b"x" * 1000 for _ in count()), "MOST_TAG_BYTES", 100_000),
    "an instruction": (SHEET + b"<?x ", (b"x" * 1000 for _ in count()), "MOST_TAG_BYTES", 100_000),
    "a tag": (SHEET + b"<row><c", (b" a%d=''" % n for n in count()), "MOST_TAG_BYTES", 100_000),
    "a value in a tag": (SHEET + b"<row><c r='", (b"x" * 1000 for _ in count()), "MOST_TAG_BYTES", 100_000),
    "a name": (SHEET + b"<row><", (b"x" * 1000 for _ in count()), "MOST_TAG_BYTES", 100_000),
    "a row's cells": (SHEET + b"<row>", (b"<c/>" for _ in count()), "MOST_IN_A_ROW", 100_000),
    "a row's text": (SHEET + b"<row><c><v>", (b"x" * 1000 for _ in count()), "MOST_ROW_BYTES", 4_100_000),
    "a row's comments": (
        SHEET + b"<row>",
        (b"<!--" + b"x" * 900 + b"-->" for _ in count()),
        "MOST_ROW_BYTES",
        4_100_000,
    ),
    "cells in all": (SHEET, (b"<row>" + b"<c/>" * 99 + b"</row>" for _ in count()), "MOST_ELEMENTS", 450_000),
    "attributes in all": (
        SHEET,
        (b"<row>" + b"<c r='' s='' t='' u=''/>" * 99 + b"</row>" for _ in count()),
        "MOST_ATTRIBUTES",
        700_000,
    ),
    "depth": (SHEET + b"<row>", (b"<c>" for _ in count()), "MOST_DEPTH", PIECE),
    "names": (SHEET + b"<row>", (b"<c%d/>" % n for n in count()), "MOST_NAMES", PIECE),
    "names of attributes": (SHEET + b"<row>", (b"<c a%d=''/>" % n for n in count()), "MOST_NAMES", PIECE),
    "addresses": (SHEET + b"<row>", (b"<c xmlns:x%d='y'/>" % n for n in count()), "MOST_NAMES", 2 * PIECE),
}


def fed(head: bytes, endless: Iterator[bytes], most: int) -> int:
    """Octets until it is refused, or `most`."""
    looking, octets, rest = Elements(KEPT, KEPT_BYTES, Sum()), 0, head
    while octets < most:
        while len(rest) < PIECE:
            rest += next(endless)
        octets += PIECE
        try:
            looking.look(rest[:PIECE])
        except TooMany:
            return octets
        rest = rest[PIECE:]
    return octets


@pytest.mark.parametrize("what", ENDLESS)
def test_what_has_no_end_is_refused_early(what, monkeypatch):
    """And not where its bound is taken away: so nothing else refuses it."""
    head, endless, bound, within = ENDLESS[what]
    for name, small in SMALL.items():
        monkeypatch.setattr(elements, name, small)
    assert fed(head, endless, 10 * within) <= within
    monkeypatch.setattr(elements, bound, 10**9)
    head, endless = head, islice(endless, 10**7)
    assert fed(head, endless, 2 * within) >= 2 * within


def test_what_a_reader_keeps_beside_the_rows_has_its_own_bounds():
    text, rows = (b"x" * 1000 for _ in count()), (b"<row><c><v>" + b"x" * 900 + b"</v></c></row>" for _ in count())
    assert KEPT_BYTES < fed(SHEET, text, 2 * KEPT_BYTES) <= KEPT_BYTES + 2 * PIECE
    assert fed(SHEET, islice(rows, KEPT - 10), 4_000_000) >= 4_000_000  # the rows' own text is not kept
    assert fed(SHEET, (b"<z/>" for _ in count()), 10**6) <= 4 * KEPT + 2 * PIECE
    other = SHEET.replace(b"2006/main", b"2006/other")
    cells = (b"<row>" + b"<c/>" * 99 + b"</row>" for _ in count())
    assert fed(other, cells, 10**6) <= 4 * KEPT + 2 * PIECE  # no reader lets go of such rows


def test_a_prefix_cannot_stand_for_a_long_address():
    short, long = (SHEET + b"<row xmlns:x='%s'><x:c/>" % (b"y" * many) for many in (500, 700))
    Elements(KEPT, KEPT_BYTES, Sum()).look(short)
    with pytest.raises(TooMany):
        Elements(KEPT, KEPT_BYTES, Sum()).look(long)


def test_several_parts_count_together(monkeypatch):
    monkeypatch.setattr(elements, "MOST_ELEMENTS", 10)
    together = Sum()
    Elements(KEPT, KEPT_BYTES, together).look(SHEET + b"<row><c/><c/><c/></row>")
    with pytest.raises(TooMany):
        Elements(KEPT, KEPT_BYTES, together).look(SHEET + b"<row><c/><c/><c/></row>")


def test_fifty_thousand_lines_of_twenty_columns_are_let_through():
    """Texts in their cells, which makes the most elements, each cell with its place, look and kind."""
    cells = b"".join(b'<c r="%c50000" s="1" t="inlineStr"><is><t>x</t></is></c>' % (65 + n) for n in range(20))
    row, looking = b'<row r="50000" spans="1:20">' + cells + b"</row>", Elements(400_000, KEPT_BYTES, tenth := Sum())
    looking.look(SHEET)
    for _ in range(50):
        looking.look(row * 100)
    assert tenth.elements == 5_000 * 61 + 2
    assert 2 * 10 * tenth.elements < elements.MOST_ELEMENTS
    assert 2 * 10 * tenth.attributes < elements.MOST_ATTRIBUTES


def test_a_line_coloured_to_its_very_end_is_let_through():
    looking = Elements(KEPT, KEPT_BYTES, Sum())
    looking.look(SHEET + b"<row>" + b"".join(b'<c r="XFD%d" s="1"/>' % n for n in range(16_384)) + b"</row>")
