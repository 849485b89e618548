"""时间表 in the browser: seats, closures, weekly timetables and the centre's numbers, each seen before it is done."""

import json
from datetime import date, time
from typing import Any

import pytest

from booking.desk import Desk
from booking.policy import Policy
from booking.timetable import imports, rollout, weekly_changes
from console.policy import WORDS
from models import Audit, Booking, Centre, CentreDay, HolidayTable, Notice, Slot, Timetable
from tests.booking.conftest import FRIDAY, SLOT, TODAY, add_slot, applying
from tests.console.conftest import Browser, SignedIn

WEEK, NEXT = "timetable?week=2026-W48", "timetable?week=2026-W49"


@pytest.fixture
def chief(signed_in: SignedIn, desk: Desk) -> Browser:
    line = {
        "weekdays": [0, 1, 2, 3, 4],
        "starts": ["08:30", "10:00"],
        "minutes": 90,
        "seats": 12,
        "window_seats": 28,
    }
    table = imports.read({"centre": "pudong", "valid_from": TODAY, "slot": [line]})
    imports.import_table(table, "test", desk.now(), "demo")
    rollout.open_days(desk, desk.now())
    return signed_in("chief")


@pytest.fixture
def booked(desk: Desk, lawyers, clock) -> list[str]:
    refs = []
    for lawyer in lawyers(3):
        refs.append(desk.book(applying(lawyer)).ref)
        clock.move(seconds=1)
    return refs


def hidden(text: str, name: str) -> str:
    return text.partition(f'name="{name}" value="')[2].partition('"')[0].replace("&#34;", '"')


def test_the_week_shows_every_slot_with_both_ways(chief: Browser, booked) -> None:
    text = chief.get(WEEK).text
    assert "11月27日（周五）" in text
    assert "网上 3/12" in text
    assert "窗口 0/28" in text
    assert f'href="/console/timetable/slots/{SLOT}"' in text


def test_weeks_that_are_not_laid_out_yet_are_shown_as_planned(chief: Browser) -> None:
    text = chief.get("timetable?week=2027-W02").text
    assert "1月11日（周一）" in text and "2027年节假日安排尚未公布" in text
    assert "/console/timetable/slots/pudong-20270111" not in text


def test_a_holiday_has_its_name_and_a_year_without_a_table_is_an_alarm(chief: Browser) -> None:
    HolidayTable.delete().execute()
    text = chief.get(WEEK).text
    assert 'role="alert"' in text and "2026年节假日安排尚未导入" in text


@pytest.mark.parametrize("week", ["2026-W99", "2026-48", "x", "9999-W01", "0000-W01"])
def test_a_strange_week_is_answered_all_the_same(chief: Browser, week: str) -> None:
    assert chief.get(f"timetable?week={week}").status_code in (200, 422)


def test_seats_are_raised_at_once(chief: Browser, desk: Desk) -> None:
    answer = chief.post(f"timetable/slots/{SLOT}/seats", seats="20")
    assert (answer.status_code, answer.location) == (303, f"/console/timetable/slots/{SLOT}")
    assert Slot.get_by_id(SLOT).seats == 20
    assert "网上名额已改为20" in chief.get(answer.location).text
    assert desk.slots("pudong", FRIDAY)[0].remaining == 20


def test_lowering_shows_who_is_affected_and_only_then_is_done(chief: Browser, booked) -> None:
    answer = chief.post(f"timetable/slots/{SLOT}/seats", seats="1")
    assert Slot.get_by_id(SLOT).seats == 12
    text = chief.get(answer.location).text
    assert booked[1] in text and booked[2] in text and booked[0] not in text
    assert "11-27 10:00" in text
    assert [(a.subject, a.words) for a in Audit.select().where(Audit.what == "lowering.seen")] == [
        (SLOT, {"bookings": 2})
    ]
    chief.post(f"timetable/slots/{SLOT}/seats", seats="1", seen=hidden(text, "seen"))
    assert Slot.get_by_id(SLOT).seats == 1
    assert Booking.select().where(Booking.active == 1).count() == 3


