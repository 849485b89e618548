"""A row of the roll as an office sends it: what each column must be, and what is made of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from booking.fields import LICENCE, PHONE, number
from booking.identity import is_id_no
from booking.roll.cells import day, has_lost_letters
from booking.roll.sheets import Column, Row, Watching, is_formula, is_plain, lost_digits
from models import keyring
from models.names import plain

COLUMNS = (
    Column("name", ("姓名", "律师姓名")),
    Column("licence_no", ("执业证号", "执业证号码", "执业证书号", "执业证件号", "律师执业证号")),
    Column("firm", ("律师事务所", "执业机构", "执业机构名称", "律所", "律所名称")),
    Column("id_no", ("身份证号", "身份证号码", "公民身份号码")),
    Column("phone", ("手机号", "手机", "手机号码", "联系电话", "联系方式"), needed=False),
    Column("state", ("状态", "执业状态")),
    Column("valid_until", ("有效期至", "有效期", "有效期限", "证书有效期", "执业证有效期"), needed=False),
)
STATES = {
    "active": "active", "执业": "active", "正常": "active", "执业中": "active", "正常执业": "active", "在册": "active",
    "suspended": "suspended", "停止执业": "suspended", "暂停执业": "suspended",
    "revoked": "revoked", "吊销": "revoked", "已吊销": "revoked",
    "closed": "closed", "注销": "closed", "已注销": "closed",
}  # fmt: skip
_BARRING = ("吊", "注销", "停")  # in a state that can't be read: told rather than passed over
ENDED = ("revoked", "closed")  # the number is used no more, so that the same person may have another

_NUMBERS = ("licence_no", "id_no", "phone")
_HEADERS = {column.name: column.headers[0] for column in COLUMNS}


class Wrong(NamedTuple):
    """A row that can't be taken, and why. Never what stands in it: reports get printed and mailed.

    `bars` when it would end or suspend a licence: left out, that licence stays as good as it was, so it is told.
    """

    row: int
    why: str
    bars: bool = False


class Entry(NamedTuple):
    """A line of the roll, as the columns of models.RollEntry."""

    licence_no: str
    name: str
    plain_name: str
    firm: str
    id_no_index: str
    phone_index: str | None
    state: str
    valid_until: date | None


@dataclass
class Parsed:
    """Entries with the rows they stand in, and the rows that are none."""

    entries: list[tuple[int, Entry]] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)


class _Read(NamedTuple):
    """A row by itself: an entry, or why it is none."""

    row: int
    licence_no: str
    entry: Entry | None
    why: str
    bars: bool


def parse(rows: Sequence[Row], watching: Watching = iter) -> Parsed:
    """Each row by itself, then beside the others: a licence's lines all say one thing, and a person has one licence
    that has not ended. Lines that contradict each other are all wrong, since nobody knows which one holds; so the
    order of the lines never decides."""
    read = [_read(row) for row in watching(rows)]
    whys = _contradictions(read) | {one.row: one.why for one in read if one.why}
    parsed = Parsed(wrong=[] if rows else [Wrong(1, "名册中没有律师")])
    for one in read:
        if one.entry is None or one.row in whys:
            parsed.wrong.append(Wrong(one.row, whys[one.row], one.bars))
        else:
            parsed.entries.append((one.row, one.entry))
    return parsed


def _read(row: Row) -> _Read:
    cells = row.cells | {name: number(row.cells[name]) for name in _NUMBERS if name in row.cells}
    why = _spoilt(row.cells) or _wrong(cells)
    state = cells["state"].casefold()
    bars = STATES.get(state, "active") != "active" or any(word in state for word in _BARRING)
    return _Read(row.number, cells["licence_no"], None if why else _entry(cells), why, bars)


def _contradictions(read: Sequence[_Read]) -> dict[int, str]:
    """Row → why, of rows that may be right by themselves."""
    licences: dict[str, list[_Read]] = {}
    people: dict[str, list[_Read]] = {}
    for one in read:
        if LICENCE.fullmatch(one.licence_no):
            licences.setdefault(one.licence_no, []).append(one)
        if one.entry and one.entry.state not in ENDED:
            people.setdefault(one.entry.id_no_index, []).append(one)
    whys: dict[int, str] = {}
    for many in people.values():
        whys |= {one.row: f"身份证号与第{_other(one, many)}行相同，一人不能有两个执业证号" for one in many[1:]}
        if len({one.licence_no for one in many}) > 1:
            whys[many[0].row] = f"身份证号与第{many[1].row}行相同，一人不能有两个执业证号"
    for many in licences.values():
        whys |= {one.row: f"执业证号与第{_other(one, many)}行重复" for one in many[1:]}
        if len({one.entry for one in many}) > 1:
            whys[many[0].row] = f"执业证号与第{many[1].row}行重复，两行内容不同"
    return whys


def _other(one: _Read, many: Sequence[_Read]) -> int:
    """The first row of them that is not this one."""
    return next(other.row for other in many if other is not one)


def _spoilt(cells: dict[str, str]) -> str:
    """What Excel made of a cell, which is seen only before it is cleaned."""
    for name, text in cells.items():
        if is_formula(text):
            return f"{_HEADERS[name]}是公式，请粘贴为数值"
    if lost_digits(cells["licence_no"]) or lost_digits(cells["id_no"]):
        return "号码在Excel中存为数字，末位已丢失，请将该列设为文本后重新填写"
    return ""


def _wrong(cells: dict[str, str]) -> str:
    return next((why for is_right, why in _CHECKS if not is_right(cells)), "")


_CHECKS: tuple[tuple[Callable[[dict[str, str]], Any], str], ...] = (
    (lambda cells: 1 <= len(cells["name"]) <= 60, "姓名为空或过长（合并的单元格请先拆分）"),
    (lambda cells: is_plain(cells["name"]), "姓名含有不应有的字符"),
    (lambda cells: not has_lost_letters(cells["name"]), "姓名有缺字（“?”“□”“*”等），请按证件补全"),
    (lambda cells: LICENCE.fullmatch(cells["licence_no"]), "执业证号应为17位数字"),
    (lambda cells: 1 <= len(cells["firm"]) <= 120, "律师事务所为空或过长（合并的单元格请先拆分）"),
    (lambda cells: is_plain(cells["firm"]), "律师事务所含有不应有的字符"),
    (lambda cells: not has_lost_letters(cells["firm"]), "律师事务所有缺字（“?”“□”“*”等），请补全"),
    (lambda cells: is_id_no(cells["id_no"]), "身份证号有误"),
    (lambda cells: not cells.get("phone") or PHONE.fullmatch(cells["phone"]), "手机号应为11位数字"),
    (lambda cells: cells["state"].casefold() in STATES, "状态应为 执业、停止执业、注销 或 吊销"),
    (
        lambda cells: not cells.get("valid_until") or day(cells["valid_until"]),
        "有效期至应为日期，如 2027-05-31",
    ),
)


def _entry(cells: dict[str, str]) -> Entry:
    index, phone = keyring().index, cells.get("phone")
    return Entry(
        cells["licence_no"], cells["name"], plain(cells["name"]), cells["firm"], index("id_no", cells["id_no"]),
        index("phone", phone) if phone else None, STATES[cells["state"].casefold()],
        day(cells["valid_until"]) if cells.get("valid_until") else None,
    )  # fmt: skip
