"""Rare names and numbers with something unseen in them, in the lists that arrive as files."""

import pytest

from booking.roll import roll, rows, sheets
from models import keyring
from tests.booking.roll.conftest import cells, sheet
from tests.odd_letters import NAMES, UNSEEN, odd_numbers

pytestmark = pytest.mark.usefixtures("desk")


def parsed(**change):
    return rows.parse(sheets.read_sent("csv", sheet(cells(1, **change)), roll.COLUMNS))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_rare_name_is_on_the_roll(name):
    found = parsed(name=name, firm=f"上海{name}律师事务所")
    assert not found.wrong
    assert found.entries[0][1].name == name


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_a_name_with_something_unseen_is_no_row(name):
    assert [wrong.why for wrong in parsed(name=name).wrong] == ["姓名含有不应有的字符"]


@pytest.mark.parametrize("what", ["licence_no", "id_no", "phone"])
def test_a_number_right_to_the_eye_is_read(what):
    right = cells(1)
    for odd in odd_numbers(right[what]).values():
        found = parsed(**{what: odd})
        assert not found.wrong, odd
        entry = found.entries[0][1]
        index = keyring().index
        assert (entry.licence_no, entry.id_no_index, entry.phone_index) == (
            right["licence_no"],
            index("id_no", right["id_no"]),
            index("phone", right["phone"]),
        )
