"""Signing in and out, with the real wechatpy against the stand-in."""

from datetime import datetime

import pytest
from limits import RateLimitItemPerMinute

from models import Session
from tests.wechat.conftest import LIN
from wechat import limits

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


def test_a_code_of_wx_login_opens_a_session(phone_of, clock):
    told = phone_of(LIN).sign_in()
    assert len(told["token"]) == 43
    assert (datetime.fromisoformat(told["expires_at"]) - clock()).days == 30
    assert told["lawyer"] is None


def test_the_token_is_kept_as_its_hash_only(phone_of):
    token = phone_of(LIN).sign_in()["token"]
    assert [row.token_hash for row in Session.select()] != [token]
    assert token not in str(Session.select().dicts().get())


def test_a_code_signs_in_once(phone_of, stand_in):
    phone, code = phone_of(LIN), stand_in.login_code(LIN.openid)
    assert phone.post("/session", {"code": code}).status_code == 201
    again = phone.post("/session", {"code": code})
    assert (again.status_code, again.json["code"]) == (401, "unauthenticated")


def test_an_invented_code_is_refused(phone_of):
    assert phone_of(LIN).post("/session", {"code": "never-given"}).status_code == 401
    assert Session.select().count() == 0


def test_a_signed_out_token_is_dead_at_once(stranger):
    assert stranger.get("/me").status_code == 200
    assert stranger.delete("/session").status_code == 204
    assert stranger.get("/me").status_code == 401


def test_a_token_dies_after_thirty_days(stranger, clock, redis_client):
    clock.move(days=30)
    redis_client.flushall()  # it remembers a visitor for 30 seconds of its own time
    assert stranger.get("/me").status_code == 401


def test_without_a_token_or_with_a_wrong_one_nobody_comes_in(phone_of):
    phone = phone_of(LIN)
    for token in ("", "x", "x" * 43, "x" * 44, "é" * 43):
        phone.token = token
        answer = phone.get("/centres")
        assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def test_sessions_go_on_while_redis_is_away(stranger, redis_server):
    redis_server.pause()
    try:
        assert stranger.get("/me").status_code == 200
    finally:
        redis_server.resume()


def test_signing_in_is_shut_while_redis_is_away(phone_of, redis_server):
    redis_server.pause()
    try:
        answer = phone_of(LIN).post("/session", {"code": "any"})
    finally:
        redis_server.resume()
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_an_office_of_two_hundred_signs_in_within_a_minute(phone_of, stand_in):
    phone = phone_of(LIN)
    codes = [stand_in.login_code(f"oOffice{number:020d}") for number in range(200)]
    assert {phone.post("/session", {"code": code}).status_code for code in codes} == {201}


def test_too_many_sign_ins_from_one_address_have_to_wait(phone_of, stand_in, monkeypatch):
    monkeypatch.setattr(limits, "SIGN_INS", RateLimitItemPerMinute(2, namespace="sign-in"))
    phone = phone_of(LIN)
    assert phone.post("/session", {"code": "any"}).status_code == 401  # no sign-in: it is counted elsewhere
    answers = [phone.post("/session", {"code": stand_in.login_code(LIN.openid)}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60


def test_wechat_away_is_said_and_tells_no_secret(phone_of, stand_in, caplog):
    stand_in.faults.order("html_502")
    answer = phone_of(LIN).post("/session", {"code": stand_in.login_code(LIN.openid)})
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert "secret" not in answer.text + caplog.text


@pytest.mark.parametrize("kept", ["{", "3", "null", '["o", 1]', '["o", 1, "verified", 5]'])
def test_a_visitor_whom_another_version_remembered_otherwise_is_asked_for_in_the_books(lin, redis_client, kept):
    assert lin.get("/me").status_code == 200
    for key in redis_client.keys("visitor:*"):
        redis_client.set(key, kept, ex=30)
    assert lin.get("/me").status_code == 200
