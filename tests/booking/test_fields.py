"""One kit reads names and numbers for every door and file: what is put right, and what is refused."""

import re
import unicodedata
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from booking.fields import Firm, IdNo, LicenceNo, Name, Number, Phone, Reason, Story, number, unseen
from booking.roll.sheets import is_plain
from tests.odd_letters import NAMES, UNSEEN, odd_numbers

ID_NO, LICENCE_NO, PHONE = "11010519491231002X", "13101201810123456", "13800138001"
SPELT = [(kind, odd) for kind, right in ((IdNo, ID_NO), (LicenceNo, LICENCE_NO), (Phone, PHONE))
         for odd in odd_numbers(right).values()]  # fmt: skip


@pytest.mark.parametrize(("kind", "odd"), SPELT)
def test_a_number_right_to_the_eye_is_right(kind: Any, odd: str) -> None:
    assert TypeAdapter(kind).validate_python(odd) in (ID_NO, LICENCE_NO, PHONE)


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        (IdNo, "110105194912310021", "身份证号不正确"),
        (LicenceNo, "1310120181012345", "执业证号应为 17 位数字"),
        (LicenceNo, "1310120181012345٣", "执业证号应为 17 位数字"),
        (Phone, "12800138001", "手机号应为 11 位"),
        (Phone, "1380013800", "手机号应为 11 位"),
    ],
)
def test_a_number_that_is_none_is_refused_with_what_it_should_be(kind: Any, wrong: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TypeAdapter(kind).validate_python(wrong)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_rare_letter_is_a_letter(name: str) -> None:
    assert TypeAdapter(Name).validate_python(f" {name}\u3000") == name
    assert is_plain(name)


@pytest.mark.parametrize("kind", [Name, Firm, Number, Reason])
@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_what_cannot_be_seen_is_refused(name: str, kind: Any) -> None:
    with pytest.raises(ValidationError, match="不能含有不可见字符"):
        TypeAdapter(kind).validate_python(name)
    assert not is_plain(name)


def test_a_story_has_lines() -> None:
    assert TypeAdapter(Story).validate_python("一\r\n二") == "一\r\n二"
    with pytest.raises(ValidationError):
        TypeAdapter(Story).validate_python("一\u202e二")


def test_a_half_of_a_pair_is_no_letter() -> None:
    assert unseen("周\ud800")


def test_every_control_is_refused_and_no_letter_this_python_knows() -> None:
    letters = [chr(code) for code in range(0x110000)]
    by_kind = {letter: unicodedata.category(letter) for letter in letters}
    assert not [letter for letter, kind in by_kind.items() if kind in ("Cc", "Cs", "Zl", "Zp") and not unseen(letter)]
    assert not [letter for letter, kind in by_kind.items() if re.match("L|N", kind) and unseen(letter)]


def test_what_excel_lost_stays_seen() -> None:
    assert number("1.31012e+16") == "1.31012E+16"
