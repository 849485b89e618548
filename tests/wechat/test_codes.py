"""Codes of WeChat that anybody may invent: asked of WeChat once, counted apart, and nobody else's trouble."""

from datetime import timedelta

import pytest
from limits import RateLimitItemPerMinute

import outer_machine
from models import Session
from tests.wechat.conftest import LIN, SHEN
from tests.wechat.test_changing import patch
from wechat import limits
from wechat.limits import ONE_AT_A_TIME_FROM, Limits

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LOGIN, PHONE = "/sns/jscode2session", "/wxa/business/getuserphonenumber"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def sign_in(app):
    def at(address, code, token=None):
        answer = app.test_client().post(
            "/api/v1/session",
            json={"code": code},
            headers={"Authorization": f"Bearer {token}"} if token else {},
            environ_overrides={"REMOTE_ADDR": address},
        )
        return answer.status_code, int(answer.headers.get("Retry-After", 0))

    return at


@pytest.fixture
def good(stand_in):
    return lambda: stand_in.login_code(LIN.openid)


@pytest.fixture
def bogus(sign_in):
    def many(number, address=HERE):
        for turn in range(number):
            assert sign_in(address, f"bogus-{number}-{turn}") == (401, 0)

    return many


@pytest.fixture
def one_inside(weixin, monkeypatch):
    """Somebody is aside, and nobody waits long for him to go."""
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 0.01)
    with weixin._client.aside.one("somebody"):
        yield


def test_a_refused_code_is_not_asked_again_wherever_it_comes_from(sign_in, good, stand_in, redis_client):
    used = good()
    assert sign_in(HERE, used)[0] == 201
    before = stand_in.requests(LOGIN)
    for code in (used, "never-given"):
        assert {sign_in(address, code) for address in (HERE, ELSEWHERE, HERE)} == {(401, 0)}
    assert stand_in.requests(LOGIN) == before + 2
    assert not [key for key in redis_client.scan_iter() if used in str(key) or "never-given" in str(key)]


def test_once_forgotten_it_is_asked_again(sign_in, stand_in, redis_client):
    sign_in(HERE, "never-given")
    (key,) = redis_client.keys("wechat:code:*")
    assert 590 <= redis_client.ttl(key) <= 600
    redis_client.delete(key)
    before = stand_in.requests(LOGIN)
    assert sign_in(HERE, "never-given")[0] == 401
    assert stand_in.requests(LOGIN) == before + 1


def test_a_refused_phone_code_is_not_asked_again(stranger, stand_in):
    before = stand_in.requests(PHONE)
    answers = [stranger.post("/me/licence", SHEN.as_form("never-given")) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert answers[0].json["errors"] == answers[2].json["errors"]
    assert stand_in.requests(PHONE) == before + 1


def test_a_phone_code_taken_for_a_code_to_sign_in_is_still_good_for_what_it_is(stranger, sign_in, stand_in):
    code = stand_in.phone_code(SHEN.phone)
    assert sign_in(HERE, code)[0] == 401
    assert stranger.post("/me/licence", SHEN.as_form(code)).status_code == 201


def test_what_is_wrong_with_wechat_is_not_held_against_a_code(sign_in, good, stand_in, redis_client):
    code = good()
    for fault in ("-1", "html_502", "reset", "45011", "40226"):
        stand_in.faults.order(fault, call=LOGIN)
        assert sign_in(HERE, code)[0] in (403, 429, 503)
    assert not redis_client.keys("wechat:code:*") and not redis_client.keys("LIMITS:*code-failed*")
    assert sign_in(HERE, code)[0] == 201


def test_an_address_with_failed_codes_is_served_one_at_a_time(bogus, sign_in, good, one_inside):
    bogus(ONE_AT_A_TIME_FROM)
    assert sign_in(HERE, good()) == (429, 1)
    assert sign_in(ELSEWHERE, good())[0] == 201


def test_and_its_good_ones_are_served(bogus, sign_in, good):
    bogus(ONE_AT_A_TIME_FROM)
    assert [sign_in(HERE, good())[0] for _ in range(3)] == [201] * 3


def test_good_codes_and_codes_known_to_be_refused_are_not_counted(bogus, sign_in, good, one_inside):
    bogus(ONE_AT_A_TIME_FROM - 1)
    for _ in range(5):
        assert sign_in(HERE, good())[0] == 201
        assert sign_in(HERE, f"bogus-{ONE_AT_A_TIME_FROM - 1}-0") == (401, 0)
    assert sign_in(HERE, good())[0] == 201


def test_each_kind_of_code_is_counted_by_itself_and_a_phones_by_who_brings_it(
    stranger, lin, bogus, sign_in, good, stand_in, monkeypatch, weixin
):
    """Who binds is known: what is brought at his address is nothing to him, nor what he brings to it."""
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 0.01)
    bogus(ONE_AT_A_TIME_FROM, "127.0.0.1")
    with weixin._client.aside.one("somebody"):
        assert sign_in("127.0.0.1", good()) == (429, 1)
        for number in range(ONE_AT_A_TIME_FROM):
            assert stranger.post("/me/licence", SHEN.as_form(f"never-given-{number}")).status_code == 422
        assert stranger.post("/me/licence", SHEN.as_form("another")).status_code == 429
        changed = patch(lin, phone_code=stand_in.phone_code("13900139000"))
        assert changed.status_code == 200
        assert sign_in(ELSEWHERE, good())[0] == 201


