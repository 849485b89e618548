"""Bringing a roll by the console: upload, progress, report, one yes; and what is brought that is no roll."""

import io
import re

from openpyxl import load_workbook

from booking.desk import Desk
from booking.roll import imports, runs
from console.door.rights import CHIEFS, RIGHTS, Right
from models import Audit, RollEntry, RollImport
from tests.booking.roll.conftest import bound, cells, on_the_roll, sheet
from tests.booking.roll.test_workbooks import book, repacked
from tests.console.conftest import Browser


def upload(browser: Browser, raw: bytes, name: str = "名册.csv"):
    return browser.post("import", file=(io.BytesIO(raw), name))


def reported(browser: Browser, desk: Desk, *rows) -> str:
    """The page's path, once the worker has read the file."""
    answer = upload(browser, sheet(*rows))
    assert answer.status_code == 303, answer.text
    runs.work(desk, RollImport.select().order_by(RollImport.id.desc()).get().id)
    return str(answer.location)


def test_a_roll_is_brought_looked_at_and_said_yes_to(signed_in, desk):
    chief = signed_in()
    path = reported(chief, desk, cells(1), cells(2))
    text = chief.get(path).text
    assert "检查完毕，待确认" in text and "新增 2" in text and "名册.csv" in text
    assert RollEntry.select().count() == 0
    assert chief.post(f"{path}/confirmation").location == path
    assert "正在写入" in chief.get(path).text
    runs.work(desk, RollImport.get().id)
    assert "已导入" in chief.get(path).text
    assert RollEntry.select().count() == 2
    assert {(row.what, row.who) for row in Audit} >= {
        ("roll.brought", "chief-pudong"),
        ("roll.import", "chief-pudong"),
    }


def test_progress_is_shown_and_leads_on_to_the_report(signed_in, desk):
    chief = signed_in()
    path = str(upload(chief, sheet(cells(1))).location)
    RollImport.update(state="reading", done=500, total=2000).execute()
    on_the_way = chief.get(f"{path}/progress")
    assert 'value="500" max="2000"' in on_the_way.text and "HX-Redirect" not in on_the_way.headers
    assert on_the_way.text in chief.get(path).text or "正在检查" in chief.get(path).text
    RollImport.update(state="ready").execute()
    assert chief.get(f"{path}/progress").headers["HX-Redirect"] == path


def test_an_import_nobody_works_on_says_so(signed_in, desk, clock):
    chief = signed_in()
    path = str(upload(chief, sheet(cells(1))).location)
    assert "后台处理可能停了" not in chief.get(f"{path}/progress").text
    clock.move(seconds=61)
    assert "后台处理可能停了" in chief.get(f"{path}/progress").text
    assert "后台处理可能停了" in chief.get(path).text


def test_wrong_rows_are_listed_with_row_and_reason_and_nothing_is_written_without_a_word_of_its_own(signed_in, desk):
    chief = signed_in()
    path = reported(chief, desk, cells(1), cells(2, name="=1+1"), cells(1))
    text = chief.get(path).text
    assert "有 2 行有误" in text and "姓名是公式" in text and "执业证号与第2行重复" in text
    assert "确认导入</button>" not in text
    assert chief.post(f"{path}/confirmation").status_code == 409
    assert RollEntry.select().count() == 0
    assert "确认导入其余的行" in text
    assert chief.post(f"{path}/confirmation", without_wrong="true").status_code == 303
    runs.work(desk, RollImport.get().id)
    assert RollEntry.select().count() == 1
    assert "第2行重复" in chief.get(path).text  # what was left out can still be read


def test_a_revocation_among_the_wrong_lines_is_told_before_the_yes_and_after(signed_in, desk):
    chief = signed_in()
    on_the_roll(desk, cells(1))
    path = reported(chief, desk, cells(1, state="吊销", firm="东?所"), cells(2))
    assert "其中 1 行要停止、注销或吊销执业证" in chief.get(path).text
    chief.post(f"{path}/confirmation", without_wrong="true")
    runs.work(desk, RollImport.get().id)
    assert "这些证仍然有效。请改正后立即再传" in chief.get(path).text
    assert RollEntry.get_by_id(cells(1)["licence_no"]).state == "active"


def test_who_can_no_longer_book_is_named_before_the_yes(signed_in, desk):
    on_the_roll(desk, cells(1))
    bound(desk, 1)
    chief = signed_in()
    text = chief.get(reported(chief, desk, cells(1, state="吊销"))).text
    assert "将不能再网上预约的律师" in text and cells(1)["licence_no"] in text


