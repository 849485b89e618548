"""A workbook's rows: as openpyxl reads them, but for what a stranger could make endless use of."""

import io
import zipfile
from datetime import date, time, timedelta

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.formula.translate import Translator

from booking.roll import workbooks
from booking.roll.parts import Parts
from booking.roll.worksheets import MOST_COLUMNS, Book
from clock import at
from refusals import Invalid
from tests.booking.roll.test_hostile_workbooks import HEAD, NS, SHEET, TAIL, honest, with_part
from tests.booking.roll.test_workbooks import book, repacked

TEXTS = "xl/sharedStrings.xml"
ODD = (
    b'<row r="2"><c r="B2"><v>1</v></c><c><v>2.5</v></c></row><row><c t="b"><v>1</v></c><c t="str"><v>x</v></c></row>'
    b'<row r="5"><c r="A5" t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="e"><v>#N/A</v></c></row>'
    b'<row r="4"><c><v>9</v></c></row><row r="7"/>'
    b'<row r="8"><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c></row>'
)


def read(raw: bytes) -> list[list[object]]:
    return [list(row) for row in workbooks.rows(raw, lambda top: True, "", len)]


def as_openpyxl_reads(raw: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(raw), read_only=True).worksheets[0]
    sheet.reset_dimensions()
    return [list(row) for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)]


def with_texts(rows: bytes, texts: bytes) -> bytes:
    raw = with_part(TEXTS, f"<sst {NS}>".encode(), texts, b"</sst>")
    return repacked(raw, xl__worksheets__sheet1_xml=HEAD + rows + TAIL)


def test_what_is_honest_is_read_as_openpyxl_reads_it():
    moments = (
        date(2027, 5, 31),
        at(date(2027, 5, 31), time(8, 30)).replace(tzinfo=None),
        time(8, 30),
        timedelta(hours=30),
    )

    def own(sheet):
        sheet["A3"].value, sheet["A3"].number_format = 46538, 'yyyy"年"m"月"'
        sheet["B3"].value, sheet["B3"].number_format = 46538, "0.00"

    plain = book(("姓名", 1, 2.5, True, None, "一\n二"), moments, (), ("", "x_x005F_y"), change=own)
    odd = with_texts(
        ODD, b"<si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r><rPh sb='0' eb='1'><t>no</t></rPh></si>"
    )
    for raw in (plain, odd):
        assert (rows := read(raw)) == as_openpyxl_reads(raw) and any(any(row) for row in rows)


def test_a_shared_formula_is_not_worked_out_in_each_of_its_cells(monkeypatch):
    worked_out = []
    monkeypatch.setattr(Translator, "translate_formula", lambda self, where: worked_out.append(where) or "=")
    cells = b'<row><c r="A1"><f t="shared" si="0" ref="A1:A9">1+1</f></c></row>' + b"".join(
        b'<row><c r="A%d"><f t="shared" si="0"/></c></row>' % n for n in range(2, 10)
    )
    raw = with_part(SHEET, HEAD, cells, TAIL)
    assert [row[0] for row in read(raw)] == ["="] * 9 and not worked_out
    as_openpyxl_reads(raw)
    assert len(worked_out) == 8


def test_a_part_is_read_as_one_sheet_alone():
    """A hundred thousand names for one part would have it read as often."""
    twice = repacked(honest(), xl__workbook_xml=renamed(honest(), 1))
    assert read(twice) == read(honest())
    with pytest.raises(Invalid, match="展开后过大"):
        read(repacked(honest(), xl__workbook_xml=renamed(honest(), 2)))


def renamed(raw: bytes, many: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        said = archive.read("xl/workbook.xml")
    begin = said.index(b"<sheet ")
    end = said.index(b"/>", begin) + 2
    return said[:begin] + b"".join(said[begin:end].replace(b'"Sheet"', b'"S%d"' % n) for n in range(many)) + said[end:]


def test_a_text_that_many_cells_share_counts_in_each(monkeypatch):
    raw = with_texts(b'<row><c t="s"><v>0</v></c></row>' * 200, b"<si><t>" + b"x" * 1000 + b"</t></si>")
    assert len(read(raw)) == 200
    monkeypatch.setattr(workbooks, "MOST_LETTERS", 50_000)
    with pytest.raises(Invalid, match="展开后过大"):
        read(raw)


@pytest.mark.parametrize("part", [SHEET, "xl/media/large.bin"])
def test_shared_texts_stand_in_no_part_that_may_be_larger(part):
    content = honest()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        types = archive.read("[Content_Types].xml")
    named = types.replace(
        b"</Types>",
        b'<Override PartName="/%s" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
        b'sharedStrings+xml"/></Types>' % part.encode(),
    )
    others = {"[Content_Types]_xml": named} | (
        {} if part == SHEET else {part: b"<sst>" + b"<si/>" * 200_000 + b"</sst>"}
    )
    with pytest.raises(Invalid, match="展开后过大"):
        read(repacked(content, **others))


def test_a_picture_is_not_looked_at_and_may_be_one_long_tag():
    drawn = b"<svg><path d='" + b"M0 0 " * 100_000 + b"'/></svg>"
    assert read(repacked(honest(), xl__media__image1_svg=drawn)) == read(honest())
    with Parts(repacked(honest(), xl__theme__theme1_xml=drawn)) as parts:
        Book(parts)
        assert "xl/theme/theme1.xml" not in parts._seen and SHEET not in parts._seen
        list(Book(parts).sheets[0].rows())
        assert SHEET in parts._seen


def test_a_workbook_made_by_openpyxl_with_many_sheets_is_read():
    made, raw = Workbook(), io.BytesIO()
    for n in range(30):
        made.create_sheet(f"{n}")
    made.save(raw)
    with Parts(raw.getvalue()) as parts:
        assert len(Book(parts).sheets) == 31
