"""Tables that people send: CSV in the encodings Chinese offices use, and Excel. Rows come out by column name."""

import csv
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook

from refusals import Invalid

MOST_ROWS = 300_000
MOST_COLUMNS = 60
MOST_BYTES = 60_000_000
MOST_UNPACKED_BYTES = 300_000_000
_ENCODINGS = ("utf-8-sig", "gb18030")


class Column(NamedTuple):
    """A column by its English name, the Chinese headers it may have, and whether the table needs it."""

    name: str
    headers: tuple[str, ...]
    needed: bool = True


class Row(NamedTuple):
    """Where in the table (1 is the header), and the cells by column name, trimmed, full-width forms made plain."""

    number: int
    cells: dict[str, str]


Watching = Callable[[Iterable[Any]], Iterable[Any]]


def read(path: Path, columns: Sequence[Column], watching: Watching = iter) -> list[Row]:
    """All rows that are not empty; `watching` looks on as they come.

    Raises Invalid for what can't be read, or lacks a needed column.
    """
    if not path.is_file():
        raise Invalid(f"没有这个文件：{path}")
    if path.stat().st_size > MOST_BYTES:
        raise Invalid(f"文件超过{MOST_BYTES // 1_000_000}MB")
    kind = path.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise Invalid("请提供 .csv 或 .xlsx 文件（旧式 .xls 请另存为 .xlsx）")
    rows = iter(_xlsx(path) if kind == ".xlsx" else _csv(path))
    places = _places([_text(cell) for cell in next(rows, ())], columns)
    found = []
    for number, cells in enumerate(watching(rows), 2):
        if number > MOST_ROWS:
            raise Invalid(f"超过{MOST_ROWS}行")
        texts = {name: _text(cells[at]) if at < len(cells) else "" for name, at in places.items()}
        if any(texts.values()):
            found.append(Row(number, texts))
    return found


def _places(header: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    names = [cell.casefold() for cell in header]
    places: dict[str, int] = {}
    for column in columns:
        at = [i for i, name in enumerate(names) if name in {column.name, *column.headers}]
        if len(at) > 1:
            raise Invalid(f"列“{column.headers[0]}”出现了{len(at)}次")
        if at:
            places[column.name] = at[0]
        elif column.needed:
            raise Invalid(f"缺少列：{column.headers[0]}（{column.name}）")
    return places


def _csv(path: Path) -> Iterator[Sequence[Any]]:
    try:
        yield from csv.reader(_decoded(path.read_bytes()).splitlines(keepends=True), strict=True)
    except csv.Error as wrong:
        raise Invalid(f"不是有效的CSV文件：{wrong}") from None


def _decoded(raw: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("文字编码无法识别，请存为UTF-8或GBK编码的CSV")


def _xlsx(path: Path) -> Iterator[Sequence[Any]]:
    """Cells of the first sheet, read as a stream. The size inside is checked before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
                raise Invalid("Excel文件展开后过大")
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            yield from sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
        finally:
            book.close()
    except Invalid:
        raise
    except Exception:  # whatever a broken or hostile file makes the reader trip over
        raise Invalid("不是有效的Excel文件（.xlsx）") from None


def _text(cell: Any) -> str:
    """As it was meant. A number longer than Excel keeps exactly comes as such, for the caller to refuse."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return unicodedata.normalize("NFKC", str(cell)).strip()


def lost_digits(text: str) -> bool:
    """Excel keeps 15 digits of a number: a longer one that was not stored as text has lost its end."""
    return "e+" in text.casefold()