def test_the_report_is_paged_and_can_be_taken_away(signed_in, desk, monkeypatch):
    monkeypatch.setattr(imports, "LINES_SHOWN", 2)
    on_the_roll(desk, cells(1))
    chief = signed_in()
    path = reported(chief, desk, *(cells(n) for n in range(1, 6)))
    first = chief.get(path).text
    assert "第 1 / 3 页" in first and cells(3)["licence_no"] not in first
    assert cells(3)["licence_no"] in chief.get(f"{path}?page=2").text
    assert chief.get(f"{path}?kind=unchanged").text.count("1310120") == 1
    assert chief.get(f"{path}?kind=nonsense").status_code == 422
    assert chief.get(f"{path}?page=0").status_code == 422
    rows = load_workbook(io.BytesIO(chief.get(f"{path}/report.xlsx").data)).active
    assert [row[1].value for row in rows] == ["结果", "未变", "新增", "新增", "新增", "新增"]
    assert Audit.select().where(Audit.what == "roll.report", Audit.who == "chief-pudong").count() == 1


def test_a_files_name_is_shown_as_it_is_and_is_no_path(signed_in):
    chief = signed_in()
    assert upload(chief, b"x", "../../<script>alert(1)</script>.csv").status_code == 303
    for text in (chief.get("import").text, chief.get(f"import/{RollImport.get().id}").text):
        assert "<script>alert" not in text and "&lt;script&gt;" in text


def test_what_is_no_roll_is_refused_in_a_sentence(signed_in, desk, monkeypatch):
    assert RIGHTS["bring_roll"].room > imports.MOST_BYTES
    monkeypatch.setitem(RIGHTS, "bring_roll", Right(CHIEFS, changes=True, room=20_000))
    chief = signed_in()
    for name, raw, status, said in (
        ("a.xls", b"x", 422, "另存为 .xlsx"), ("a.docx", b"x", 422, ".csv"), ("", b"x", 422, "请选择"),
        ("a.csv", b"", 422, "空"), ("a.xlsx", b"0" * 21_000, 413, "过大"),
    ):  # fmt: skip
        answer = upload(chief, raw, name)
        assert (answer.status_code, said in answer.text) == (status, True), (name, answer.text)
    assert chief.post("import").status_code == 422
    assert chief.post("import", file="not a file").status_code == 422
    assert RollImport.select().count() == 0


def test_a_bomb_or_a_disguise_ends_as_not_imported_with_why(signed_in, desk, monkeypatch):
    monkeypatch.setattr("booking.roll.parts.MOST_OTHER_BYTES", 1_000_000)
    chief = signed_in()
    bomb = repacked(book(("姓名",)), xl__styles_xml=b" " * 3_000_000)
    for raw, said in (
        (bomb, "展开后过大"),
        (b"PK\x03\x04", "不是有效的Excel"),
        (b"\xd0\xcf\x11\xe0" * 99, "Excel"),
    ):
        path = str(upload(chief, raw, "a.xlsx").location)
        runs.work(desk, RollImport.select().order_by(RollImport.id.desc()).get().id)
        text = chief.get(path).text
        assert "未导入" in text and said in text


def test_a_second_tab_and_an_old_page_say_that_it_is_done(signed_in, desk):
    chief, other = signed_in(), signed_in()
    path = reported(chief, desk, cells(1))
    assert chief.post(f"{path}/confirmation").status_code == 303
    again = other.post(f"{path}/confirmation")
    assert (again.status_code, "不在待确认的状态" in again.text) == (409, True)


def test_an_auditor_looks_and_brings_nothing(signed_in, desk):
    path = reported(signed_in(), desk, cells(1))
    auditor = signed_in("auditor", None)
    assert "确认导入" not in auditor.get(path).text
    assert 'type="file"' not in auditor.get("import").text
    assert auditor.post(f"{path}/confirmation").status_code == 403


def test_the_template_has_the_columns_that_are_read(signed_in):
    sheet_ = load_workbook(io.BytesIO(signed_in().get("import/template.xlsx").data)).active
    assert [cell.value for cell in sheet_[1]] == [
        "姓名",
        "执业证号",
        "律师事务所",
        "身份证号",
        "手机号",
        "状态",
        "有效期至",
    ]


def test_no_page_of_it_brings_script_or_style_of_its_own(signed_in, desk):
    chief = signed_in()
    for path in ("import", reported(chief, desk, cells(1))):
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", chief.get(path).text)
