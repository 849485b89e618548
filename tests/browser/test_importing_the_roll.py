"""The roll is brought as a file, looked at line by line, and then taken over whole."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from models import RollEntry
from sandbox.world.cast import SUN, WANG, invented_id_no

HEADERS = ("姓名", "执业证号", "律师事务所", "身份证号", "手机号", "状态")


def roll(path: Path, *rows: tuple[str, ...]) -> Path:
    """In GBK, as Excel on an office machine writes it."""
    with path.open("w", encoding="gbk", newline="") as file:
        csv.writer(file).writerows([HEADERS, *rows])
    return path


def test_a_roll_is_checked_first_and_taken_over_at_one_confirm(as_officer, worker, tmp_path):
    new = ("新来演", "13101202611999999", "上海演示甲律师事务所", invented_id_no(9001), "19900009001", "执业")
    back = (SUN.name, SUN.licence_no, SUN.firm, SUN.id_no, SUN.phone, "执业")
    page = as_officer("chief-pudong")
    page.goto("/console/import")
    page.set_input_files("input[type=file]", roll(tmp_path / "名册.csv", new, back))
    page.get_by_role("button", name="上传并检查").click()
    confirm = page.get_by_role("button", name="确认导入")
    expect(confirm).to_be_visible(timeout=30_000)
    expect(page.locator("main")).to_contain_text(new[1])
    assert RollEntry.get_or_none(RollEntry.licence_no == new[1]) is None

    confirm.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已导入", timeout=30_000)
    assert RollEntry.get_by_id(new[1]).name == "新来演"
    assert RollEntry.get_by_id(SUN.licence_no).state == "active"


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_one_wrong_line_and_nothing_can_be_taken_over(as_officer, worker, tmp_path):
    formula = ("=HYPERLINK(A1)", "13101202611999998", "某所", invented_id_no(9002), "", "执业")
    good = (WANG.name, WANG.licence_no, "上海演示另一律师事务所", WANG.id_no, WANG.phone, "执业")
    page = as_officer("chief-pudong")
    page.goto("/console/import")
    page.set_input_files("input[type=file]", roll(tmp_path / "名册.csv", formula, good))
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator(".message.wrong")).to_contain_text("有 1 行有误", timeout=30_000)
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    assert RollEntry.get_by_id(WANG.licence_no).firm == WANG.firm
