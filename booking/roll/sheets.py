"""Tables that people send: CSV in the encodings Chinese offices use, and Excel. Rows come out by column name."""

import codecs
import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from booking.fields import unseen
from booking.roll import workbooks
from booking.roll.cells import header, text
from booking.roll.workbooks import MOST_COLUMNS, MOST_ROWS
from refusals import Invalid

MOST_BYTES = 60_000_000
FILE_KINDS = ("csv", "xlsx")
_ENCODINGS = ("utf-8-sig", "gb18030")
HEADER_WITHIN = 8  # rows
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Column(NamedTuple):
    """A column by its English name, the Chinese headers it may have, and whether the table needs it."""

    name: str
    headers: tuple[str, ...]
    needed: bool = True


class Row(NamedTuple):
    """Where in the table (1 is the header), and the cells by column name, trimmed, full-width forms made plain."""

    number: int
    cells: dict[str, str]


class Rows(list[Row]):
    """With the name of the sheet they stand in; empty for a CSV, which has none."""

    sheet = ""


Watching = Callable[[Iterable[Any]], Iterable[Any]]


def read(path: Path, columns: Sequence[Column], watching: Watching = iter, sheet: str = "") -> Rows:
    """All rows of a file that are not empty, of the `sheet` of that name or the one that fits; `watching` looks on as
    they come.

    Raises Invalid for what can't be read, or lacks a needed column.
    """
    if not path.is_file():
        raise Invalid(f"没有这个文件：{path}")
    if path.stat().st_size > MOST_BYTES:
        raise Invalid(f"文件超过{MOST_BYTES // 1_000_000}MB")
    return read_sent(kind_of(path.name), path.read_bytes(), columns, watching, sheet)


def kind_of(name: str) -> str:
    """`csv` or `xlsx`, as the file's name ends. Raises Invalid."""
    dot, kind = name.rpartition(".")[1:]
    if not dot or (kind := kind.lower()) not in FILE_KINDS:
        raise Invalid("请提供 .csv 或 .xlsx 文件（旧式 .xls 请另存为 .xlsx）")
    return kind


def read_sent(kind: str, raw: bytes, columns: Sequence[Column], watching: Watching = iter, sheet: str = "") -> Rows:
    """The same of a file's content. Raises Invalid."""
    titles: list[str] = []
    of_book = workbooks.rows(raw, lambda top: fits(top, columns), sheet, titles.append)
    found = Rows(_read(of_book if kind == "xlsx" else _csv(raw), columns, watching))
    found.sheet = "".join(titles)
    return found


def _read(table: Iterator[Sequence[object]], columns: Sequence[Column], watching: Watching) -> list[Row]:
    rows = iter(table)
    top = list(itertools.islice(rows, HEADER_WITHIN))
    at, places = _header(top, columns)
    found = []
    for number, cells in enumerate(watching(itertools.chain(top[at + 1 :], rows)), at + 2):
        if number > MOST_ROWS:
            raise Invalid(f"超过{MOST_ROWS}行")
        texts = {name: text(cells[at]) if at < len(cells) else "" for name, at in places.items()}
        if any(texts.values()):
            found.append(Row(number, texts))
    return found


def fits(top: Sequence[Sequence[object]], columns: Sequence[Column]) -> bool:
    """Whether a sheet that begins with these rows is such a table."""
    return any(not _missing(_places(row, columns), columns) for row in top[:HEADER_WITHIN])


def _header(top: Sequence[Sequence[object]], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """The row of the columns' names, below a title or two, and where each stands. Raises Invalid, naming all it lacks."""
    found = [_places(row, columns) for row in top] or [{}]
    best = min(range(len(found)), key=lambda at: (len(_missing(found[at], columns)), at))
    if lacking := _missing(found[best], columns):
        raise Invalid(f"缺少列：{'、'.join(lacking)}；列名须在前{HEADER_WITHIN}行内，合并的单元格请先拆分")
    return best, found[best]


def _missing(places: dict[str, int], columns: Sequence[Column]) -> list[str]:
    return [column.headers[0] for column in columns if column.needed and column.name not in places]


def about(kind: str, raw: bytes) -> int:
    """How many rows there seem to be, for a progress bar; 0 where the file does not say."""
    return workbooks.about(raw) if kind == "xlsx" else min(MOST_ROWS, raw.count(b"\n"))


def _places(row: Sequence[object], columns: Sequence[Column]) -> dict[str, int]:
    names = [header(cell) for cell in row]
    places: dict[str, int] = {}
    for column in columns:
        at = [i for i, name in enumerate(names) if name in {column.name, *column.headers}]
        if len(at) > 1:
            raise Invalid(f"列“{column.headers[0]}”出现了{len(at)}次")
        if at:
            places[column.name] = at[0]
    return places


def _csv(raw: bytes) -> Iterator[Sequence[object]]:
    content = _decoded(raw)
    top = content[:2000]
    between = "\t" if "\t" in top and "," not in top else ","  # Excel's Unicode text has tabs
    reading = csv.reader(io.StringIO(content, newline=""), delimiter=between, strict=True)
    try:
        for row in reading:
            yield row[:MOST_COLUMNS]
    except csv.Error:  # its words are a programmer's
        raise Invalid(f"第{reading.line_num + 1}行附近读不出：引号不成对，或一格的文字过长") from None


def _decoded(raw: bytes) -> str:
    if not raw.strip():
        raise Invalid("文件是空的")
    for encoding in ("utf-16",) if raw.startswith(_BOMS) else _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("文字编码无法识别，请存为UTF-8或GBK编码的CSV")


def lost_digits(text: str) -> bool:
    """Excel keeps 15 digits of a number: a longer one that was not stored as text has lost its end."""
    return "e+" in text.casefold()


def is_formula(text: str) -> bool:
    """Nothing of the kind is ever worked out: a formula's last result is not what somebody wrote."""
    return text.startswith("=")


def is_plain(text: str) -> bool:
    """Whether this may stand as a name: no formula and nothing that a sheet would take for one, nothing unseen."""
    return not text.startswith(("=", "+", "-", "@", "#")) and not unseen(text)
