"""Bookings in the console: the list, the search on the telephone, the whole story of one, the centre's own cancelling."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from booking.desk import Desk
from booking.record.actor import Actor
from booking.review import decisions
from models import Audit, Booking, Change, Lawyer, Notice, Room, Strike, Visit
from refusals import LimitReached
from tests.booking.conftest import FRIDAY, SLOT, applying
from tests.console.conftest import SignedIn

QIAN = "11010519491231002X"


@pytest.fixture
def booked(desk: Desk, lawyers: Any) -> str:
    """A booking about 钱途, with the number that the lawyer gave."""
    (lawyer,) = lawyers(1)
    return desk.book(replace(applying(lawyer), detainee={"name": "钱途", "id_no": QIAN})).ref


def test_the_list_is_filtered_by_day_slot_and_state(signed_in: SignedIn, booked: str) -> None:
    browser = signed_in("gate")
    for query in ("", f"?day={FRIDAY}", f"?day={FRIDAY}&slot={SLOT}", "?state=submitted"):
        assert booked in browser.get(f"bookings{query}").text
    for query in ("?state=done", "?day=2026-11-26", "?past=true", "?slot=pudong-20261127-1000"):
        assert booked not in browser.get(f"bookings{query}").text


def test_the_list_goes_on_page_by_page(
    signed_in: SignedIn, desk: Desk, lawyers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.bookings.MANY", 2)
    refs = {desk.book(applying(lawyer)).ref for lawyer in lawyers(5)}
    browser, path, seen = signed_in("gate"), "bookings", []
    while path:
        text = browser.get(path).text
        seen += re.findall(r'href="/console/bookings/([0-9A-Z]{8})"', text)
        more = re.search(r'href="([^"]+)" rel="next"', text)
        path = more[1].replace("&amp;", "&") if more else ""
    assert set(seen) == refs and len(seen) == 5


@pytest.mark.parametrize(
    ("query", "status"),
    [("after=x", 404), ("after=x~y", 404), ("day=x", 422), ("day=9999-12-31", 422), ("other=1", 422),
     ("after=0001-01-01T00:00:00~X", 404), ("after=9999-12-31T23:59:59-14:00~X", 404)],
)  # fmt: skip
def test_a_crooked_address_is_answered_politely(signed_in: SignedIn, query: str, status: int) -> None:
    assert signed_in("gate").get(f"bookings?{query}").status_code == status


def test_a_caller_is_found_by_whatever_he_knows(signed_in: SignedIn, booked: str) -> None:
    browser = signed_in("gate")
    lawyer = Lawyer.get()
    for fields in (
        {"lawyer": lawyer.name},
        {"lawyer": lawyer.licence_no},
        {"detainee": "钱途"},
        {"detainee": QIAN},
    ):
        text = browser.post("bookings/search", **fields).text
        assert (booked in text) == (fields != {"detainee": "钱途"})  # not in the register: by number only
    answer = browser.post("bookings/search", ref=f"{booked[:4]} {booked[4:].lower()}")
    assert answer.headers["Location"] == f"/console/bookings/{booked}"
    assert browser.post("bookings/search").status_code == 400


def test_who_searched_is_written_down_and_for_whom_is_not(signed_in: SignedIn, booked: str) -> None:
    signed_in("gate").post("bookings/search", detainee=QIAN)
    (note,) = Audit.select().where(Audit.what == "bookings.searched")
    assert (note.who, note.centre, note.words) == ("gate-pudong", "pudong", {"by": ["detainee"], "found": 1})


def test_another_centres_officer_finds_nothing(signed_in: SignedIn, booked: str) -> None:
    browser = signed_in("chief", "qingpu")
    assert booked not in browser.get("bookings").text
    for fields in ({"ref": booked}, {"detainee": QIAN}, {"lawyer": Lawyer.get().licence_no}):
        assert f"/console/bookings/{booked}" not in browser.post("bookings/search", **fields).text
    assert browser.get(f"bookings/{booked}").status_code == 404


def test_the_whole_story_is_told_with_who_and_why(signed_in: SignedIn, desk: Desk, booked: str) -> None:
    browser = signed_in("reviewer")
    decisions.reject(desk, Actor("reviewer-pudong"), booked, "手续不全")
    Notice.update(state="failed", code="MOBILE_NOT_ON_SERVICE").where(Notice.kind == "rejected").execute()
    text = browser.get(f"bookings/{booked}").text
    for words in (
        "钱途",
        "律师本人",
        "民警reviewer",
        "手续不全",
        "待复核 → 不通过",
        "失败：号码停机或空号",
        "未发，后来的已说明",
    ):
        assert words in text
    assert QIAN not in text and "110105********002X" in text


def test_the_whole_number_is_shown_on_demand_to_who_compares_it_and_noted(signed_in: SignedIn, booked: str) -> None:
    assert QIAN in signed_in("reviewer").post(f"bookings/{booked}/number").text
    assert signed_in("gate").post(f"bookings/{booked}/number").status_code == 403
    assert Audit.select().where(Audit.what == "detainee.number_seen").count() == 1


def test_the_centre_cancels_without_a_strike_and_not_twice(signed_in: SignedIn, booked: str) -> None:
    browser = signed_in("reviewer")
    assert browser.post(f"bookings/{booked}/withdrawal").status_code == 422
    answer = browser.post(f"bookings/{booked}/withdrawal", why="会见室检修")
    assert "不计爽约" in browser.get(answer.headers["Location"]).text
    again = browser.post(f"bookings/{booked}/withdrawal", why="会见室检修")
    assert again.status_code == 409 and "已取消" in again.text
    assert Change.select().where(Change.to_state == "cancelled").count() == 1
    assert not Strike.select().exists()
    assert signed_in("gate").post(f"bookings/{booked}/withdrawal", why="x").status_code == 403


def test_what_can_no_longer_be_opened_is_said_and_not_a_crash(signed_in: SignedIn, booked: str) -> None:
    Booking.update(detainee_sealed="gone00.AAAA").execute()
    reviewer = signed_in("reviewer")
    for path in (f"bookings/{booked}", f"review/{booked}", f"arrivals/{booked}"):
        answer = reviewer.get(path)
        assert answer.status_code == 200 and "无法读取" in answer.text
    answer = reviewer.post(f"bookings/{booked}/number")
    assert answer.status_code == 409 and "无法读取" in answer.text


def test_who_came_is_told_with_room_times_and_papers(signed_in: SignedIn, desk: Desk, booked: str) -> None:
    room = Room.create(centre="pudong", name="三号")
    now = desk.now()
    Visit.create(booking=booked, room=room, papers=["律师执业证原件"], papers_owed="介绍信稍后补", who="gate-pudong",
                 arrived_at=now, started_at=now, ended_at=now)  # fmt: skip
    text = signed_in("gate").get(f"bookings/{booked}").text
    for words in ("三号", "律师执业证原件", "待补：介绍信稍后补", "09:00–09:00"):
        assert words in text
    Visit.update(room=None, started_at=None, ended_at=None).execute()
    assert "三号" not in signed_in("gate").get(f"bookings/{booked}").text


def test_a_lawyer_who_cancelled_too_often_is_let_book_again_by_a_reviewer(
    signed_in: SignedIn, desk: Desk, lawyers: Any, clock: Any
) -> None:
    (lawyer,) = lawyers(1)
    for n in range(4):
        ref = desk.book(applying(lawyer, key=str(n))).ref
        Booking.update(created_at=clock() - timedelta(minutes=30)).execute()
        desk.cancel(lawyer, ref)
        Booking.update(created_at=clock() - timedelta(days=2)).execute()  # made on another day
    with pytest.raises(LimitReached):
        desk.book(applying(lawyer, key="one more"))
    gate, reviewer = signed_in("gate"), signed_in("reviewer")
    assert "解除限制" not in gate.get(f"bookings/{ref}").text
    assert gate.post(f"bookings/{ref}/budget", why="好人").status_code == 403
    assert "近期取消 4 次，网上暂不能再约" in reviewer.get(f"bookings/{ref}").text
    assert reviewer.post(f"bookings/{ref}/budget", why="当事人转所").status_code == 303
    assert desk.book(applying(lawyer, key="again"))
