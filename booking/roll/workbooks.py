"""Excel workbooks from strangers, read as a stream. What is inside is measured before anything is made of it."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from booking.roll.elements import Elements, TooMany
from refusals import Invalid

MOST_ROWS = 300_000
MOST_COLUMNS = 60
TOP_ROWS = 8  # in which a sheet shows what it is
MOST_CELL = 1000  # characters
MOST_UNPACKED_BYTES = 300_000_000
MOST_PARTS = 1000
# Read as a whole, not as a stream: shared texts, and all that is no sheet.
MOST_TEXT_BYTES = 60_000_000
MOST_OTHER_BYTES = 5_000_000
# An element of four letters takes a hundred bytes of memory, and ten of them pack into one.
MOST_TEXT_ELEMENTS = 2_000_000
MOST_OTHER_ELEMENTS = 100_000

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
    _measure(raw)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
        try:
            sheet = _named(book, wanted) if wanted else _chosen(book, fits)
            told(sheet.title)
            for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
                yield [_cell(value) for value in row]
        finally:
            book.close()
    except Invalid:
        raise
    except Exception:  # whatever a broken or hostile file makes the reader trip over
        raise Invalid(_NO_WORKBOOK) from None


def _named(book: Any, wanted: str) -> Any:
    for sheet in book.worksheets:
        if sheet.title.strip() == wanted.strip() and sheet.sheet_state == "visible":
            sheet.reset_dimensions()
            return sheet
    visible = "、".join(sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible")
    raise Invalid(f"没有名为“{wanted}”的工作表，看得见的有：{visible}")


def _chosen(book: Any, fits: Callable[[list[list[object]]], bool]) -> Any:
    """Raises Invalid where none fits, or more than one: then nobody but the sender knows."""
    found, visible = [], []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        top = [list(row) for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS, max_row=TOP_ROWS)]
        found += [sheet] if fits(top) else []
        visible += [sheet] if sheet.sheet_state == "visible" else []
    shown = [sheet for sheet in found if sheet in visible]
    if len(shown) > 1:
        titles = "、".join(one.title for one in shown)
        raise Invalid(f"有{len(shown)}张工作表都像名册：{titles}；请只留要导入的一张，或用命令导入，以 --sheet 指明")
    if not shown and found:
        raise Invalid(f"工作表“{found[0].title}”有名册的列，但是隐藏的；请取消隐藏，或删去它")
    if not shown and len(visible) > 1:
        raise Invalid(f"各工作表（{'、'.join(one.title for one in visible)}）都没有名册所需的列")
    return shown[0] if shown else (visible or book.worksheets)[0]


def about(raw: bytes) -> int:
    """How many rows the first sheet seems to have; 0 where that can't be read."""
    try:
        _measure(raw)
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            first = min(name for name in packed.namelist() if name.startswith("xl/worksheets/sheet"))
            with packed.open(first) as stream:
                said = sum(piece.count(b"<row") for piece in iter(lambda: stream.read(1 << 20), b""))
    except Exception:  # it only fills the progress bar; the reading itself says what is wrong
        return 0
    return said if said <= MOST_ROWS else 0


def _measure(raw: bytes) -> None:
    """By what the archive declares first, which costs nothing, then by unpacking it piece by piece into the void."""
    if raw.startswith(_OLD):
        raise Invalid("这是旧式 .xls 或加密的工作簿，请去掉密码并另存为 .xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            parts = packed.infolist()
            names = [part.filename for part in parts]
            if "xl/workbook.xml" not in names and not any(name.startswith("xl/worksheets/") for name in names):
                raise Invalid(_NO_WORKBOOK)
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
                raise Invalid(_TOO_LARGE)
            unpacked = 0
            for part in parts:
                unpacked += _unpack(packed, part, min(_most(part.filename), MOST_UNPACKED_BYTES - unpacked))
    except TooMany:
        raise Invalid(_TOO_LARGE) from None
    except Invalid:
        raise
    except Exception:  # as above: a hostile archive trips zipfile in more ways than it names
        raise Invalid(_NO_WORKBOOK) from None


def _most(name: str) -> int:
    if name.startswith(("xl/worksheets/", "xl/media/")):
        return MOST_UNPACKED_BYTES
    return MOST_TEXT_BYTES if name == "xl/sharedStrings.xml" else MOST_OTHER_BYTES


def _unpack(packed: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    """How many bytes it really has."""
    size, elements = 0, Elements(_most_elements(part.filename))
    with packed.open(part) as stream:
        while piece := stream.read(1 << 16):
            size += len(piece)
            if size > most:
                raise Invalid(_TOO_LARGE)
            elements.look(piece)
    return size


def _most_elements(name: str) -> int:
    if name.startswith("xl/worksheets/"):
        return MOST_ROWS + MOST_OTHER_ELEMENTS
    return MOST_TEXT_ELEMENTS if name == "xl/sharedStrings.xml" else MOST_OTHER_ELEMENTS


def _cell(value: object) -> object:
    if isinstance(value, ArrayFormula | DataTableFormula):
        return "="
    if isinstance(value, str) and len(value) > MOST_CELL:
        return value[: MOST_CELL + 1]
    return value