def test_lowering_can_take_the_last_back_in_the_same_confirm(chief: Browser, booked) -> None:
    text = chief.get(f"timetable/slots/{SLOT}?seats=1").text
    fields = {"seats": "1", "seen": hidden(text, "seen"), "withdraw": "true"}
    assert chief.post(f"timetable/slots/{SLOT}/seats", **fields).status_code == 422  # no reason
    assert Slot.get_by_id(SLOT).seats == 12
    chief.post(f"timetable/slots/{SLOT}/seats", **fields, reason="会见室减少")
    assert {b.ref for b in Booking.select().where(Booking.active.is_null())} == set(booked[1:])
    assert Notice.select().where(Notice.kind == "withdrawn").count() == 2


def test_an_old_page_lowers_nothing(chief: Browser, booked, desk: Desk) -> None:
    seen = hidden(chief.get(f"timetable/slots/{SLOT}?seats=1").text, "seen")
    desk.cancel(Booking.get_by_id(booked[0]).lawyer_id, booked[0])
    answer = chief.post(f"timetable/slots/{SLOT}/seats", seats="1", seen=seen, withdraw="true", reason="检修")
    assert "有变化，请再看一遍" in chief.get(answer.location).text
    assert Slot.get_by_id(SLOT).seats == 12


def test_window_seats_and_back_to_the_timetable(chief: Browser) -> None:
    chief.post(f"timetable/slots/{SLOT}/window-seats", window_seats="3")
    chief.post(f"timetable/slots/{SLOT}/seats", seats="20")
    assert "民警单独设定" in chief.get(f"timetable/slots/{SLOT}").text
    chief.post(f"timetable/slots/{SLOT}/timetable-seats")
    slot = Slot.get_by_id(SLOT)
    assert (slot.seats, slot.window_seats) == (12, 28)


def test_a_day_is_closed_with_a_preview_and_one_confirm(chief: Browser, booked) -> None:
    query = {"first": str(FRIDAY), "last": str(FRIDAY), "reason": "设备检修"}
    text = chief.get("timetable/closing", query_string=query).text
    assert "将取消 3 个预约" in text and all(ref in text for ref in booked)
    assert Slot.get_by_id(SLOT).open
    answer = chief.post("timetable/closing", **query, seen=hidden(text, "seen"))
    text = chief.get(answer.location).text
    assert "取消3个预约" in text and "不开放：设备检修" in text
    assert {b.state for b in Booking.select()} == {"cancelled"}
    assert Notice.select().where(Notice.kind == "withdrawn").count() == 3
    seen = Audit.get(Audit.what == "closing.seen")
    assert (seen.words["bookings"], seen.centre) == (3, "pudong")
    chief.post("timetable/days/opening", day=str(FRIDAY))
    assert Slot.get_by_id(SLOT).open


def test_one_slot_is_closed_and_opened_from_its_own_page(chief: Browser, booked) -> None:
    query = {"first": str(FRIDAY), "last": str(FRIDAY), "slots": SLOT, "reason": "会见室占用"}
    text = chief.get("timetable/closing", query_string=query).text
    chief.post("timetable/closing", **query, seen=hidden(text, "seen"))
    assert not Slot.get_by_id(SLOT).open
    assert Slot.get_by_id("pudong-20261127-1000").open
    assert "会见室占用" in chief.get(f"timetable/slots/{SLOT}").text
    chief.post(f"timetable/slots/{SLOT}/opening")
    assert Slot.get_by_id(SLOT).open


def test_who_booked_since_is_shown_before_the_day_is_closed(chief: Browser, desk: Desk, lawyers) -> None:
    first, second = lawyers(2)
    desk.book(applying(first))
    query = {"first": str(FRIDAY), "last": str(FRIDAY), "reason": "设备检修"}
    seen = hidden(chief.get("timetable/closing", query_string=query).text, "seen")
    late = desk.book(applying(second)).ref
    answer = chief.post("timetable/closing", **query, seen=seen)
    text = chief.get(answer.location).text
    assert "有变化，请再看一遍" in text and late in text
    assert Slot.get_by_id(SLOT).open and not CentreDay.select().exists()


def test_a_slot_of_another_centre_cannot_be_closed(chief: Browser) -> None:
    other = add_slot("qingpu", FRIDAY, time(8, 30))
    query = {"first": str(FRIDAY), "last": str(FRIDAY), "slots": other.id, "reason": "检修"}
    assert chief.get("timetable/closing", query_string=query).status_code == 404
    assert chief.post("timetable/closing", **query, seen="0" * 32).status_code == 404
    assert Slot.get_by_id(other.id).open


