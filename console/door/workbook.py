"""Tables to take away, as Excel. Whatever stands in a cell is text or a number, never a formula."""

import io
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.styles.cell_style import StyleArray

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT = [0, 0, 0, 0, 0, 0, 0, 1, 0]  # StyleArray's quotePrefix
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a sheet takes for a formula, sooner or later


def workbook(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """One sheet, to be saved as `title`.xlsx. Times go in as text: Excel knows no time zones."""
    return workbook_of(title, [(title, headers, rows)])


def workbook_of(title: str, sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[object]]]]) -> Response:
    """Several sheets, each with its name, headers and rows."""
    book, raw = Workbook(write_only=True), io.BytesIO()
    for name, headers, rows in sheets:
        sheet = book.create_sheet(name[:31])
        sheet.freeze_panes = "A2"
        sheet.append([_header(sheet, header) for header in headers])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    book.save(raw)
    answer = Response(raw.getvalue(), mimetype=MIMETYPE)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.xlsx"
    return answer


def _header(sheet: object, text: str) -> object:
    cell = _cell(sheet, str(text))
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """What begins like a formula is marked as text: it is shown as it is, and stays so when it is edited."""
    if value is None or isinstance(value, bool | int | float):
        return WriteOnlyCell(sheet, value)
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    cell: Any = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if text.startswith(_STARTS):
        cell._style = StyleArray(_TEXT)
    return cell
