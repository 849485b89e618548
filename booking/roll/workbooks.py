"""Excel workbooks from strangers, read as a stream. What is inside is measured before anything is made of it."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from booking.roll import cells
from booking.roll.elements import TooMany
from booking.roll.parts import MOST_ROWS, SHEETS, Parts
from booking.roll.worksheets import MOST_COLUMNS, Book, Sheet
from refusals import Invalid

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "about", "rows"]

TOP_ROWS = 8  # in which a sheet shows what it is
MOST_CELL = cells.MOST - 1  # letters
MOST_LETTERS = 60_000_000  # in all cells that are read: a text that many share is written once

_NO_WORKBOOK = "不是有效的Excel文件（.xlsx）"
_TOO_LARGE = "Excel文件展开后过大"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def rows(
    raw: bytes, fits: Callable[[list[list[object]]], bool], wanted: str, told: Callable[[str], object]
) -> Iterator[Sequence[object]]:
    """Cells of the sheet `wanted` by name, or of the one visible sheet with a top that `fits`, which is `told`; formulas
    come as their text, never worked out. Raises Invalid.

    What is hidden is never read: it is last year's, or the choices of a drop-down.
    """
    if raw.startswith(_OLD):
        raise Invalid("这是旧式 .xls 或加密的工作簿，请去掉密码并另存为 .xlsx")
    try:
        with Parts(raw) as parts:
            book = Book(parts)
            sheet = _named(book, wanted) if wanted else _chosen(book, fits)
            told(sheet.title)
            yield from _cells(sheet)
    except Invalid:
        raise
    except TooMany:
        raise Invalid(_TOO_LARGE) from None
    except Exception:  # whatever a broken or hostile file makes the reader trip over
        raise Invalid(_NO_WORKBOOK) from None


def _cells(sheet: Sheet) -> Iterator[list[object]]:
    letters = 0
    for row in sheet.rows():
        cells = [_cell(value) for value in row]
        letters += sum(len(value) for value in cells if isinstance(value, str))
        if letters > MOST_LETTERS:
            raise TooMany
        yield cells


def _named(book: Book, wanted: str) -> Sheet:
    for sheet in book.sheets:
        if sheet.title.strip() == wanted.strip() and sheet.visible:
            return sheet
    visible = "、".join(sheet.title for sheet in book.sheets if sheet.visible)
    raise Invalid(f"没有名为“{wanted}”的工作表，看得见的有：{visible}")


def _chosen(book: Book, fits: Callable[[list[list[object]]], bool]) -> Sheet:
    """Raises Invalid where none fits, or more than one: then nobody but the sender knows."""
    found = [sheet for sheet in book.sheets if fits(list(islice(_cells(sheet), TOP_ROWS)))]
    visible = [sheet for sheet in book.sheets if sheet.visible]
    shown = [sheet for sheet in found if sheet in visible]
    if len(shown) > 1:
        titles = "、".join(one.title for one in shown)
        raise Invalid(f"有{len(shown)}张工作表都像名册：{titles}；请只留要导入的一张，或用命令导入，以 --sheet 指明")
    if not shown and found:
        raise Invalid(f"工作表“{found[0].title}”有名册的列，但是隐藏的；请取消隐藏，或删去它")
    if not shown and len(visible) > 1:
        raise Invalid(f"各工作表（{'、'.join(one.title for one in visible)}）都没有名册所需的列")
    return shown[0] if shown else (visible or book.sheets)[0]


def about(raw: bytes) -> int:
    """How many rows the first sheet seems to have; 0 where that can't be read."""
    try:
        with Parts(raw) as packed:
            first = min(name for name in packed.namelist() if name.startswith(f"{SHEETS}sheet"))
            with zipfile.ZipFile.open(packed, first) as stream:
                said = sum(piece.count(b"<row") for piece in iter(lambda: stream.read(1 << 20), b""))
    except Exception:  # it only fills the progress bar; the reading itself says what is wrong
        return 0
    return said if said <= MOST_ROWS else 0


def _cell(value: object) -> object:
    if isinstance(value, str) and len(value) > MOST_CELL:
        return value[: MOST_CELL + 1]
    return value
