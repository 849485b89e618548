"""The roll of lawyers, imported whole or not at all. Rule 6: whoever is bound follows it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from booking.identity import is_id_no
from booking.licences import BARRED, REFUSED, VERIFIED
from booking.sheets import Column, Row, Watching, lost_digits
from models import Audit, Booking, Lawyer, RollEntry, database, keyring

COLUMNS = (
    Column("name", ("姓名",)),
    Column("licence_no", ("执业证号",)),
    Column("firm", ("律师事务所",)),
    Column("id_no", ("身份证号",)),
    Column("phone", ("手机号",), needed=False),
    Column("state", ("状态",)),
    Column("valid_until", ("有效期至",), needed=False),
)
STATES = {
    "active": "active", "执业": "active", "suspended": "suspended", "停止执业": "suspended",
    "revoked": "revoked", "吊销": "revoked",
}  # fmt: skip
ROWS_AT_ONCE = 2000  # times eight columns: half of what SQLite takes as parameters

_LICENCE = re.compile(r"\d{17}", re.ASCII)
_PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_FIELDS = ("licence_no", "name", "firm", "id_no_index", "phone_index", "state", "valid_until")


class Wrong(NamedTuple):
    """A row that can't be taken, and why. Never what stands in it: reports get printed and mailed."""

    row: int
    why: str


class Follows(NamedTuple):
    """A bound lawyer whom the roll no longer lets book, with the bookings still ahead, for an officer to look at."""

    lawyer: int
    licence_no: str
    state: str
    bookings: list[str]


@dataclass
class Report:
    """What an import did, or would do. Anything in `wrong` means that nothing was written."""

    rows: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    suspended: int = 0
    revoked: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    follows: list[Follows] = field(default_factory=list)
    written: bool = False


def import_roll(
    rows: Sequence[Row], now: datetime, by: str, *, dry_run: bool = False, watching: Watching = iter
) -> Report:
    """Add and change the roll's lines by licence number, in one transaction; lines not named stay as they are.

    A verified lawyer whose line is now suspended or revoked is refused, and loses the claim on licence and phone.
    """
    report = Report(len(rows))
    entries = _parse(rows, report, watching)
    with database.atomic() as transaction:
        fresh = _compare(entries, report)
        if not report.wrong:
            _write(fresh, now)
            report.follows = _follow(now)
            _note(report, now, by)
            report.written = not dry_run
        if not report.written:
            transaction.rollback()
    return report


def _parse(rows: Sequence[Row], report: Report, watching: Watching) -> list[tuple[Any, ...]]:
    """Each as the columns of _FIELDS."""
    first: dict[str, int] = {}
    entries = []
    if not rows:
        report.wrong.append(Wrong(1, "名册中没有律师"))
    for row in watching(rows):
        licence = row.cells["licence_no"]
        why = _wrong(row.cells) or (f"执业证号与第{first[licence]}行重复" if licence in first else "")
        if why:
            report.wrong.append(Wrong(row.number, why))
            continue
        first[licence] = row.number
        entries.append(_entry(row.cells))
    return entries


def _wrong(cells: dict[str, str]) -> str:
    if lost_digits(cells["licence_no"]) or lost_digits(cells["id_no"]):
        return "号码在Excel中存为数字，末位已丢失，请将该列设为文本后重新填写"
    if not 1 <= len(cells["name"]) <= 60:
        return "姓名为空或过长"
    if not _LICENCE.fullmatch(cells["licence_no"]):
        return "执业证号应为17位数字"
    if not 1 <= len(cells["firm"]) <= 120:
        return "律师事务所为空或过长"
    if not is_id_no(cells["id_no"].upper()):
        return "身份证号有误"
    if cells.get("phone") and not _PHONE.fullmatch(cells["phone"]):
        return "手机号应为11位数字"
    if cells["state"].casefold() not in STATES:
        return "状态应为 执业、停止执业 或 吊销"
    return (
        ""
        if not cells.get("valid_until") or _day(cells["valid_until"])
        else "有效期至应为日期，如 2027-05-31"
    )


def _entry(cells: dict[str, str]) -> tuple[Any, ...]:
    index, phone = keyring().index, cells.get("phone")
    return (
        cells["licence_no"], cells["name"], cells["firm"], index("id_no", cells["id_no"].upper()),
        index("phone", phone) if phone else None, STATES[cells["state"].casefold()],
        _day(cells["valid_until"]) if cells.get("valid_until") else None,
    )  # fmt: skip


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _compare(entries: Sequence[tuple[Any, ...]], report: Report) -> list[tuple[Any, ...]]:
    """Those that are new or differ from the roll."""
    have = {row[0]: row for row in RollEntry.select(*(getattr(RollEntry, name) for name in _FIELDS)).tuples()}
    fresh = [entry for entry in entries if have.get(entry[0]) != entry]
    report.new = sum(entry[0] not in have for entry in fresh)
    report.changed = len(fresh) - report.new
    report.unchanged = len(entries) - len(fresh)
    states = Counter(entry[5] for entry in fresh)
    report.suspended, report.revoked = states["suspended"], states["revoked"]
    return fresh


def _write(entries: Sequence[tuple[Any, ...]], now: datetime) -> None:
    fields = [getattr(RollEntry, name) for name in (*_FIELDS, "updated_at")]
    for start in range(0, len(entries), ROWS_AT_ONCE):
        batch = [(*entry, now) for entry in entries[start : start + ROWS_AT_ONCE]]
        upsert = RollEntry.insert_many(batch, fields)
        upsert.on_conflict(conflict_target=[RollEntry.licence_no], preserve=fields[1:]).execute()


def _follow(now: datetime) -> list[Follows]:
    refused = []
    for state, message in BARRED.items():
        barred = RollEntry.select(RollEntry.licence_no).where(RollEntry.state == state)
        bound = (Lawyer.state == VERIFIED) & Lawyer.licence_no.in_(barred)
        change: dict[str, Any] = {
            "state": REFUSED,
            "licence_claim": None,
            "phone_claim": None,
            "findings": [{"code": f"licence_{state}", "message": message}],
            "updated_at": now,
        }
        hit = Lawyer.update(**change).where(bound).returning(Lawyer.id, Lawyer.licence_no).tuples().execute()
        refused += [(lawyer, licence, state) for lawyer, licence in hit]
    ahead = _ahead([lawyer for lawyer, _, _ in refused], now)
    return [Follows(lawyer, licence, state, ahead.get(lawyer, [])) for lawyer, licence, state in refused]


def _ahead(lawyers: list[int], now: datetime) -> dict[int, list[str]]:
    where = Booking.lawyer.in_(lawyers) & (Booking.active == 1) & (Booking.starts_at > now)
    found: dict[int, list[str]] = {}
    for lawyer, ref in (
        Booking.select(Booking.lawyer, Booking.ref).where(where).order_by(Booking.starts_at).tuples()
    ):
        found.setdefault(lawyer, []).append(ref)
    return found


def _note(report: Report, now: datetime, by: str) -> None:
    words = {"rows": report.rows, "new": report.new, "changed": report.changed,
             "refused": [one.lawyer for one in report.follows]}  # fmt: skip
    Audit.create(at=now, who=by, what="roll.import", words=words)
