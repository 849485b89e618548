"""操作记录: filtered, paged, taken out as Excel; a centre's lines for that centre only."""

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from console import audit
from models import Audit


@pytest.fixture
def lines(desk, clock):
    for number in range(120):
        Audit.create(
            at=clock() - timedelta(minutes=number),
            who="chen" if number % 2 else "=cmd|' /C calc'!A0",
            what="booking.seen",
            subject=f"REF{number:05d}",
            centre="pudong" if number % 3 else "qingpu",
            origin="10.0.0.1",
            words={"why": "+1+1"},
        )


def refs(answer):
    return re.findall(r"<td>(REF\d{5})</td>", answer.text)


def test_the_record_is_read_page_by_page(signed_in, lines):
    browser, found, path = signed_in("auditor", None), [], "audit"
    while path:
        answer = browser.get(path)
        found += refs(answer)
        older = re.search(r'href="(/console/audit\?[^"]*before=[^"]+)"', answer.text)
        path = older and older[1].replace("&amp;", "&")
    assert found == [f"REF{number:05d}" for number in range(120)]


def test_a_centre_reads_its_own_lines_only(signed_in, lines):
    browser = signed_in("chief", "qingpu")
    assert refs(browser.get("audit")) == [f"REF{number:05d}" for number in range(0, 120, 3)]
    assert refs(browser.get("audit?subject=REF00001")) == []
    assert browser.get("audit?of=pudong").status_code == 422
    assert refs(browser.get("audit?of=qingpu&who=chen"))
    book = load_workbook(io.BytesIO(browser.get("audit.xlsx").data))
    assert {row[5].value for row in list(book.active.rows)[1:]} == {"青浦区看守所"}


def test_the_record_is_filtered(signed_in, lines, clock):
    browser = signed_in("auditor", None)
    assert len(refs(browser.get("audit?who=chen"))) == 50
    assert refs(browser.get("audit?subject=REF00007&what=booking.seen")) == ["REF00007"]
    assert "没有符合条件" in browser.get("audit?what=lawyer.seen").text
    day = clock().date()
    assert refs(browser.get(f"audit?since={day}&until={day}&subject=REF00007")) == ["REF00007"]
    assert not refs(browser.get(f"audit?until={day - timedelta(days=1)}"))
    assert refs(browser.get("audit?who=&what=&subject=REF00007&since=&until=&of=")) == ["REF00007"]


@pytest.mark.parametrize(
    "query",
    ["since=x", "since=0001-01-01", "until=9999-12-31", "before=0", "before=99999999999999999999", "before=x", "who=%00",
     "unknown=1", "who=" + "x" * 100, "of=nowhere", "who=a&who=b"],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(signed_in, lines, query):
    for path in ("audit", "audit.xlsx"):
        assert signed_in("auditor", None).get(f"{path}?{query}").status_code in (400, 422)


def test_what_is_taken_out_holds_no_formula(signed_in, lines):
    answer = signed_in("auditor", None).get("audit.xlsx?subject=REF00000")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    header, row = load_workbook(io.BytesIO(answer.data)).active.rows
    assert [cell.value for cell in header] == list(audit.HEADERS)
    assert row[1].value == "=cmd|' /C calc'!A0"
    for cell in row:
        assert cell.data_type == "s"
    assert row[1].quotePrefix


def test_taking_it_out_is_a_line_of_its_own(signed_in, lines, monkeypatch):
    monkeypatch.setattr(audit, "MOST_EXPORTED", 30)
    answer = signed_in("auditor", None).get("audit.xlsx?who=chen")
    assert len(list(load_workbook(io.BytesIO(answer.data)).active.rows)) == 31
    note = Audit.get(Audit.what == "audit.export")
    assert (note.who, note.words) == ("auditor-bureau", {"rows": 30, "who": "chen"})


def test_what_stands_in_a_line_is_escaped(signed_in, clock):
    Audit.create(at=clock(), who="<script>", what="<b>", subject="<i>", words={"<u>": "<s>"}, centre="pudong")
    page = signed_in("chief").get("audit").text
    assert not {"<script>", "<b>", "<i>", "<u>", "<s>"} & set(re.findall(r"<\w+>", page))
