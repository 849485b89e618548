"""The roll of lawyers, imported whole or not at all. Rule 6: whoever is bound follows it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from peewee import chunked

from booking.desk import recheck
from booking.fingerprint import fingerprint
from booking.lawyers.roll_match import BARRED
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.roll.follows import Follows, refuse, who_follows
from booking.roll.people import clashes
from booking.roll.rows import COLUMNS, STATES, Entry, Parsed, Wrong, parse
from booking.roll.sheets import Row, Watching
from models import RollEntry, database, rows_of
from models.locks import lock_roll

__all__ = [
    "COLUMNS",
    "LINE_KINDS",
    "STATES",
    "Found",
    "Report",
    "RollLine",
    "Wrong",
    "compare",
    "import_roll",
    "write",
]

LINE_KINDS = ("wrong", "revoked", "closed", "suspended", "new", "changed", "unchanged")
LEFT_STANDING = "；此行要停用执业证，没有导入就仍然有效，请先改正"
ROWS_AT_ONCE = 2000  # times nine columns: half of what SQLite takes as parameters
_NAMES = {
    "name": "姓名", "firm": "律师事务所", "id_no_index": "身份证号", "phone_index": "手机号",
    "state": "状态", "valid_until": "有效期至",
}  # fmt: skip


@dataclass
class Report:
    """What an import did, or would do. Anything in `wrong` is not written, and without the operator's
    word nothing is."""

    rows: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    suspended: int = 0
    revoked: int = 0
    closed: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    follows: list[Follows] = field(default_factory=list)
    written: bool = False


class RollLine(NamedTuple):
    """What was found about a row: one of LINE_KINDS, and of a changed one which columns."""

    row: int
    kind: str
    licence_no: str | None = None
    columns: tuple[str, ...] = ()
    why: str = ""
    bars: bool = False


@dataclass
class Found:
    """A report with its lines, and the entries that would be written."""

    report: Report
    lines: list[RollLine]
    fresh: list[Entry]

    @property
    def fingerprint(self) -> str:
        """Of everything an officer says yes to. Which bookings lie ahead is told, and changes by the hour."""
        follows = sorted((one.licence_no, one.lawyer, one.state) for one in self.report.follows)
        return fingerprint(self.lines, follows)


def import_roll(
    actor: Actor,
    now: datetime,
    rows: Sequence[Row],
    *,
    dry_run: bool = False,
    without_wrong: bool = False,
    watching: Watching = iter,
) -> Report:
    """Add and change the roll's lines by licence number, in one transaction; lines not named stay as they are.
    Wrong ones keep the others out, unless the operator, who has seen them, takes the rest `without_wrong`.

    A verified lawyer with a line that is now suspended or revoked is refused, and loses the claim on licence and phone.
    """
    parsed = parse(rows, watching)
    with database.atomic():
        found = compare(parsed, now)
        if not dry_run and (without_wrong or not found.report.wrong):
            write(actor, now, found)
    return found.report


def compare(parsed: Parsed, now: datetime) -> Found:
    """What these entries would change. Whoever else brings a roll waits, to the end of the caller's transaction."""
    lock_roll()
    have = {row[0]: Entry(*row) for row in rows_of(RollEntry.select(*_columns()))}
    clash = clashes(parsed.entries, have)
    lines = [_wrong(None, one) for one in parsed.wrong]
    report, fresh = Report(len(parsed.entries) + len(parsed.wrong)), []
    for row, entry in parsed.entries:
        line = _line(row, entry, have.get(entry.licence_no), clash.get(row))
        lines.append(line)
        if line.kind not in ("wrong", "unchanged"):
            fresh.append(entry)
    lines.sort()
    _count(report, lines, fresh, have)
    report.follows = who_follows(have, fresh, now)
    return Found(report, lines, fresh)


def write(actor: Actor, now: datetime, found: Found) -> None:
    """In the caller's transaction, that of `compare`."""
    fields = [getattr(RollEntry, name) for name in (*Entry._fields, "updated_at")]
    for batch in chunked(((*entry, now) for entry in found.fresh), ROWS_AT_ONCE):
        upsert = RollEntry.insert_many(batch, fields)
        upsert.on_conflict(conflict_target=[RollEntry.licence_no], preserve=fields[1:]).execute()
    refuse(found.report.follows)
    report = found.report
    words = {"rows": report.rows, "new": report.new, "changed": report.changed,
             "refused": [one.lawyer for one in report.follows],
             "left_out": [one.row for one in report.wrong[:500]],
             "left_standing": [one.row for one in report.wrong if one.bars][:500]}  # fmt: skip
    note(actor, now, Kind.ROLL_IMPORT, "", words)
    recheck.after_commit(now)
    report.written = True


def _columns() -> list[object]:
    return [getattr(RollEntry, name) for name in Entry._fields]


def _line(row: int, entry: Entry, old: Entry | None, clash: str | None) -> RollLine:
    if clash:
        why = f"身份证号在名册中已属于执业证号{clash}；如已换证，请把该号一并列入，状态填注销"
        return _wrong(entry.licence_no, Wrong(row, why, entry.state in BARRED))
    if entry == old:
        return RollLine(row, "unchanged", entry.licence_no)
    columns = tuple(_NAMES[name] for name in _NAMES if old and getattr(entry, name) != getattr(old, name))
    if entry.state in BARRED and (old is None or old.state != entry.state):
        return RollLine(row, entry.state, entry.licence_no, columns, "" if old else "名册中原无此人")
    return RollLine(row, "changed" if old else "new", entry.licence_no, columns)


def _wrong(licence_no: str | None, wrong: Wrong) -> RollLine:
    return RollLine(wrong.row, "wrong", licence_no, (), wrong.why + (LEFT_STANDING if wrong.bars else ""), wrong.bars)


def _count(report: Report, lines: Sequence[RollLine], fresh: Sequence[Entry], have: dict[str, Entry]) -> None:
    report.wrong = [Wrong(line.row, line.why, line.bars) for line in lines if line.kind == "wrong"]
    report.new = sum(entry.licence_no not in have for entry in fresh)
    report.changed = len(fresh) - report.new
    report.unchanged = sum(line.kind == "unchanged" for line in lines)
    states = Counter(entry.state for entry in fresh)
    report.suspended, report.revoked, report.closed = (states[one] for one in ("suspended", "revoked", "closed"))
