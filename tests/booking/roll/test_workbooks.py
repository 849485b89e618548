"""Files from strangers: bombs, disguises and odd encodings are refused in a sentence, and never take the house down."""

import codecs
import io
import struct
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from booking.roll import parts, roll, sheets, workbooks
from booking.roll.sheets import read_sent
from refusals import Invalid

HEADER = ("name", "licence_no", "firm", "id_no", "phone", "state", "valid_until")
LINE = ("王守约", "13101201511070001", "所", "31", "", "执业", "")


def book(*rows, change=lambda sheet: None):
    made, raw = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    change(made.active)
    made.save(raw)
    return raw.getvalue()


def packed(parts, level=zipfile.ZIP_DEFLATED):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return raw.getvalue()


def repacked(raw, **parts):
    """The same workbook with some of its parts replaced."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    return packed(kept | {name.replace("__", "/").replace("_xml", ".xml"): text for name, text in parts.items()})


def refused(kind, raw):
    with pytest.raises(Invalid) as no:
        read_sent(kind, raw, roll.COLUMNS)
    return no.value.detail


@pytest.mark.parametrize("bom, encoding", [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_excels_unicode_text_with_tabs_is_read(bom, encoding):
    text = "\r\n".join("\t".join(row) for row in (HEADER, LINE))
    (row,) = read_sent("csv", bom + text.encode(encoding), roll.COLUMNS)
    assert (row.cells["name"], row.cells["licence_no"]) == ("王守约", "13101201511070001")


def test_a_quoted_line_break_stays_in_its_cell():
    rows = read_sent("csv", ("\n".join([",".join(HEADER), '"王\n守约",1,所,31,,执业,'])).encode(), roll.COLUMNS)
    assert [row.cells["name"] for row in rows] == ["王\n守约"]


def test_a_formula_comes_as_its_text_and_is_never_worked_out():
    def formulas(sheet):
        sheet["A3"], sheet["A4"] = "=1+1", ArrayFormula("A4", "=B4&C4")
        sheet["B3"] = sheet["B4"] = "13101201511070002"

    rows = read_sent("xlsx", book(HEADER, LINE, change=formulas), roll.COLUMNS)
    assert [row.cells["name"] for row in rows] == ["王守约", "=1+1", "="]


def test_a_merged_title_above_the_header_is_passed_over():
    def merged(sheet):
        sheet.merge_cells("A1:G1")

    rows = read_sent("xlsx", book(("律师名册",), HEADER, LINE, change=merged), roll.COLUMNS)
    assert [(row.number, row.cells["name"]) for row in rows] == [(3, "王守约")]


def test_merged_cells_leave_all_but_the_first_empty():
    rows = read_sent("xlsx", book(HEADER, LINE, LINE, change=lambda s: s.merge_cells("A2:A3")), roll.COLUMNS)
    assert [row.cells["name"] for row in rows] == ["王守约", ""]


def test_disguises_are_seen_through():
    docx = packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})
    assert "不是有效的Excel文件" in refused("xlsx", docx)
    assert "另存为 .xlsx" in refused("xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    assert refused("csv", book(HEADER, LINE))
    assert refused("xlsx", ",".join(HEADER).encode())
    for kind in sheets.FILE_KINDS:
        assert refused(kind, b"")
    with pytest.raises(Invalid, match="请提供"):
        sheets.kind_of("名册.xls")


def test_a_bomb_is_refused_by_what_it_declares_and_by_what_it_is(monkeypatch):
    monkeypatch.setattr(parts, "MOST_OTHER_BYTES", 1_000_000)
    bomb = repacked(book(HEADER, LINE), xl__styles_xml=b" " * 2_000_000)
    assert len(bomb) < 20_000
    assert "展开后过大" in refused("xlsx", bomb)
    monkeypatch.setattr(parts, "MOST_UNPACKED_BYTES", 1_500_000)
    declared = repacked(book(HEADER, LINE), xl__worksheets__sheet1_xml=b" " * 2_000_000)
    assert "展开后过大" in refused("xlsx", declared)


def test_a_bomb_that_lies_about_its_size_is_no_workbook():
    """The size in both of its headers says 10 bytes; a reader that believes it would unpack 2 MB."""
    raw = packed({"xl/workbook.xml": b"0" * 2_000_000})
    lying = raw.replace(struct.pack("<L", 2_000_000), struct.pack("<L", 10))
    assert lying != raw
    assert refused("xlsx", lying) == "不是有效的Excel文件（.xlsx）"


def test_entities_that_grow_are_refused():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    sheet = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet><sheetData>&l11;</sheetData></worksheet>'
    for text in (sheet.encode(), sheet.encode("utf-16")):
        assert "不是有效的Excel文件" in refused("xlsx", repacked(book(HEADER), xl__worksheets__sheet1_xml=text))


def test_rows_and_columns_have_their_limits(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    assert "超过3行" in refused("xlsx", book(HEADER, LINE, LINE, LINE))
    far = book(HEADER, change=lambda sheet: sheet.cell(2, workbooks.MOST_COLUMNS + 5, "远"))
    assert read_sent("xlsx", far, roll.COLUMNS) == []
    assert "缺少列" in refused("csv", ("," * 70 + ",".join(HEADER)).encode())


def test_a_cell_without_end_is_cut_and_so_is_too_long_for_a_name():
    (row,) = read_sent("xlsx", book(HEADER, ("长" * 30_000, *LINE[1:])), roll.COLUMNS)
    assert workbooks.MOST_CELL < len(row.cells["name"]) <= workbooks.MOST_CELL + 1


def test_how_many_rows_there_seem_to_be():
    assert sheets.about("xlsx", book(HEADER, LINE, LINE)) == 3
    assert sheets.about("csv", b"a\nb\nc") == 2
    assert sheets.about("xlsx", b"nonsense") == 0