def test_an_address_with_very_many_is_served_as_fast_as_wechat_answers(bogus, sign_in, good):
    """It was once each ten seconds, long after the flood had gone."""
    bogus(limits.CODES_FAILED.amount + 10)
    assert [sign_in(HERE, good())[0] for _ in range(10)] == [201] * 10


def test_and_is_like_any_other_soon_after(bogus, sign_in, good, redis_client, one_inside):
    bogus(ONE_AT_A_TIME_FROM)
    assert sign_in(HERE, good()) == (429, 1)
    (key,) = redis_client.keys("LIMITS:*code-failed*")
    assert redis_client.ttl(key) <= 30
    redis_client.delete(key)
    assert sign_in(HERE, good())[0] == 201


@pytest.fixture
def known(sign_in, good, app):
    """A token of somebody's, and its row."""
    answer = app.test_client().post("/api/v1/session", json={"code": good()})
    return answer.json["token"], Session.get()


@pytest.mark.parametrize(
    ("column", "days_ago", "served"),
    [
        (Session.created_at, 0, True),
        (Session.expires_at, 29, True),
        (Session.revoked_at, 29, True),
        (Session.expires_at, 31, False),
        (Session.revoked_at, 31, False),
    ],
)
def test_who_has_been_here_does_not_wait_for_strangers_at_his_address(
    bogus, sign_in, good, known, one_inside, desk, column, days_ago, served
):
    """Nor does he who was here long ago, or a token that never was, get ahead of them."""
    token, session = known
    Session.update({column: desk.now() - timedelta(days=days_ago)}).where(
        Session.token_hash == session.token_hash
    ).execute()
    bogus(ONE_AT_A_TIME_FROM)
    assert sign_in(HERE, good(), token)[0] == (201 if served else 429)
    assert sign_in(HERE, good(), "x" * 43)[0] == 429
    assert sign_in(HERE, good(), "nonsense")[0] == 429


def test_who_floods_with_a_real_token_is_counted_by_it_wherever_he_is(sign_in, good, known, one_inside, stand_in, app):
    token, _ = known
    other = app.test_client().post("/api/v1/session", json={"code": stand_in.login_code(SHEN.openid)}).json["token"]
    for number in range(ONE_AT_A_TIME_FROM):
        assert sign_in(HERE, f"bogus-{number}", token) == (401, 0)
    assert sign_in(ELSEWHERE, good(), token) == (429, 1)
    assert sign_in(HERE, good())[0] == 201
    assert sign_in(HERE, good(), other)[0] == 201


def test_invented_codes_use_up_nothing_of_an_addresss_sign_ins(bogus, sign_in, good, monkeypatch):
    monkeypatch.setattr(limits, "SIGN_INS", RateLimitItemPerMinute(2, namespace="sign-in"))
    bogus(ONE_AT_A_TIME_FROM)
    assert [sign_in(HERE, good())[0] for _ in range(3)] == [201, 201, 429]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:0DB8:0:0:9::", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "unix:", False),
    ],
)
def test_who_has_one_address_of_a_network_has_them_all(database, redis_client, one, other, same):
    counted = Limits(redis_client)
    for _ in range(ONE_AT_A_TIME_FROM):
        assert not counted.one_at_a_time("sign-in", one)
        counted.code_failed("sign-in", one)
    assert counted.one_at_a_time("sign-in", one)
    assert counted.one_at_a_time("sign-in", other) is same
    assert not counted.one_at_a_time("website", one)
