"""Signing in by account: in, and where one wanted to go; wrong tries, lock-out, and the first time."""

import re
import threading
from datetime import timedelta

import pytest
from redis import Redis

from booking.officers import codes
from booking.record.actor import Actor
from console.door import tries
from models import Audit, Officer, OfficerSession
from tests.console.conftest import SESSION, Browser, an_officer
from tests.console.people import PASSPHRASE, code_of, typed


def test_the_right_proof_opens_the_door(stranger, secret, clock):
    answer = stranger.post("sign-in", **typed(secret, clock()), next="/console/me?centre=pudong")
    assert (answer.status_code, answer.location) == (303, "/console/me?centre=pudong")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-huijian="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "gate-pudong" in stranger.get("me").text


def test_signing_in_is_recorded_with_the_address(stranger, secret, clock):
    fields = {"csrf": stranger.proof()} | typed(secret, clock())
    stranger.send("sign-in", fields, environ_base={"REMOTE_ADDR": "10.9.8.7"})
    note = Audit.get(Audit.what == "officer.signed_in")
    assert (note.who, note.origin, note.centre, note.words) == (
        "gate-pudong",
        "10.9.8.7",
        "pudong",
        {"way": "口令"},
    )


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "/\\evil.example", "https://evil.example/console/", "/console//evil", "/api/v1/me", "console/me",
     "/console/\r\nSet-Cookie: a=b", "javascript:alert(1)", "/console/me\\..\\", "", "/console/me#x", "/console/@evil"],
)  # fmt: skip
def test_after_signing_in_one_goes_on_within_the_console_only(stranger, secret, clock, elsewhere):
    answer = stranger.post("sign-in", **typed(secret, clock()), next=elsewhere)
    if answer.status_code == 303:
        assert answer.location == "/console/"
    else:
        assert answer.status_code == 422


def test_a_deep_link_is_come_back_to(stranger, secret, clock):
    to_sign_in = stranger.get("me?centre=pudong").location
    wanted = re.search(r'name="next" value="([^"]+)"', stranger.get(to_sign_in).text)[1]
    answer = stranger.post("sign-in", **typed(secret, clock()), next=wanted)
    assert answer.location == "/console/me?centre=pudong"


@pytest.mark.parametrize("wrong", [{"passphrase": "wrong wrong wrong"}, {"code": "000000"}, {"account": "nobody-here"}])
def test_whoever_can_not_prove_it_stays_outside_and_is_not_told_why(stranger, secret, clock, wrong):
    answer = stranger.post("sign-in", **typed(secret, clock(), **wrong))
    assert (answer.status_code, "账号、口令或动态码不对" in answer.text) == (401, True)
    assert not OfficerSession.select().exists() and stranger.cookie(SESSION) == ""


@pytest.mark.parametrize(
    "fields",
    [{}, {"account": "x"}, {"passphrase": "x" * 300}, {"account": "\x00"}, {"extra": "1"}, {"code": ["1", "2"]}],
)
def test_a_form_that_is_none_of_ours_is_refused(stranger, secret, clock, fields):
    given = {"csrf": stranger.proof()} | (typed(secret, clock()) | fields if fields else {})
    answer = stranger.send("sign-in", given)
    assert answer.status_code in (400, 401, 422)
    assert stranger.cookie(SESSION) == ""


def test_signing_in_needs_a_form_of_ours(stranger, secret, clock):
    """Else somebody could sign another in as himself."""
    for proof in ({}, {"csrf": "0" * 64}):
        assert stranger.send("sign-in", typed(secret, clock()) | proof).status_code == 403
    assert stranger.post("sign-in", **typed(secret, clock())).status_code == 303


def test_a_session_made_before_is_not_gone_on_with(stranger, signed_in, secret, clock):
    """What somebody else may have planted in this browser is not what the officer works in afterwards."""
    planted = signed_in("reviewer").cookie(SESSION)
    stranger.keep(SESSION, planted)
    proof = re.search(r'name="csrf" value="(\w+)"', stranger.get("sign-in").text)[1]
    answer = stranger.send("sign-in", typed(secret, clock()) | {"csrf": proof})
    assert answer.status_code == 303 and stranger.cookie(SESSION) != planted
    other = Browser(stranger.client.application.test_client())
    other.keep(SESSION, planted)
    assert other.get("me").status_code == 303


