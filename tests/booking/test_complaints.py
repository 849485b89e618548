"""What is wrong with a timetable or a year is said in Chinese, each thing once."""

import re

import pytest

from booking.timetable import holidays, imports
from refusals import Invalid

LINE = {"weekdays": [0], "starts": ["08:30"], "minutes": 90, "seats": 12}
TABLE = {"centre": "pudong", "valid_from": "2026-11-30", "slot": [LINE]}
YEAR = {"year": 2026, "source": "通知", "holiday": [{"name": "元旦", "off": ["2026-01-01", "2026-01-01"]}]}


def said(read, document) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        read(document)
    errors = refused.value.extra["errors"]
    assert all(f"{error['field']} {error['message']}".strip() in refused.value.detail for error in errors)
    return [(error["field"], error["message"]) for error in errors]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"weekdays": [7]}, "slot.0.weekdays.0", "不能大于 6"),
        ({"starts": ["25:00"]}, "slot.0.starts.0", "应为时间，如 08:00"),
        ({"starts": []}, "slot.0.starts", "至少 1 项"),
        ({"minutes": "久"}, "slot.0.minutes", "应为整数"),
        ({"seats": 1.5}, "slot.0.seats", "应为整数"),
        ({"colour": 1}, "slot.0.colour", "不认识的字段"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_once(change, field, words):
    assert said(imports.read, TABLE | {"slot": [LINE | change]}) == [(field, words)]


def test_our_own_words_come_without_a_prefix():
    assert said(imports.read, TABLE | {"valid_to": "2026-11-29"}) == [("", "valid_to 早于 valid_from")]
    assert said(holidays.read, YEAR) == [("", "缺少法定节假日：5月1日、10月1日")]


@pytest.mark.parametrize(
    "change",
    [
        {"year": float("nan")},
        {"year": "今年"},
        {"source": ""},
        {"source": 5},
        {"holiday": 5},
        {"holiday": [5]},
        {"holiday": [{"name": "元旦", "off": ["2026-01-01"]}]},
        {"holiday": [{"name": "元旦", "off": ["2026-01-01"] * 3}]},
        {"holiday": [{"name": "元旦", "off": ["元旦", 1.5]}]},
    ],
)
def test_no_english_sentence_is_among_it(change):
    for _, words in said(holidays.read, YEAR | change):
        assert re.search("[一-龥]", words) and not re.search("[a-z]{2,} [a-z]", words, re.IGNORECASE)
