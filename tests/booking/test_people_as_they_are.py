"""People held without a citizen's number: found by another document, by the centre's own number, or under a name given."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from booking import documents
from booking.desk import Desk, findings_now
from booking.gate import bring_out_plan
from booking.lawyers import mandates
from booking.lawyers.mandates import Pair
from booking.record.actor import Actor
from booking.review import dossier, rivals
from booking.roll import register
from booking.roll.sheets import Row
from models import Booking, Detainee, Mandate
from tests.booking.conftest import FRIDAY, Clock, applying

Lawyers = Callable[[int], list[int]]
CHIEF = Actor("chief-pudong", "pudong")
ID_NO = "11010519491231002X"


def brought(clock: Clock, *lines: dict[str, str]) -> register.Report:
    rest = {"id_no": "", "ward": "三监区", "case_no": "", "permit_case": ""}
    return register.import_register(CHIEF, clock(), "pudong", [Row(n, rest | one) for n, one in enumerate(lines, 2)])


PEOPLE: list[dict[str, str]] = [
    {"name": "JOHN SMITH", "document": "护照", "id_no": "E12345678"},
    {"name": "林台生", "document": "台胞证", "id_no": "12345678"},
    {"name": "陈港生", "document": "港澳居民来往内地通行证", "id_no": "H12345678"},
    {"name": "无名氏01", "document": "身份不明", "custody_no": "2026031208"},
    {"name": "自报张三", "custody_no": "看2026-0009"},
    {"name": "王有证", "id_no": ID_NO, "custody_no": "2026031209"},
]


def codes(desk: Desk, lawyer: int, detainee: dict[str, str], clock: Clock) -> list[str]:
    ref = desk.book(replace(applying(lawyer, key=str(detainee)), detainee=detainee)).ref
    found = findings_now.of([Booking.get_by_id(ref)], clock())[ref]
    desk.cancel(lawyer, ref)
    return [one["code"] for one in found]


def test_a_register_holds_everybody_who_is_held(desk: Desk, clock: Clock) -> None:
    report = brought(clock, *PEOPLE)
    assert report.written and not report.wrong
    assert Detainee.select().count() == len(PEOPLE)
    assert brought(clock, *PEOPLE).kept == len(PEOPLE)


@pytest.mark.parametrize(
    "said",
    [
        {"name": "John  Smith", "document": "passport", "id_no": "E12345678"},
        {"name": "JOHN SMITH", "id_no": "E12345678"},  # two sources need not call one document alike
        {"name": "林台生", "document": "taiwan", "id_no": "12345678"},
        {"name": "无名氏01", "document": "unknown", "custody_no": "2026031208"},
        {"name": "自报张三", "custody_no": "看20260009"},
        {"name": "王有证", "custody_no": "2026031209"},
        {"name": "王有证", "id_no": ID_NO},
        {"name": "王有证", "id_no": ID_NO, "custody_no": "2026031209"},
    ],
)
def test_each_is_found_by_what_each_has(desk: Desk, lawyers: Lawyers, clock: Clock, said: dict[str, str]) -> None:
    brought(clock, *PEOPLE)
    assert codes(desk, lawyers(1)[0], said, clock) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": "JOHN SMITH", "id_no": "E00000000"}, "detainee_not_here"),
        ({"name": "无名氏01", "custody_no": "9999"}, "detainee_not_here"),
        ({"name": "别人", "custody_no": "2026031208"}, "detainee_name_differs"),
    ],
)
def test_what_is_not_so_is_found(desk: Desk, lawyers: Lawyers, clock: Clock, said: dict[str, str], code: str) -> None:
    brought(clock, *PEOPLE)
    assert codes(desk, lawyers(1)[0], said, clock) == [code]


def test_by_document_and_by_custody_number_it_is_one_person(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    brought(clock, *PEOPLE)
    one, other = lawyers(2)
    by_number = desk.book(replace(applying(one), detainee={"name": "王有证", "id_no": ID_NO})).ref
    by_custody = desk.book(replace(applying(other), detainee={"name": "王有证", "custody_no": "2026031209"})).ref
    first = Booking.get_by_id(by_number)
    assert first.detainee_key == Booking.get_by_id(by_custody).detainee_key
    assert [b.ref for b in rivals.of([first])[first.ref]] == [by_custody]
    assert first.names_one


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"name": "某人"}, "至少填一项"),
        ({"name": "某人", "id_no": "110105194912310021"}, "身份证号不正确"),
        ({"name": "某人", "document": "护照", "id_no": "12"}, "护照号码不正确"),
        ({"name": "某人", "document": "学生证", "id_no": "E12345678"}, "证件类型应为"),
        ({"name": "李□", "custody_no": "1"}, "缺字"),
        ({"name": "某人", "custody_no": "9" * 31}, "在押编号过长"),
    ],
)
def test_a_line_by_which_nobody_could_be_found_is_told(
    desk: Desk, clock: Clock, line: dict[str, str], why: str
) -> None:
    report = brought(clock, PEOPLE[0], line)
    assert [wrong.row for wrong in report.wrong] == [3] and why in report.wrong[0].why
    assert not Detainee.select().exists()


def test_a_number_twice_is_told_whichever_it_is(desk: Desk, clock: Clock) -> None:
    for name, word in (("id_no", "证件号码"), ("custody_no", "在押编号")):
        twice: dict[str, Any] = {"name": "某人", name: "E12345678"}
        assert brought(clock, twice, twice).wrong[0].why == f"{word}与第2行重复"


def test_a_mandate_lasts_while_either_number_is_in_the_register(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    brought(clock, *PEOPLE)
    (lawyer,) = lawyers(1)
    pair = Pair(lawyer, "pudong", documents.custody_key("pudong", "2026031208"))
    mandates.prove(CHIEF, clock(), pair, "无名氏01", "investigation")
    brought(clock, *PEOPLE)
    assert Mandate.get().active == 1
    brought(clock, *PEOPLE[:3])
    assert Mandate.get().active is None


def test_officers_see_what_was_said_and_that_it_agrees(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    brought(clock, *PEOPLE)
    said = {"name": "无名氏01", "document": "unknown", "custody_no": "2026031208"}
    ref = desk.book(replace(applying(lawyers(1)[0]), detainee=said)).ref
    file = dossier.of(Booking.get_by_id(ref))
    assert ("在押人员", "无名氏01", "无名氏01，三监区，号码一致", True) in file.detainee
    assert documents.shown(said) == "在押编号 2026031208"
    assert documents.shown({"document": "passport", "id_no": "E12345678"}) == "护照 E12345678"
    Booking.update(state="confirmed").execute()
    (line,) = [line for sheet in bring_out_plan.of("pudong", FRIDAY) for line in sheet.lines]
    assert (line.ward, line.detainee) == ("三监区", "无名氏01")


@pytest.mark.parametrize(
    ("kind", "number", "right"),
    [
        (None, ID_NO, True), (None, "110105194912310021", False), (None, "E12345678", True), (None, "12345678", True),
        ("id_card", "12345678", False), ("passport", "E12345678", True), ("hk_macau", "H12345678", True),
        ("hk_macau", "H1234567890", True), ("taiwan", "12345678", True), ("residence", "CHN310000000000", True),
        ("residence", "911124198108030024", True), ("other", "军字第12345号", True), ("other", "!!", False),
    ],
)  # fmt: skip
def test_each_kind_has_its_form(kind: str | None, number: str, right: bool) -> None:
    assert (documents.fault(kind, number) == "") is right