def test_a_code_opens_the_door_once(app, stranger, secret, clock):
    given = typed(secret, clock())
    assert stranger.post("sign-in", **given).status_code == 303
    assert Browser(app.test_client()).post("sign-in", **given).status_code == 401


def test_five_wrong_tries_shut_the_account_for_a_quarter_of_an_hour(stranger, secret, clock, redis_client):
    for _ in range(5):
        assert stranger.post("sign-in", **typed(secret, clock(), code="000000")).status_code == 401
    answer = stranger.post("sign-in", **typed(secret, clock()))
    assert (answer.status_code, "15分钟后再试" in answer.text) == (429, True)
    assert 890 <= int(answer.headers["Retry-After"]) <= 900
    assert not OfficerSession.select().exists()
    passed(redis_client)
    assert stranger.post("sign-in", **typed(secret, clock())).status_code == 303


def test_four_wrong_tries_do_not(stranger, secret, clock):
    for _ in range(4):
        stranger.post("sign-in", **typed(secret, clock(), code="000000"))
    assert stranger.post("sign-in", **typed(secret, clock())).status_code == 303


def test_who_got_in_starts_counting_anew(stranger, secret, clock):
    for _ in range(3):
        for _ in range(4):
            stranger.post("sign-in", **typed(secret, clock(), code="000000"))
        clock.move(seconds=60)
        assert stranger.post("sign-in", **typed(secret, clock())).status_code == 303
        stranger.post("sign-out")


def test_an_account_that_is_shut_shuts_no_other(stranger, secret, clock):
    for _ in range(6):
        stranger.post("sign-in", **typed(secret, clock(), account="nobody-here"))
    assert stranger.post("sign-in", **typed(secret, clock(), account="nobody-here")).status_code == 429
    assert stranger.post("sign-in", **typed(secret, clock())).status_code == 303


def test_another_way_of_writing_the_account_is_no_way_round(stranger, secret, clock):
    for account in ("gate-pudong", "GATE-PUDONG", "Gate-Pudong", " gate-pudong", "gate-pudong "):
        stranger.post("sign-in", **typed(secret, clock(), account=account, code="000000"))
    assert stranger.post("sign-in", **typed(secret, clock())).status_code == 429


def test_an_address_that_tries_many_accounts_is_shut_out(stranger, secret, clock):
    for number in range(tries.TRIES_OF_ADDRESS):
        with pytest.raises(KeyError), tries.trying(redis_of(stranger), f"somebody-{number}", "127.0.0.1"):
            raise KeyError
    assert stranger.post("sign-in", **typed(secret, clock())).status_code == 429
    elsewhere = {"csrf": stranger.proof()} | typed(secret, clock())
    answer = stranger.send("sign-in", elsewhere, environ_base={"REMOTE_ADDR": "10.0.0.2"})
    assert answer.status_code == 303


def test_many_tries_at_once_are_no_more_than_one_after_another(redis_client):
    """Counted before it is looked at: of twenty at a time five are let in."""
    barrier, looked_at = threading.Barrier(20), []

    def guess():
        barrier.wait()
        try:
            with tries.trying(redis_client, "chen", "10.0.0.1"):
                looked_at.append(1)
                raise KeyError
        except (KeyError, tries.ShutOut):
            pass

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == tries.TRIES_OF_ACCOUNT


def test_trying_on_while_shut_out_makes_it_no_longer(redis_client):
    for _ in range(8):
        with pytest.raises((KeyError, tries.ShutOut)), tries.trying(redis_client, "chen", "10.0.0.1"):
            raise KeyError
    key = next(k for k in redis_client.keys("console:tries:account:*"))
    redis_client.expire(key, 100)
    with pytest.raises(tries.ShutOut), tries.trying(redis_client, "chen", "10.0.0.1"):
        raise KeyError
    assert redis_client.ttl(key) <= 100


def test_without_redis_nobody_signs_in(app, stranger, secret, clock, monkeypatch):
    import dataclasses

    door = app.extensions["huijian.console"]
    away = Redis(port=9, socket_connect_timeout=0.2, retry=None)
    app.extensions["huijian.console"] = dataclasses.replace(door, redis=away)
    answer = stranger.post("sign-in", **typed(secret, clock()))
    assert (answer.status_code, "稍后再试" in answer.text) == (503, True)
    assert not OfficerSession.select().exists()
    away.close()


