"""The register of people held at a centre, as the centre sends it: always whole, since who is not in it has left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from peewee import chunked

from booking import by_id, documents
from booking.desk import recheck
from booking.fields import number, unseen
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.roll import rekeying
from booking.roll.cells import has_lost_letters
from booking.roll.rows import Wrong
from booking.roll.same_person import Line, Register, followed
from booking.roll.sheets import Column, Row, is_plain, lost_digits
from models import Detainee, database, rows_of
from models.detainees import name_key
from models.locks import lock_imports

COLUMNS = (
    Column("name", ("姓名",)),
    Column("document", ("证件类型", "证件种类"), needed=False),
    Column("id_no", ("身份证号", "身份证号码", "证件号码", "证件号"), needed=False),
    Column("custody_no", ("在押编号", "在押人员编号", "人员编号"), needed=False),
    Column("ward", ("监区",)),
    Column("case_no", ("案号",), needed=False),
    Column("permit_case", ("须经许可",), needed=False),
)
ROWS_AT_ONCE = 1000
_NUMBERS = {"id_no": "证件号码", "custody_no": "在押编号"}

_YES = {"": False, "否": False, "no": False, "0": False, "是": True, "yes": True, "1": True}


@dataclass
class Report:
    """What an import did, or would do; `moved` are bookings and mandates of people known by another key since. Anything
    in `wrong` means that nothing was written."""

    rows: int
    new: int = 0
    kept: int = 0
    left: int = 0
    moved: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    written: bool = False


def import_register(actor: Actor, now: datetime, centre: str, rows: Sequence[Row], *, dry_run: bool = False) -> Report:
    """Put the register in place of the one before, in one transaction. Raises NotFound for an unknown centre."""
    by_id.centre(centre)
    report = Report(len(rows))
    if _check(rows, report):
        return report
    entries = {entry["key"]: entry for entry in (_entry(centre, row.cells, now) for row in rows)}
    today = Register([_line(entry) for entry in entries.values()])
    with database.atomic():
        lock_imports(centre)
        lines = _lines(centre)
        before = {line.key for line in lines}
        report.new, report.kept = len(today.by_key.keys() - before), len(today.by_key.keys() & before)
        report.left = len(before) - report.kept
        look = partial(rekeying.plan, now, centre, followed(lines, today), today)
        if dry_run:
            report.moved = look().many
        else:
            _write(list(entries.values()))
            _leave(centre, sorted(before - entries.keys()))
            report.moved = rekeying.carry_out(actor, now, centre, look, today).many
            words = {name: getattr(report, name) for name in ("new", "kept", "left", "moved")}
            note(actor, now, Kind.REGISTER_IMPORT, centre, words, centre=centre)
            recheck.after_commit(now, centre)
            report.written = True
    return report


def _line(entry: Mapping[str, Any]) -> Line:
    return Line(entry["key"], entry["custody_index"], entry["name_index"])


def _lines(centre: str) -> list[Line]:
    """Of the register as it is."""
    there = Detainee.select(Detainee.key, Detainee.custody_index, Detainee.name_index)
    return [Line(*row) for row in rows_of(there.where(Detainee.centre == centre))]


def _check(rows: Sequence[Row], report: Report) -> bool:
    first: dict[str, int] = {}
    if not rows:
        report.wrong.append(Wrong(1, "名册中没有人员"))
    for row in rows:
        said = [f"{name} {number(row.cells.get(name, ''))}" for name in _NUMBERS if row.cells.get(name)]
        twice = next((f"{_NUMBERS[one.split(' ')[0]]}与第{first[one]}行重复" for one in said if one in first), "")
        if why := _wrong(row.cells) or twice:
            report.wrong.append(Wrong(row.number, why))
        for one in said:
            first.setdefault(one, row.number)
    return bool(report.wrong)


def _wrong(cells: dict[str, str]) -> str:
    if lost_digits(cells.get("id_no", "")) or lost_digits(cells.get("custody_no", "")):
        return "号码在Excel中存为数字，末位已丢失，请将该列设为文本后重新填写"
    if not 1 <= len(cells["name"]) <= 60:
        return "姓名为空或过长"
    if not is_plain(cells["name"]):
        return "姓名含有不应有的字符"
    if has_lost_letters(cells["name"]):
        return "姓名有缺字（“?”“□”“*”等），请补全"
    if why := _unnumbered(cells):
        return why
    if not 1 <= len(cells["ward"]) <= 20:
        return "监区为空或过长"
    if not is_plain(cells["ward"]) or unseen(cells.get("case_no", "")):
        return "监区或案号含有不应有的字符"
    if len(cells.get("case_no", "")) > 60:
        return "案号过长"
    return "" if cells.get("permit_case", "").casefold() in _YES else "须经许可应为 是 或 否"


def _unnumbered(cells: dict[str, str]) -> str:
    """Why nobody could be found by this line's numbers; the words say what is wrong, never the number."""
    document, custody = number(cells.get("id_no", "")), number(cells.get("custody_no", ""))
    said = cells.get("document", "")
    kind = documents.kind_said(said) if said else None
    if said and kind is None:
        return f"证件类型应为 {'、'.join(documents.WORDS.values())}"
    if not document and not custody:
        return "证件号码和在押编号至少填一项"
    if len(custody) > 30 or unseen(custody):
        return "在押编号过长，或含有不应有的字符"
    return documents.fault(kind, document) if document else ""


def _entry(centre: str, cells: dict[str, str], now: datetime) -> dict[str, object]:
    said = {name: number(cells.get(name, "")) for name in _NUMBERS}
    document, custody = documents.keys_of(centre, said)
    key = document or custody
    return {
        "centre": centre,
        "key": key,
        "custody_index": custody,
        "name_index": name_key(cells["name"]),
        "name_sealed": Detainee.name_sealed.seal(cells["name"], key=key),
        "ward": cells["ward"],
        "case_no": cells.get("case_no") or None,
        "permit_case": _YES[cells.get("permit_case", "").casefold()],
        "updated_at": now,
    }


def _write(entries: list[dict[str, object]]) -> None:
    names = ("custody_index", "name_index", "name_sealed", "ward", "case_no", "permit_case", "updated_at")
    for batch in chunked(entries, ROWS_AT_ONCE):
        upsert = Detainee.insert_many(batch)
        fields = [getattr(Detainee, name) for name in names]
        upsert.on_conflict(conflict_target=[Detainee.centre, Detainee.key], preserve=fields).execute()


def _leave(centre: str, keys: list[str]) -> None:
    for gone in chunked(keys, ROWS_AT_ONCE):
        Detainee.delete().where(Detainee.centre == centre, Detainee.key.in_(gone)).execute()
