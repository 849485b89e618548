"""What the lawyer carries: checkable without the server, silent about the detainee."""

import json
import re
from base64 import urlsafe_b64decode

import pytest
from icalendar import Calendar

from booking.gate.passes import BadPass, PassKeys
from booking.record.actor import Actor
from booking.review import decisions
from models import Lawyer
from tests.wechat.conftest import LIN, SECRET_KEYS
from wechat.api import passes

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def ref(lin, desk):
    ref = lin.book(detainee={"name": "周某某"}).json["ref"]
    decisions.approve(Actor("reviewer.zhao"), desk.now(), ref)
    return ref


def test_a_pass_proves_itself_to_who_holds_the_public_key(lin, ref):
    told = lin.get(f"/bookings/{ref}/pass").json
    assert (told["valid_from"], told["valid_until"]) == (
        "2026-11-27T07:30:00+08:00",
        "2026-11-27T09:30:00+08:00",
    )
    words = PassKeys(SECRET_KEYS).check(told["pass"])
    assert (words["ref"], words["centre"], words["start"]) == (ref, "pudong", "2026-11-27T08:30+08:00")
    assert words["licence"] == "13101******123456"


def test_a_pass_signed_with_an_older_key_is_still_good(lin, ref):
    told = lin.get(f"/bookings/{ref}/pass").json["pass"]
    assert PassKeys(["a newer key of the tests, in use since today", *SECRET_KEYS]).check(told)["ref"] == ref
    with pytest.raises(BadPass):
        PassKeys(["the key of another installation altogether"]).check(told)


def test_a_pass_that_was_touched_is_none(lin, ref):
    told = lin.get(f"/bookings/{ref}/pass").json["pass"]
    keys = PassKeys(SECRET_KEYS)
    mark, body, signature = told.split(".")
    other = f"{mark}.{body[:-2]}{'A' if body[-2] != 'A' else 'B'}{body[-1]}.{signature}"
    for text in (
        "",
        "x",
        other,
        f"{mark}.{body}",
        f"{mark}.{body}.",
        f"HJ2.{body}.{signature}",
        told + "A",
        "é.é.é",
    ):
        with pytest.raises(BadPass):
            keys.check(text)


def test_nothing_the_lawyer_carries_names_the_detainee(lin, ref):
    body = lin.get(f"/bookings/{ref}/pass").json["pass"].split(".")[1]
    words = urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    assert "周某某" not in words + lin.get(f"/bookings/{ref}/calendar.ics").text
    assert set(json.loads(words)) == {"ref", "centre", "start", "end", "licence", "from", "until"}


def test_before_it_is_confirmed_there_is_no_pass(lin):
    ref = lin.book().json["ref"]
    for what in ("pass", "pass.svg"):
        answer = lin.get(f"/bookings/{ref}/{what}")
        assert (answer.status_code, answer.json["code"]) == (409, "wrong_state")
    assert Calendar.from_ical(lin.get(f"/bookings/{ref}/calendar.ics").text).events[0]["status"] == "TENTATIVE"


def test_the_qr_code_is_a_picture_without_script(lin, ref):
    answer = lin.get(f"/bookings/{ref}/pass.svg")
    assert answer.mimetype == "image/svg+xml"
    assert re.search("<svg[^>]*>", answer.text)
    assert "script" not in answer.text


def test_the_calendar_knows_when_and_where(lin, ref):
    answer = lin.get(f"/bookings/{ref}/calendar.ics")
    event = Calendar.from_ical(answer.text).events[0]
    assert answer.mimetype == "text/calendar"
    assert event.start.isoformat() == "2026-11-27T00:30:00+00:00"
    assert "浦东新区看守所" in event["summary"]
    assert event["uid"] == f"{ref}@huijian"


def test_each_change_of_the_meeting_supersedes_the_file_before(lin, clock, desk):
    ref = lin.book().json["ref"]
    files = [lin.get(f"/bookings/{ref}/calendar.ics").text]
    for step in (
        lambda: decisions.approve(Actor("reviewer.zhao"), desk.now(), ref),
        lambda: lin.post(f"/bookings/{ref}/cancellation", {"accept_strike": True}),
    ):
        clock.move(minutes=1)
        step()
        files.append(lin.get(f"/bookings/{ref}/calendar.ics").text)
    events = [Calendar.from_ical(file).events[0] for file in files]
    assert [event["status"] for event in events] == ["TENTATIVE", "CONFIRMED", "CANCELLED"]
    assert [event["sequence"] for event in events] == [0, 1, 2]
    assert len({event["uid"] for event in events}) == 1
    for stamp in ("dtstamp", "last-modified"):
        moments = [event[stamp].dt for event in events]
        assert moments == sorted(set(moments))
    assert {str(Calendar.from_ical(file)["method"]) for file in files} == {"PUBLISH"}


def test_the_pass_is_the_lawyers_own(lin, ref, stranger):
    assert LIN.openid != stranger.person.openid
    assert stranger.get(f"/bookings/{ref}/pass").status_code == 404


def test_who_may_meet_nobody_as_a_lawyer_any_more_has_no_pass(lin, ref):
    Lawyer.update(state="refused").execute()
    for path in ("pass", "pass.svg"):
        answer = lin.get(f"/bookings/{ref}/{path}")
        assert (answer.status_code, answer.json["code"]) == (403, "not_verified")
        assert "会见窗口" in answer.json["detail"]
    assert lin.get(f"/bookings/{ref}/calendar.ics").status_code == 200


def test_a_pass_asked_for_again_and_again_is_drawn_once(lin, ref, monkeypatch):
    drawn, make = [], passes.segno.make
    monkeypatch.setattr(passes.segno, "make", lambda text, **how: drawn.append(text) or make(text, **how))
    passes._picture.cache_clear()
    pictures = {lin.get(f"/bookings/{ref}/pass.svg").data for _ in range(5)}
    assert len(pictures) == len(drawn) == 1