def test_what_is_kept_in_redis_names_nobody(stranger, secret, clock, redis_client):
    stranger.post("sign-in", **typed(secret, clock(), code="000000"))
    keys = b" ".join(redis_client.keys("console:*"))
    assert keys and b"gate" not in keys and b"127.0.0.1" not in keys


def test_the_first_time_one_comes_with_a_code_and_leaves_with_a_passphrase(app, stranger, desk, clock):
    officer = an_officer("gate", "pudong", clock())
    code = codes.issue(Actor("chief"), clock(), officer, "sign_in")
    answer = stranger.post("first-sign-in", one_time_code=f"{code[:4]} {code[4:]}".lower())
    assert (answer.status_code, answer.location) == (303, "/console/enrolment")
    page = stranger.get("enrolment").text
    secret = re.search(r'<code class="secret">([^<]+)</code>', page)[1].replace(" ", "")
    assert "data:image/svg+xml" in page and len(secret) == 32
    assert stranger.get("me").location == "/console/enrolment"
    assert stranger.post("me/bind-code").status_code == 403
    chosen = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": code_of(secret, clock())}
    before = stranger.cookie(SESSION)
    assert stranger.post("enrolment", **chosen).location == "/console/"
    assert stranger.cookie(SESSION) != before
    assert stranger.get("me").status_code == 200
    old = Browser(app.test_client())
    old.keep(SESSION, before)
    assert old.get("enrolment").status_code == 303  # to the sign-in
    clock.move(minutes=1)
    fresh = Browser(app.test_client())
    assert fresh.post("sign-in", **typed(secret, clock())).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [{"again": "something else"}, {"code": "000000"}, {"passphrase": "short", "again": "short"},
     {"passphrase": "gate-pudong", "again": "gate-pudong"}],
)  # fmt: skip
def test_a_bad_choice_leaves_everything_as_it_was(stranger, desk, clock, wrong):
    officer = an_officer("gate", "pudong", clock())
    stranger.post("first-sign-in", one_time_code=codes.issue(Actor("chief"), clock(), officer, "sign_in"))
    secret = OfficerSession.get().totp_offer
    chosen = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": code_of(secret, clock())}
    assert stranger.post("enrolment", **chosen | wrong).status_code == 422
    assert Officer.get().passphrase_hash is None
    assert stranger.post("enrolment", **chosen).status_code == 303


def test_a_one_time_code_is_good_once_and_guessed_by_nobody(app, stranger, desk, clock):
    code = codes.issue(Actor("chief"), clock(), an_officer("gate", "pudong", clock()), "sign_in")
    assert stranger.post("first-sign-in", one_time_code=code).status_code == 303
    other = Browser(app.test_client())
    for guess in (code, "00000000", "x", "中文", "' OR 1"):
        assert other.post("first-sign-in", one_time_code=guess).status_code == 422
    assert other.post("first-sign-in", one_time_code=code).status_code == 429


def test_a_code_to_bind_does_not_sign_in(stranger, desk, clock):
    code = codes.issue(Actor("chief"), clock(), an_officer("gate", "pudong", clock()), "bind")
    assert stranger.post("first-sign-in", one_time_code=code).status_code == 422


def test_who_enrols_anew_is_signed_out_everywhere_else(app, stranger, signed_in, clock):
    elsewhere = signed_in("gate")
    code = codes.issue(Actor("chief"), clock(), elsewhere.officer, "sign_in")
    stranger.post("first-sign-in", one_time_code=code)
    assert elsewhere.get("me").status_code == 200
    secret = OfficerSession.get(OfficerSession.enrolling).totp_offer
    chosen = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": code_of(secret, clock())}
    stranger.post("enrolment", **chosen)
    assert elsewhere.get("me").status_code == 303


def passed(redis_client):
    """A quarter of an hour, as Redis counts it."""
    for key in redis_client.keys("console:tries:*"):
        assert 0 < redis_client.ttl(key) <= timedelta(minutes=15).total_seconds()
        redis_client.expire(key, 0)


def redis_of(browser):
    return browser.client.application.extensions["huijian.console"].redis