def test_a_bureau_officer_closes_the_centre_the_page_was_about(chief: Browser, signed_in: SignedIn) -> None:
    bureau = signed_in("chief", None)
    query = {"first": str(FRIDAY), "last": str(FRIDAY), "reason": "检修"}
    text = bureau.get("timetable/closing", query_string=query | {"centre": "pudong"}).text
    bureau.get("timetable?centre=qingpu")  # in another tab
    action = text.partition('<form method="post" action="/console/timetable/closing')[2].partition('"')[0]
    bureau.post(f"timetable/closing{action}", **query, seen=hidden(text, "seen"))
    assert [day.centre_id for day in CentreDay.select()] == ["pudong"]


def test_a_day_is_worked_against_the_table(chief: Browser) -> None:
    saturday = date(2026, 11, 28)
    assert chief.post("timetable/days/word", day=str(saturday)).status_code == 422
    chief.post("timetable/days/word", day=str(saturday), reason="年底加班")
    assert [slot.open for slot in Slot.of_day("pudong", saturday)] == [True, True]
    assert "本所规定：年底加班" in chief.get(WEEK).text


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
    assert weekly_changes.written("pudong", TODAY)[0].timetable.source.startswith(
        "工作台录入（chief-pudong）"
    )


def test_every_number_of_a_centre_has_its_words_and_its_field(chief: Browser) -> None:
    assert set(WORDS) == set(Policy.model_fields)
    text = chief.get("timetable/policy").text
    assert all(f'name="{name}"' in text for name in WORDS)
    assert "默认 24；可设 0–240" in text


def rules(browser: Browser, **changes: str) -> dict[str, str]:
    was = hidden(browser.get("timetable/policy").text, "was")
    return json.loads(was) | {"was": was} | changes


def test_numbers_are_changed_with_before_and_after_on_record(chief: Browser, desk: Desk) -> None:
    fields = rules(
        chief,
        cancel_free_hours="48",
        lengths="30、60",
        confirm_clean_at_once="true",
        papers="执业证\r\n委托书",
    )
    answer = chief.post("timetable/policy", **fields)
    assert "开始前多久可免责取消已改" in chief.get(answer.location).text
    assert Centre.get_by_id("pudong").policy == {
        "cancel_free_hours": 48, "lengths": [30, 60], "confirm_clean_at_once": True, "papers": ["执业证", "委托书"]
    }  # fmt: skip
    record = Audit.get(Audit.what == "centre.set")
    assert record.words["cancel_free_hours"] == [24, 48]
    assert (record.who, record.centre) == ("chief-pudong", "pudong")
    assert desk.slots("pudong", FRIDAY)[0].lengths == (30, 60)


def test_two_who_change_different_numbers_do_not_undo_one_another(chief: Browser) -> None:
    old_page = rules(chief)
    chief.post("timetable/policy", **rules(chief, daily_limit="3"))
    chief.post("timetable/policy", **(old_page | {"ahead_limit": "9"}))
    assert Centre.get_by_id("pudong").policy == {"daily_limit": 3, "ahead_limit": 9}


def test_an_emptied_field_is_the_default_again(chief: Browser) -> None:
    chief.post("timetable/policy", **rules(chief, daily_limit="3"))
    chief.post("timetable/policy", **rules(chief, daily_limit=""))
    assert Centre.get_by_id("pudong").policy == {}


@pytest.mark.parametrize(
    "wrong",
    [{"daily_limit": "0"}, {"daily_limit": "x"}, {"opens_at": "25:00"}, {"lengths": "5"}, {"opens_days_before": "1"},
     {"confirm_clean_at_once": "maybe"}, {"no_such": "1"}, {"was": "x"}, {"was": "[]"}, {"was": "[" * 20_000}],
)  # fmt: skip
def test_a_number_out_of_its_range_is_refused_by_its_name(chief: Browser, wrong: dict[str, str]) -> None:
    answer = chief.post("timetable/policy", **rules(chief, **wrong))
    assert answer.status_code == 422
    assert Centre.get_by_id("pudong").policy == {}
    assert "daily_limit" not in answer.text.partition("<main")[2]


def test_a_reviewer_reads_and_finds_nothing_to_press(chief: Browser, signed_in: SignedIn) -> None:
    reviewer = signed_in("reviewer")
    for path in (WEEK, NEXT, f"timetable/slots/{SLOT}", "timetable/weekly", "timetable/policy"):
        text = reviewer.get(path).text.partition("<main")[2]
        assert 'method="post"' not in text and "console/timetable/closing" not in text
