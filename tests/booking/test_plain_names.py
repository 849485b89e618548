"""Names are found and compared however two sources write them; what may be two people is left to a person."""

import pytest

from booking.search import bookings
from models import Lawyer, RollEntry
from models.names import plain

DOTS = "·•‧．ㆍ●˙▪᛫。-－— "
SAME = [
    ("田　野", "田野"), ("田 野", "田野"), ("OUYANG Na", "ouyang na"), ("欧阳 · 娜", "欧阳·娜"), ("⻢⽴", "马立"),
    ("⻰⻬", "龙齐"), ("Ｏｕ", "ou"), ("上海（浦东）所", "上海(浦东)所"), ("阿卜杜热合曼", "阿卜杜·热合曼"),
    *((f"阿卜杜{dot}热合曼", "阿卜杜·热合曼") for dot in DOTS),
]  # fmt: skip
OTHERS = [("吕", "呂"), ("龑", "䶮"), ("葛", "葛\U000e0100"), ("田野", "田"), ("马立", "马丽")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_name(one, other):
    assert plain(one) == plain(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_what_a_person_should_decide(one, other):
    assert plain(one) != plain(other)


def test_a_name_of_dots_alone_is_still_one():
    assert plain("···") == "···"


@pytest.mark.parametrize(("stored", "typed"), SAME)
def test_found_by_the_index_however_it_is_typed(database, lawyers, stored, typed):
    (lawyer,) = lawyers(1)
    for table in (Lawyer, RollEntry):
        row = table.get()
        row.name = stored
        row.save()
    assert [one.id for one in bookings.lawyers(typed, "", 9)] == [lawyer]
    assert [one.name for one in bookings.on_roll(typed, 9)] == [stored]
