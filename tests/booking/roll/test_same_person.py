"""Who of one register is whom in the next: two of name, document and custody number, or the document."""

import pytest

from booking.roll.same_person import Followed, Line, Register, followed

A, B = "name a", "name b"
NOBODY_MOVES: tuple[dict[str, str], set[str]] = ({}, set())


def line(document: str, custody: str, name: str) -> Line:
    return Line(document or custody, custody or None, name)


@pytest.mark.parametrize(
    ("before", "today", "keys", "given_away"),
    [
        # a document is added, taken away, or put right
        ([line("", "c1", A)], [line("d1", "c1", A)], {"c1": "d1"}, set()),
        ([line("d1", "c1", A)], [line("", "c1", A)], {"d1": "c1"}, set()),
        ([line("d1", "c1", A)], [line("d2", "c1", A)], {"d1": "d2"}, set()),
        # another custody number, or another name: the document stays the key
        ([line("d1", "c1", A)], [line("d1", "c2", A)], *NOBODY_MOVES),
        ([line("d1", "c1", A)], [line("d1", "c1", B)], *NOBODY_MOVES),
        ([line("d1", "c1", A)], [line("d1", "c2", B)], *NOBODY_MOVES),
        # two lines of one person come together
        ([line("", "c1", A), line("d1", "", A)], [line("d1", "c1", A)], {"c1": "d1"}, set()),
        # two people's custody numbers are exchanged, and two people's documents
        ([line("d1", "c1", A), line("d2", "c2", B)], [line("d1", "c2", A), line("d2", "c1", B)], {}, {"c1", "c2"}),
        ([line("", "c1", A), line("", "c2", B)], [line("", "c2", A), line("", "c1", B)], {}, {"c1", "c2"}),
        ([line("d1", "c1", A), line("d2", "c2", A)], [line("d1", "c2", A), line("d2", "c1", A)], {}, {"c1", "c2"}),
        (
            [line("d1", "c1", A), line("d2", "c2", B)],
            [line("d2", "c1", A), line("d1", "c2", B)],
            {"d1": "d2", "d2": "d1"},
            set(),
        ),
        # who left, and his number given to another
        ([line("", "c1", A)], [line("d2", "c1", B)], {}, {"c1"}),
        ([line("d1", "c1", A)], [line("d2", "c1", B)], {}, {"c1"}),
        ([line("d1", "c1", A)], [line("d2", "c2", A)], *NOBODY_MOVES),
        ([line("", "c1", A)], [line("", "c1", B)], {}, {"c1"}),
        ([line("", "c1", A)], [], *NOBODY_MOVES),
    ],
)
def test_two_of_three_or_the_document(
    before: list[Line], today: list[Line], keys: dict[str, str], given_away: set[str]
) -> None:
    assert followed(before, Register(today)) == Followed(keys, given_away)


def test_the_custody_numbers_of_who_has_a_document() -> None:
    today = Register([line("d1", "c1", A), line("", "c2", B), line("d3", "", A)])
    assert today.second_numbers() == {"c1"}
    assert [today.line_of(number) for number in ("d1", "c1", "c2", "c9")] == [
        line("d1", "c1", A), line("d1", "c1", A), line("", "c2", B), None,
    ]  # fmt: skip
