"""What officers type with a thumb: days and names however they are written."""

from datetime import date

import pytest

from wechat.account.intents import Intent, from_text

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("２７日", "2026-11-27"), ("27号", "2026-11-27"), ("25日", "2026-11-25"), ("3日", "2026-12-03"),
     ("31日", "2026-12-31"),
     ("1130", "2026-11-30"), ("0105", "2027-01-05"), ("十一月三十日", "2026-11-30"), ("十二月十号", "2026-12-10"),
     ("二〇二七年一月五日", "2027-01-05"), ("二十七日", "2026-11-27"), ("11月30日", "2026-11-30"), ("11.30", "2026-11-30"),
     ("2026/11/30", "2026-11-30"), ("周五", "2026-11-27"), ("下周一", "2026-11-30"), ("明天", "2026-11-26")],
)  # fmt: skip
def test_a_day(typed, meant):
    assert from_text(typed, TODAY) == Intent("day", meant)


@pytest.mark.parametrize("typed", ["2月30日", "1332", "40日", "0日", "十三月一日"])
def test_no_such_day(typed):
    assert from_text(typed, TODAY) == Intent("no such day")


@pytest.mark.parametrize("typed", ["王守约", "王守约律师", "王守约🙏", "王守约律师🙏", "王守约 律师", "王守约。"])
def test_a_name(typed):
    assert from_text(typed, TODAY) == Intent("name", "王守约")


@pytest.mark.parametrize("typed", ["阿卜杜●热合曼", "阿卜杜▪热合曼", "阿卜杜-热合曼", "Mary-Jane O'Neill"])
def test_a_name_with_dots(typed):
    assert from_text(typed, TODAY).name == "name"
