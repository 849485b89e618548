"""Rolls as offices and databases really write them: headers, dates, titles, sheets, escapes, letters lost, 注销."""

import io
from datetime import date

import pytest
from openpyxl import Workbook

from booking.roll import cells, roll
from booking.roll.sheets import Row, read_sent
from models import Lawyer, RollEntry
from refusals import Invalid
from tests.booking.roll.conftest import bound, on_the_roll
from tests.booking.roll.conftest import cells as line
from tests.booking.roll.test_roll import imported
from tests.booking.roll.test_workbooks import HEADER, LINE, refused

BUREAU = ("律师姓名*", "执业证号码", "执业机构", "身 份 证 号 码", "联系电话（选填）", "执业状态：", "有效期")


def workbook(*sheets, hidden=()):
    """`(title, rows)` of each sheet, in order."""
    made, raw = Workbook(), io.BytesIO()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title in hidden:
            sheet.sheet_state = "hidden"
    made.save(raw)
    return raw.getvalue()


def names(raw, kind="xlsx"):
    return [row.cells["name"] for row in read_sent(kind, raw, roll.COLUMNS)]


def test_the_bureaus_headers_are_understood_below_its_title():
    raw = workbook(("名册", [("上海市律师名册",), ("截至2026年11月",), BUREAU, LINE]))
    (row,) = read_sent("xlsx", raw, roll.COLUMNS)
    assert (row.number, row.cells["licence_no"], row.cells["state"]) == (4, LINE[1], "执业")
    text = "\n".join(",".join(cells) for cells in (("律师名册",), BUREAU, LINE))
    assert names(text.encode("gb18030"), "csv") == ["王守约"]


def test_all_columns_that_are_missing_are_named_at_once():
    said = refused("csv", "姓名,有效期至\n王,2027".encode())
    assert "缺少列：执业证号、律师事务所、身份证号、状态" in said


@pytest.mark.parametrize(
    "written",
    ["2027-05-31", "2027/5/31", "2027.5.31", "2027年5月31日", "20270531", "2027-05-31 00:00:00", "2027/5/31 0:00",
     "2027-05-31T00:00:00", "2027-05-31 00:00:00.000", "46538", "46538.0"],
)  # fmt: skip
def test_dates_are_read_however_they_are_exported(written):
    assert cells.day(written) == date(2027, 5, 31)


@pytest.mark.parametrize("written", ["20271331", "2027-02-30", "270531", "9999", "长期", "12345", "2027-05-31 乱"])
def test_what_is_no_date_is_none(written):
    assert cells.day(written) is None


@pytest.mark.parametrize(
    ("carried", "meant"),
    [("张三_x000D_", "张三"), ("上海A&amp;B", "上海A&B"), ("阿卜杜&middot;热合曼", "阿卜杜·热合曼"),
     ("阿卜杜&#183;热合曼", "阿卜杜·热合曼"), ("王&nbsp;明", "王 明"), ("_x0041_", "A"), (None, ""), (13.0, "13")],
)  # fmt: skip
def test_what_carriers_escape_is_undone(carried, meant):
    assert cells.text(carried) == meant


@pytest.mark.parametrize("lost", ["李?", "李？", "李□", "李�", "李〓", "李*"])
def test_a_letter_that_was_lost_is_told_by_row(database, lost):
    for field, what in (("name", "姓名"), ("firm", "律师事务所")):
        report = imported([line(1), line(2, **{field: lost})])
        assert [(wrong.row, wrong.why[: len(what) + 3]) for wrong in report.wrong] == [(3, f"{what}有缺字")]
    assert RollEntry.select().count() == 0


def test_the_visible_sheet_with_the_columns_is_read_and_no_hidden_one():
    last_year = ("去年", [HEADER, ("别人", *LINE[1:])])
    raw = workbook(last_year, ("填表说明", [("请如实填写",)]), ("今年", [HEADER, LINE]), hidden=["去年"])
    assert names(raw) == ["王守约"]


def test_two_sheets_that_fit_are_named_and_neither_is_read():
    raw = workbook(("第一批", [HEADER, LINE]), ("第二批", [HEADER, LINE]))
    assert "第一批、第二批" in refused("xlsx", raw)


def test_the_sheet_read_is_named_and_may_be_asked_for_by_name():
    raw = workbook(
        ("第一批", [HEADER, LINE]), ("第二批", [HEADER, ("别人", *LINE[1:])]), ("去年", [HEADER]), hidden=["去年"]
    )
    found = read_sent("xlsx", raw, roll.COLUMNS, sheet=" 第二批")
    assert (found.sheet, [row.cells["name"] for row in found]) == ("第二批", ["别人"])
    for missing in ("第三批", "去年"):
        with pytest.raises(Invalid, match="看得见的有：第一批、第二批"):
            read_sent("xlsx", raw, roll.COLUMNS, sheet=missing)
    assert read_sent("xlsx", workbook(("名册", [HEADER, LINE])), roll.COLUMNS).sheet == "名册"


def test_a_roll_on_a_hidden_sheet_alone_is_named():
    raw = workbook(("说明", [("请填写",)]), ("名册", [HEADER, LINE]), hidden=["名册"])
    assert "“名册”" in refused("xlsx", raw) and "取消隐藏" in refused("xlsx", raw)


def test_sheets_none_of_which_fits_are_named():
    assert "说明、附表" in refused("xlsx", workbook(("说明", [("请填写",)]), ("附表", [("甲", "乙")])))


def rows(*lines):
    return [Row(number, one) for number, one in enumerate(lines, 2)]


@pytest.mark.parametrize("order", [1, -1])
def test_who_moved_to_a_new_number_is_taken_in_any_order(desk, order):
    on_the_roll(desk, line(1))
    person = line(1)["id_no"]
    lines = [line(1, state="注销"), line(2, id_no=person)][::order]
    report = imported(lines)
    assert not report.wrong and report.closed == 1
    states = dict(RollEntry.select(RollEntry.licence_no, RollEntry.state).tuples())
    assert states == {line(1)["licence_no"]: "closed", line(2)["licence_no"]: "active"}


def test_the_other_number_is_named_where_it_has_not_ended(desk):
    on_the_roll(desk, line(1))
    (wrong,) = imported([line(2, id_no=line(1)["id_no"])]).wrong
    assert line(1)["licence_no"] in wrong.why and "状态填注销" in wrong.why


def test_who_gave_the_licence_up_is_not_told_of_a_punishment(desk):
    on_the_roll(desk, line(1))
    lawyer = bound(desk, 1)
    imported([line(1, state="已注销")])
    (finding,) = Lawyer.get_by_id(lawyer.id).findings
    assert "注销" in finding["message"] and "吊销" not in finding["message"]


@pytest.mark.parametrize(("said", "state"), [("正常", "active"), ("执业中", "active"), ("暂停执业", "suspended")])
def test_the_words_of_other_lists_are_understood(database, said, state):
    imported([line(1, state=said)])
    assert RollEntry.get().state == state


def test_nothing_is_written_without_the_operators_word(database):
    assert imported([line(1), line(1)]).wrong
    with pytest.raises(Invalid):
        read_sent("xlsx", b"", roll.COLUMNS)
    assert RollEntry.select().count() == 0
