"""Weekly timetables in the browser: previewed, then they rule from their day."""

import json
from typing import Any

import pytest

from booking.timetable import weekly_changes
from models import Audit, Slot, Timetable
from tests.booking.conftest import SLOT, TODAY
from tests.console.conftest import Browser
from tests.console.timetable.conftest import hidden


def new_table(**more: Any) -> dict[str, Any]:
    return {
        "valid_from": "2026-12-01", "weekdays_0": ["0", "1", "2", "3", "4"], "starts_0": "8:30，13:30", "minutes_0": "90",
        "seats_0": "20", "window_seats_0": "30",
    } | more  # fmt: skip


def test_a_new_timetable_is_previewed_and_then_rules_from_its_day(chief: Browser) -> None:
    assert 'value="08:30 10:00"' in chief.get("timetable/weekly/new").text
    text = chief.post("timetable/weekly/preview", **new_table()).text
    assert "没有已预约的时段受影响" in text and "13:30" in text
    assert Timetable.select().count() == 1
    answer = chief.post("timetable/weekly", table=hidden(text, "table"))
    text = chief.get(answer.location).text
    assert "新的时间表自2026-12-01起生效" in text and "将生效" in text and "今日执行" in text
    assert Slot.get_by_id("pudong-20261201-0830").seats == 20
    assert Slot.get_by_id(SLOT).seats == 12
    assert not Slot.get_by_id("pudong-20261201-1000").open
    assert Audit.get(Audit.what == "timetable.import").centre == "pudong"


def test_a_slot_that_vanishes_under_its_bookings_is_shown_first(chief: Browser, booked) -> None:
    text = chief.post("timetable/weekly/preview", **new_table(valid_from=str(TODAY), starts_0="13:30")).text
    assert "1 个已有预约的时段受影响" in text and "2026-11-27 08:30" in text and "时段取消" in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_from": "2026-11-23"},
        {"valid_from": ""},
        {"valid_to": "2026-11-30"},
        {"starts_0": "25:00"},
        {"starts_0": "八点"},
        {"starts_0": ""},
        {"starts_0": "08:30 09:00"},
        {"minutes_0": ""},
        {"minutes_0": "20"},
        {"seats_0": "-1"},
        {"weekdays_0": ["7"]},
        {"weekdays_0": []},
        {"no_such": "1"},
    ],
)
def test_a_timetable_that_makes_no_sense_is_refused_in_words(chief: Browser, wrong) -> None:
    answer = chief.post("timetable/weekly/preview", **(new_table() | wrong))
    assert answer.status_code == 422
    assert Timetable.select().count() == 1


@pytest.mark.parametrize(
    "table",
    ["", "x", "[]", "{}", "[" * 20_000, '{"centre": "qingpu"}', '{"valid_from": "2026-12-01", "slot": []}'],
)
def test_a_forged_timetable_is_refused(chief: Browser, table: str) -> None:
    assert chief.post("timetable/weekly", table=table).status_code == 422
    assert Timetable.select().count() == 1


def test_a_timetable_is_always_of_the_centre_shown(chief: Browser) -> None:
    text = chief.post("timetable/weekly/preview", **new_table()).text
    forged = json.dumps(json.loads(hidden(text, "table")) | {"centre": "qingpu"})
    chief.post("timetable/weekly", table=forged)
    assert {one.centre_id for one in Timetable.select()} == {"pudong"}


def test_one_weekdays_seats_from_a_day_on(chief: Browser) -> None:
    fields = {"valid_from": "2026-12-01", "seats": "20", "window_seats": "28"}
    text = chief.post(f"timetable/slots/{SLOT}/weekly", **fields).text
    chief.post("timetable/weekly", table=hidden(text, "table"))
    assert (Slot.get_by_id(SLOT).seats, Slot.get_by_id("pudong-20261204-0830").seats) == (12, 20)
    assert weekly_changes.written("pudong", TODAY)[0].timetable.source.startswith("工作台录入（chief-pudong）")
