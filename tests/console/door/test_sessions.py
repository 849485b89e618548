"""Sessions of the console: forged, rested, worn out, signed out, suspended; only a hash is kept."""

import hashlib

import pytest

from console.door import sessions
from models import Officer, OfficerSession
from tests.console.conftest import SESSION


def test_who_is_signed_in_sees_the_page(signed_in):
    answer = signed_in("gate").get("me")
    assert answer.status_code == 200
    assert "民警gate" in answer.text and "浦东新区看守所" in answer.text and "核验窗口" in answer.text


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 42 + "\x00", "中" * 43, "a" * 4000])
def test_a_forged_token_opens_nothing(stranger, token):
    stranger.keep(SESSION, token)
    answer = stranger.get("me")
    assert (answer.status_code, answer.location) == (303, "/console/sign-in?next=/console/me")
    assert stranger.send("sign-out", {}).status_code == 401


def test_a_session_ends_after_half_an_hour_of_rest(signed_in, clock):
    browser = signed_in()
    for _ in range(3):
        clock.move(minutes=29)
        assert browser.get("me").status_code == 200
    clock.move(minutes=31)
    assert browser.get("me").status_code == 303


def test_a_session_ends_after_twelve_hours_of_work(signed_in, clock):
    browser = signed_in()
    for _ in range(35):
        clock.move(minutes=20)
        assert browser.get("me").status_code == 200
    clock.move(minutes=21)
    assert browser.get("me").status_code == 303


def test_being_seen_is_written_once_a_minute_at_most(signed_in, clock):
    browser = signed_in()
    began = clock()
    clock.move(seconds=50)
    browser.get("me")
    assert OfficerSession.get().seen_at == began
    clock.move(seconds=15)
    browser.get("me")
    assert OfficerSession.get().seen_at == clock()


def test_signing_out_kills_the_session_not_only_the_cookie(signed_in):
    browser = signed_in()
    token = browser.cookie(SESSION)
    assert browser.post("sign-out").location == "/console/sign-in"
    assert browser.cookie(SESSION) == ""
    assert "已退出登录" in browser.get("sign-in").text
    browser.keep(SESSION, token)
    assert browser.get("me").status_code == 303


def test_a_suspended_officer_is_out_at_once(signed_in):
    browser, other = signed_in("gate"), signed_in("reviewer")
    Officer.update(state="suspended").where(Officer.account == browser.officer.account).execute()
    assert browser.get("me").status_code == 303
    assert other.get("me").status_code == 200


def test_a_session_that_is_still_enrolling_opens_one_page_only(app, signed_in, desk):
    browser = signed_in("chief")
    browser.keep(SESSION, sessions.begin(browser.officer, desk.now(), enrolling=True))
    assert browser.get("me").location == "/console/enrolment"
    assert browser.post("me/totp-offer").status_code == 403
    assert browser.get("me", headers={"HX-Request": "true"}).status_code == 403
    page = browser.get("enrolment")
    assert page.status_code == 200 and "<nav" not in page.text


def test_only_the_hash_of_the_token_is_kept(signed_in):
    token = signed_in().cookie(SESSION)
    assert OfficerSession.get().token_hash == hashlib.sha256(token.encode()).hexdigest()
