"""What a cell was meant to say: what carriers of tables add, escape or lose is put right, or told by row."""

import html
import re
from datetime import date, datetime, timedelta

from models.names import composed

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # as Open XML writes what XML can't hold
_LOST = re.compile(r"[?？□�〓*]")  # what a code page or a font puts for a letter it does not have
_DATE = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.ASCII,
)
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.0+)?", re.ASCII)  # days as Excel counts them: of the years 1954 to 2118
_EPOCH = date(1899, 12, 30)
MOST = 301  # letters of a cell: no column takes as many


def text(cell: object) -> str:
    """As it was meant. A number longer than Excel keeps exactly comes as such, for the caller to refuse."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    said = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(cell)[:MOST])
    return composed(html.unescape(said), MOST).strip()


def header(cell: object) -> str:
    """A column's name without the blanks, stars and remarks that forms put to it: 姓 名* is 姓名."""
    said = "".join(text(cell).split()).casefold()
    return re.split(r"[*:(（]", said.lstrip("*"))[0]


def has_lost_letters(said: str) -> bool:
    """Whether a name lost a letter on its way, as 李? did: nobody of that name can ever be found."""
    return bool(_LOST.search(said))


def day(said: str) -> date | None:
    """A date however an office or a database exports it; None for what is none."""
    if _SERIAL.fullmatch(said):
        return _EPOCH + timedelta(days=int(float(said)))
    found = _DATE.fullmatch(said)
    if not found:
        return None
    year, *rest = (part for part in found.groups() if part)
    try:
        return date(int(year), *map(int, rest))
    except ValueError:
        return None
