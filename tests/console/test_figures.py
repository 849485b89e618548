"""The page of figures: own centre or all, numbers as tables, and the same to take away."""

import io
import re
from datetime import time, timedelta

import pytest
from openpyxl import load_workbook

from booking.figures import daily
from models import Audit
from tests.booking.conftest import TODAY, add_slot
from tests.booking.figures.test_figures import MONDAY, met


@pytest.fixture
def days(desk, app, lawyers):
    one, other, third = lawyers(3)
    met("A0000001", one, add_slot("pudong", MONDAY, time(8, 30)), wait=17)
    met("A0000002", other, add_slot("pudong", MONDAY + timedelta(days=1), time(8, 30)), "no_show")
    met("B0000001", third, add_slot("qingpu", MONDAY, time(10)), wait=33)
    daily.make_due(desk.now())


def cells_of(text: str, title: str) -> list[str]:
    figure = next(part for part in text.split("<figure") if f"<h2>{title}</h2>" in part)
    return [re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", figure)]


def test_the_numbers_stand_in_tables(signed_in, days):
    text = signed_in("reviewer").get("figures").text
    assert cells_of(text, "候见时间")[4:] == ["11-16", "17", "17", "1", "11-17", "—", "—", "0"]
    assert cells_of(text, "各时段")[7:] == ["08:30", "2", "80", "0", "1", "1.2", "50.0"]


def test_another_centre_does_not_exist_and_the_bureau_sees_each_and_all(signed_in, days):
    assert "33" not in cells_of(signed_in("chief", "pudong").get("figures?all=1").text, "候见时间")
    bureau = signed_in("auditor", None)
    assert "33" in cells_of(bureau.get("figures?centre=qingpu").text, "候见时间")
    text = bureau.get("figures?all=1").text
    assert "全部看守所" in text and {"17", "33"} <= set(cells_of(text, "候见时间"))


def test_the_gate_has_no_business_there(signed_in, days):
    assert signed_in("gate").get("figures").status_code == 403


@pytest.mark.parametrize(
    "asked, status",
    [("from=2026-11-16&to=2026-11-16", 200), ("from=2026-11-20&to=2026-11-01", 422), ("from=1900-01-01", 422),
     ("from=nonsense", 422), ("to=2999-12-31", 200), ("from=0001-01-01&to=0001-01-02", 422), ("else=1", 422),
     ("to=0001-01-01", 422)],
)  # fmt: skip
def test_whatever_span_is_asked_for_is_answered(signed_in, days, asked, status):
    assert signed_in().get(f"figures?{asked}").status_code == status


def test_an_empty_span_says_so(signed_in, days):
    assert "没有会见安排" in signed_in().get("figures?from=2026-10-01&to=2026-10-02").text


def test_the_export_has_the_same_numbers_and_is_noted(signed_in, days):
    answer = signed_in().get(f"figures.xlsx?from={MONDAY}&to={TODAY}")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == [
        "席位使用",
        "各时段",
        "候见时间",
        "爽约",
        "预约到会见",
        "未满足的需求",
        "复核",
        "短信",
    ]
    assert [cell.value for cell in book["候见时间"][2]] == ["11-16", 17, 17, 1]
    row = Audit.select().where(Audit.what == "figures.export").get()
    assert (row.who, row.centre, row.words) == (
        "chief-pudong",
        "pudong",
        {"from": "2026-11-16", "to": "2026-11-24"},
    )


def test_the_page_lives_without_script_and_brings_none_of_its_own(signed_in, days):
    text = signed_in().get("figures").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
