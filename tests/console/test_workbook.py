"""A table taken away as Excel: what somebody wrote stays what he wrote, and nothing in it is ever worked out."""

import io

import pytest
from openpyxl import load_workbook

from console.door.workbook import workbook, workbook_of

STARTS = ("=1+1", "+86", "-1+1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0")


def opened(answer):
    return load_workbook(io.BytesIO(answer.data))


@pytest.mark.parametrize("text", STARTS)
def test_what_looks_like_a_formula_is_text(text):
    sheet = opened(workbook("记录", [text], [[text]])).active
    for cell in (sheet["A1"], sheet["A2"]):
        assert cell.data_type == "s"
        assert str(cell.value).replace("_x000D_", "\r").strip() == text.strip()
    assert sheet["A2"].quotePrefix


def test_numbers_stay_numbers_and_the_rest_is_written_out():
    sheet = opened(workbook("记录", ["甲", "乙", "丙", "丁"], [[12, 0.5, None, "普通"]])).active
    assert [cell.value for cell in sheet[2]] == [12, 0.5, None, "普通"]
    assert not sheet["D2"].quotePrefix


def test_unseen_characters_are_left_out_and_the_name_travels_safely():
    answer = workbook('名册"; x=\r\n', ["甲"], [["a\x00b\x08"]])
    assert opened(answer).active["A2"].value == "ab"
    assert answer.headers["Content-Disposition"].isascii()
    assert "\n" not in answer.headers["Content-Disposition"] and '"' not in answer.headers["Content-Disposition"]


def test_several_sheets():
    made = opened(workbook_of("统计", [("一", ["甲"], [[1]]), ("二", ["乙"], [])]))
    assert made.sheetnames == ["一", "二"]
