"""The sheets of an Excel workbook and their rows. openpyxl knows the format; what of it a stranger could make endless
use of is done here: it works a shared formula out anew in every cell, and reads a part as often as it is named."""

from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, fromstring, iterparse

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import ARC_STYLE, SHARED_STRINGS, SHEET_MAIN_NS

from booking.roll.elements import TooMany
from booking.roll.parts import SHEETS, Parts

MOST_COLUMNS = 60
MOST_FORMAT = 255  # letters of a number format
_TEXT, _RUN, _ITEM, _ROW, _FORMULA, _FORMATS, _STYLES = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("t", "r", "si", "row", "f", "numFmts", "cellXfs")
)


class Sheet(NamedTuple):
    """`rows` come from the first to the last that has anything, empty ones between them too."""

    title: str
    visible: bool
    path: str
    book: "Book"

    def rows(self) -> Iterator[list[object]]:
        """Each of MOST_COLUMNS."""
        expected = 1
        with self.book.parts.open(self.path) as stream:
            for number, cells in _Rows(stream, self.book).read():
                for _ in range(expected, number):
                    yield [None] * MOST_COLUMNS
                if number >= expected:
                    yield cells
                expected = max(expected, number + 1)


class Book:
    """Raises TooMany, NotPlain, and whatever a broken file makes openpyxl trip over."""

    def __init__(self, parts: Parts):
        self.parts = parts
        reader = _Reader(parts)
        reader.read_manifest()
        self.texts = _texts(reader)
        reader.read_workbook()
        self.epoch = reader.wb.epoch
        self.dates, self.spans = _dates(parts)
        self.sheets = list(self._sheets(reader))

    def _sheets(self, reader: "_Reader") -> Iterator[Sheet]:
        seen = set()
        for told, where in reader.parser.find_sheets():
            if "chartsheet" in where.Type or where.target not in reader.valid_files:
                continue
            if where.target in seen:
                raise TooMany
            seen.add(where.target)
            yield Sheet(told.name, told.state == "visible", where.target, self)


class _Reader(ExcelReader):
    def __init__(self, parts: Parts):
        self.archive, self.valid_files, self.read_only = parts, parts.namelist(), True
        self.keep_vba = self.data_only = self.keep_links = self.rich_text = False


def _texts(reader: _Reader) -> list[str]:
    """The shared ones, by number."""
    where = reader.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
    if where is None:
        return []
    path = where.PartName[1:]
    if path.startswith(SHEETS):  # which may be larger: its rows go by
        raise TooMany
    texts = []
    with reader.archive.open(path) as stream:
        for _, item in iterparse(stream):
            if item.tag == _ITEM:
                texts.append(_text(item).replace("x005F_", ""))
                item.clear()
    return texts


def _text(item: Element) -> str:
    """Without its looks, and without the readings that are written above letters."""
    pieces = [item.findtext(_TEXT), *(run.findtext(_TEXT) for run in item.iterfind(_RUN))]
    return "".join(piece for piece in pieces if piece)


def _dates(parts: Parts) -> tuple[set[int], set[int]]:
    """Which styles show a number as a date, and which as a length of time."""
    if ARC_STYLE not in parts.namelist():
        return set(), set()
    book = fromstring(parts.read(ARC_STYLE))
    own = {int(one.get("numFmtId", 0)): _format(one) for one in book.iterfind(f"{_FORMATS}/*")}
    used = [int(style.get("numFmtId", 0)) for style in book.iterfind(f"{_STYLES}/*")]
    codes = {number: own.get(number) or builtin_format_code(number) for number in set(used)}
    return _numbers(used, codes, is_date_format), _numbers(used, codes, is_timedelta_format)


def _format(said: Element) -> str:
    """None of Excel's is longer; openpyxl looks through one in time by the square of its length."""
    code = said.get("formatCode") or ""
    return code if len(code) <= MOST_FORMAT else ""


def _numbers(used: list[int], codes: Mapping[int, str | None], is_such: Any) -> set[int]:
    such = {number for number, code in codes.items() if is_such(code)}
    return {style for style, number in enumerate(used) if number in such}


class _Rows:
    """Rows and nothing else of a sheet."""

    def __init__(self, stream: IO[bytes], book: Book):
        self._stream = stream
        self._openpyxl = WorkSheetParser(stream, book.texts, False, book.epoch, book.dates, book.spans)

    def read(self) -> Iterator[tuple[int, list[object]]]:
        """With their numbers; one without stands after the one before."""
        number = 0
        for _, element in iterparse(self._stream):
            if element.tag == _ROW:
                number = int(float(element.get("r") or number + 1))
                yield number, self._cells(element)
                element.clear()

    def _cells(self, row: Element) -> list[object]:
        """A cell without its own place stands after the one before."""
        cells: list[object] = [None] * MOST_COLUMNS
        column = 0
        for cell in row:
            place = cell.get("r")
            column = coordinate_to_tuple(place)[1] if place else column + 1
            if len(cell) and 1 <= column <= MOST_COLUMNS:
                cells[column - 1] = self._value(cell)
        return cells

    def _value(self, cell: Element) -> object:
        if (formula := cell.find(_FORMULA)) is not None:
            return "=" if formula.get("t") else "=" + (formula.text or "")
        if cell.get("t") == "inlineStr":
            return "".join(_text(said) for said in cell) or None
        value: object = self._openpyxl.parse_cell(cell)["value"]
        return value
