"""The record as it is asked: the newest first, page by page, by officer, kind, subject, day and centre."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from booking.officers.codes import LASTS
from booking.record import entries
from booking.record.actor import SYSTEM, Actor
from booking.record.entries import Question
from booking.record.kinds import Kind
from booking.record.note import Line, note, note_all
from models import Audit

ROOT = Path(__file__).resolve().parents[3]
HOUSE = ("booking", "sms", "jobs", "console", "wechat", "terminal", "sandbox", "watch")
NAMES = set(Kind.__members__)
WRITES = re.compile(r"\bAudit(\.(create|insert|insert_many|bulk_create|replace|update|delete))?\(")


@pytest.fixture
def lines(world, clock):
    """Eight lines; the first two at one moment."""
    rows = []
    for number in range(8):
        rows.append(
            Audit.create(
                at=clock() + timedelta(days=max(0, number - 1)),
                who="chen" if number % 2 else "li",
                what="booking.seen" if number < 4 else "lawyer.seen",
                subject=f"s{number}",
                centre=("pudong", "qingpu", None)[number % 3],
            ).id
        )
    return rows


def subjects(question, **more):
    return [entry.subject for entry in entries.entries(question, **{"many": 100} | more)]


def test_the_newest_stand_first(lines):
    assert subjects(Question()) == [f"s{n}" for n in range(7, -1, -1)]


def test_page_by_page_nothing_is_missing_and_nothing_twice(lines):
    found, before = [], None
    while shown := entries.entries(Question(), 3, before):
        found += [entry.subject for entry in shown]
        before = shown[-1].id
    assert found == subjects(Question())


def test_lines_are_filtered(lines, clock):
    assert subjects(Question(who="chen")) == ["s7", "s5", "s3", "s1"]
    assert subjects(Question(what="lawyer.seen")) == ["s7", "s6", "s5", "s4"]
    assert subjects(Question(subject="s3")) == ["s3"]
    assert subjects(Question(who="chen", what="booking.seen")) == ["s3", "s1"]
    assert subjects(Question(who="' OR 1=1")) == []


def test_both_days_of_a_range_count_whole(lines, clock):
    day = clock().date()
    assert subjects(Question(since=day, until=day)) == ["s1", "s0"]
    assert subjects(Question(since=day + timedelta(days=1), until=day + timedelta(days=2))) == ["s3", "s2"]
    assert subjects(Question(since=date(2030, 1, 1))) == []


def test_a_centre_sees_its_own_lines_only(lines):
    assert subjects(Question(centre="pudong")) == ["s6", "s3", "s0"]
    assert subjects(Question(centre="qingpu")) == ["s7", "s4", "s1"]


def test_a_line_knows_where_the_request_came_from(world, clock):
    there = Actor("chen", "pudong", "10.0.0.1")
    note(there, clock(), Kind.PLAN_SEEN, "one")
    note_all(there, clock(), Kind.BOOKING_WITHDRAWN, [Line("two", "qingpu", {}), Line("three", None, {})])
    note(SYSTEM, clock(), Kind.ROLL_IMPORT, "four")
    note(there, clock(), Kind.OFFICER_ADD, "five", centre=None)
    assert {a.subject: (a.who, a.origin, a.centre) for a in Audit.select()} == {
        "one": ("chen", "10.0.0.1", "pudong"),
        "two": ("chen", "10.0.0.1", "qingpu"),
        "three": ("chen", "10.0.0.1", None),
        "four": ("system", "", None),
        "five": ("chen", "10.0.0.1", None),
    }


def test_what_is_kept_with_a_line_is_readable(world, clock):
    line = Audit.create(
        at=clock(),
        who="chen",
        what="x",
        words={"why": "证件不符", "empty": "", "none": None, "refs": ["A", "B"], "changed": {"a": 1}},
    )
    assert entries.about(line) == "原因：证件不符；refs：A、B；changed：a 1"


def test_every_kind_of_line_has_words_of_its_own():
    assert len({kind.label for kind in Kind} - {""}) == len(Kind)


def named() -> set[str]:
    text = "".join(file.read_text("utf-8") for room in HOUSE for file in (ROOT / room).rglob("*.py"))
    return set(re.findall(r"\bKind\.([A-Z_]+)", text))


def test_every_kind_of_line_named_anywhere_is_there():
    assert len(named()) > 20 and not named() - NAMES


def test_every_kind_of_line_is_written_somewhere():
    built = {f"officer.{kind}_code" for kind in LASTS} | {"review.confirmed", "review.rejected"}
    assert {kind.value for kind in Kind if kind.name not in named()} <= built


def test_the_record_has_one_door():
    """What chains the lines would have no hold on one that came in beside it."""
    files = [file for room in HOUSE for file in (ROOT / room).rglob("*.py")]
    writers = {str(file.relative_to(ROOT)) for file in files if WRITES.search(file.read_text("utf-8"))}
    assert writers == {"booking/record/note.py"}
