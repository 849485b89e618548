"""Closing and opening in the browser: seen before it is done, by one confirm."""

from datetime import date, time

from booking.desk import Desk
from models import Audit, Booking, CentreDay, Notice, Slot
from tests.booking.conftest import FRIDAY, SLOT, add_slot, applying
from tests.console.conftest import Browser, SignedIn
from tests.console.timetable.conftest import WEEK, hidden


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
