"""The roll: whatever an office sends is read right or refused with the row and the reason, whole or not at all."""

import csv
import io
import re
import zipfile
from collections import Counter
from datetime import date, time

import pytest
from openpyxl import Workbook

from booking.record.actor import Actor
from booking.roll import parts, roll, sheets
from booking.roll.sheets import Row
from clock import at
from models import Lawyer, RollEntry, keyring
from models.sealed import Keyring
from refusals import Invalid
from sandbox import world
from sandbox.world.cast import invented_id_no
from tests.booking.roll.conftest import ENGLISH, cells

NOW = at(date(2026, 11, 24), time(9))
CHINESE = ("有效期至", "姓名", "序号", "状态", "执业证号", "律师事务所", "手机号", "身份证号")


def written(path, rows, encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def imported(rows, **how):
    return roll.import_roll(Actor("chief"), NOW, [Row(n, row) for n, row in enumerate(rows, 2)], **how)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_offices_use(tmp_path, encoding):
    line = ("2027年5月31日", "王守约", "1", "执业", "13101201511070001", "上海演示律师事务所", "", "３１")
    (row,) = sheets.read(written(tmp_path / "r.csv", [CHINESE, line], encoding), roll.COLUMNS)
    assert row.number == 2
    assert (row.cells["name"], row.cells["id_no"], row.cells["valid_until"]) == (
        "王守约",
        "31",
        "2027年5月31日",
    )


def test_an_excel_sheet_is_read_as_it_was_meant(tmp_path):
    book = Workbook()
    book.active.append(ENGLISH)
    book.active.append(("王守约", "13101201511070001", "所", "id", 19900100001, "执业", date(2027, 5, 31)))
    book.active.append((None,) * 7)
    book.active.append(("李再约", 13101201511070001, "所", "id", None, "执业", None))
    book.save(tmp_path / "r.xlsx")
    first, second = sheets.read(tmp_path / "r.xlsx", roll.COLUMNS)
    assert (first.cells["phone"], first.cells["valid_until"]) == ("19900100001", "2027-05-31")
    assert second.number == 4
    assert sheets.lost_digits(second.cells["licence_no"])


def test_a_missing_and_a_doubled_column_are_named(tmp_path):
    with pytest.raises(Invalid, match="缺少列：执业证号"):
        sheets.read(written(tmp_path / "r.csv", [("姓名", "状态")]), roll.COLUMNS)
    with pytest.raises(Invalid, match="出现了2次"):
        sheets.read(written(tmp_path / "r.csv", [(*ENGLISH, "姓名")]), roll.COLUMNS)


def test_what_is_no_table_is_refused(tmp_path):
    for name, raw in (
        ("r.xlsx", b"PK\x03\x04nonsense"),
        ("r.xlsx", b""),
        ("r.csv", b"\xff\xfe\x00\x81\xff"),
        ("r.csv", b""),
        ("r.xls", b"\xd0\xcf"),
    ):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(Invalid):
            sheets.read(tmp_path / name, roll.COLUMNS)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "MOST_UNPACKED_BYTES", 1_000_000)
    with zipfile.ZipFile(tmp_path / "r.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    with pytest.raises(Invalid, match="展开后过大"):
        sheets.read(tmp_path / "r.xlsx", roll.COLUMNS)


def test_new_changed_and_unchanged_rows_are_told_apart(database):
    assert imported([cells(1), cells(2)]).new == 2
    report = imported(
        [cells(1), cells(2, firm="另一演示律师事务所"), cells(3, state="停止执业", valid_until="2027/1/5")]
    )
    assert (report.new, report.changed, report.unchanged, report.suspended) == (1, 1, 1, 1)
    entry = RollEntry.get_by_id(cells(3)["licence_no"])
    assert (entry.state, entry.valid_until) == ("suspended", date(2027, 1, 5))
    assert entry.id_no_index == keyring().index("id_no", cells(3)["id_no"])


WRONG = (
    ({"name": ""}, "姓名"),
    ({"name": "长" * 61}, "姓名"),
    ({"licence_no": "1310120151107000"}, "17位"),
    ({"licence_no": "1.31012015110700E+16"}, "文本"),
    ({"firm": ""}, "律师事务所"),
    ({"id_no": "110105194912310021"}, "身份证号"),
    ({"phone": "12345678901"}, "手机号"),
    ({"state": "在职"}, "状态"),
    ({"valid_until": "2027-02-30"}, "有效期至"),
)


def test_a_wrong_row_is_named_with_its_reason_and_nothing_is_written(database):
    for change, said in WRONG:
        report = imported([cells(1), cells(2, **change)])
        assert [(wrong.row, said in wrong.why) for wrong in report.wrong] == [(3, True)], change
        assert not report.written
    report = imported([cells(1), cells(1)])
    assert [wrong.row for wrong in report.wrong] == [3]
    assert imported([]).wrong[0].why == "名册中没有律师"
    assert RollEntry.select().count() == 0


def test_a_lower_case_check_letter_and_the_short_list_of_states_are_understood(database):
    with_x = next(n for n in range(1, 200) if invented_id_no(n).endswith("X"))
    assert imported([cells(with_x, id_no=invented_id_no(with_x).lower(), state="Active")]).new == 1


def test_whoever_is_bound_follows_the_roll(database):
    imported([cells(1), cells(2), cells(3)])
    for number in (1, 2, 3):
        person = cells(number)
        bound = world.Person(
            person["name"],
            person["licence_no"],
            person["firm"],
            person["id_no"],
            person["phone"],
            f"o-{number}",
        )
        world.bind(bound, NOW)
    report = imported([cells(1, state="revoked"), cells(2, state="suspended"), cells(3, firm="新演示律师事务所")])
    assert {(one.licence_no, one.state) for one in report.follows} == {
        (cells(1)["licence_no"], "revoked"),
        (cells(2)["licence_no"], "suspended"),
    }
    states = {one.openid: (one.state, one.licence_claim, one.phone_claim) for one in Lawyer}
    assert states["o-1"] == states["o-2"] == ("refused", None, None)
    assert states["o-3"][0] == "verified"


def test_a_dry_run_reports_whom_it_would_refuse_and_refuses_nobody(database):
    imported([cells(1)])
    person = cells(1)
    world.bind(
        world.Person(person["name"], person["licence_no"], person["firm"], person["id_no"], person["phone"], "o-1"),
        NOW,
    )
    report = imported([cells(1, state="revoked")], dry_run=True)
    assert (len(report.follows), report.written) == (1, False)
    assert Lawyer.get().state == "verified"
    assert RollEntry.get().state == "active"


def test_ten_thousand_rows_cost_a_few_questions_and_each_row_is_sealed_once(queries, monkeypatch):
    rows, reports, indexed, index = [cells(number) for number in range(10_000)], [], [], Keyring.index
    monkeypatch.setattr(Keyring, "index", lambda *given: indexed.append(given[1]) or index(*given))
    reports.append(imported(rows))
    writing = len(queries)
    reports.append(imported(rows))
    looking = len(queries) - writing
    assert (reports[0].new, reports[1].unchanged) == (10_000, 10_000)
    assert looking <= 8
    assert writing <= looking + 10_000 / roll.ROWS_AT_ONCE
    assert Counter(indexed) == {"id_no": 20_000, "phone": 20_000}


@pytest.mark.parametrize("broken", ['"某某,1\n' * 3, "王" * 200_000, '"某"某,1'])
def test_a_csv_that_breaks_off_is_told_in_words_with_its_row(tmp_path, broken):
    file = tmp_path / "r.csv"
    file.write_text(",".join(ENGLISH) + "\n" + broken, "utf-8")
    with pytest.raises(Invalid) as refused:
        sheets.read(file, roll.COLUMNS)
    assert "行附近读不出" in refused.value.detail and not re.search("[A-Za-z]{4}", refused.value.detail)
