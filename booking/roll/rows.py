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
ENDED = ("revoked", "closed")  # the number is used no more, so that the same person may have another

_NUMBERS = ("licence_no", "id_no", "phone")
_HEADERS = {column.name: column.headers[0] for column in COLUMNS}


class Wrong(NamedTuple):
    """A row that can't be taken, and why. Never what stands in it: reports get printed and mailed."""

    row: int
    why: str


class Entry(NamedTuple):
    """A line of the roll, as the columns of models.RollEntry."""

    licence_no: str
    name: str
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


def parse(rows: Sequence[Row], watching: Watching = iter) -> Parsed:
    """One licence stands in one row, and so does one ID number: who has one elsewhere that has ended may have
    another, in whatever order the lines come."""
    parsed = Parsed(wrong=[] if rows else [Wrong(1, "名册中没有律师")])
    licences: dict[str, int] = {}
    people: dict[str, int] = {}
    for row in watching(rows):
        cells = row.cells | {name: number(row.cells[name]) for name in _NUMBERS if name in row.cells}
        licence = cells["licence_no"]
        if why := _spoilt(row.cells) or _wrong(cells):
            parsed.wrong.append(Wrong(row.number, why))
            continue
        entry = _entry(cells)
        if licence in licences:
            parsed.wrong.append(Wrong(row.number, f"执业证号与第{licences[licence]}行重复"))
        elif entry.state not in ENDED and entry.id_no_index in people:
            why = f"身份证号与第{people[entry.id_no_index]}行相同，一人不能有两个执业证号"
            parsed.wrong.append(Wrong(row.number, why))
        else:
            parsed.entries.append((row.number, entry))
        licences.setdefault(licence, row.number)
        if entry.state not in ENDED:
            people.setdefault(entry.id_no_index, row.number)
    return parsed


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
        cells["licence_no"], cells["name"], cells["firm"], index("id_no", cells["id_no"]),
        index("phone", phone) if phone else None, STATES[cells["state"].casefold()],
        day(cells["valid_until"]) if cells.get("valid_until") else None,
    )  # fmt: skip
