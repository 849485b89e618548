"""What WeChat refuses, always within HTTP 200, and how its tokens and codes live and die."""

import threading
from datetime import timedelta

import pytest
import requests

from sandbox.wechat.codes import Codes
from sandbox.wechat.fields import fits
from sandbox.wechat.refusals import Refused
from tests.sandbox.clients import ACCOUNT, ACCOUNT_SECRET, APPID, BOOKED, OPENID, SECRET

LOGIN = {"appid": APPID, "secret": SECRET, "grant_type": "authorization_code"}
GRANT = {"appid": APPID, "secret": SECRET, "grant_type": "client_credential"}


def get(stand_in, path: str, query: dict) -> dict:
    answer = requests.get(stand_in.url + path, params=query, timeout=2)
    assert answer.status_code == 200
    return answer.json()


def post(stand_in, path: str, body: dict | bytes, token: str | None = None) -> dict:
    given = {"data": body} if isinstance(body, bytes) else {"json": body}
    answer = requests.post(stand_in.url + path, **given, params={"access_token": token}, timeout=2)
    assert answer.status_code == 200
    return answer.json()


def stable(stand_in, **more) -> dict:
    return post(stand_in, "/cgi-bin/stable_token", GRANT | more)


def phone_errcode(stand_in, token: str | None) -> int:
    body = {"code": stand_in.phone_code("13800138000")}
    return post(stand_in, "/wxa/business/getuserphonenumber", body, token)["errcode"]


@pytest.mark.parametrize(
    ("over", "errcode"),
    [
        ({"appid": None}, 41002),
        ({"secret": None}, 41004),
        ({"js_code": None}, 41008),
        ({"appid": "wxunknown"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "client_credential"}, 40002),
        ({"js_code": "never-issued"}, 40029),
        ({"appid": ACCOUNT, "secret": ACCOUNT_SECRET}, 40029),
    ],
)
def test_a_login_is_refused_with_its_code(tencent, over, errcode):
    code = tencent.login_code(OPENID)
    answer = get(tencent, "/sns/jscode2session", LOGIN | {"js_code": code} | over)
    assert answer["errcode"] == errcode
    assert " rid: " in answer["errmsg"]
    assert get(tencent, "/sns/jscode2session", LOGIN | {"js_code": code})["openid"] == OPENID


@pytest.mark.parametrize(
    ("over", "errcode"),
    [
        ({"appid": "wxunknown"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"secret": ["wrong"]}, 40125),
        ({"grant_type": "token"}, 40002),
        ({"force_refresh": "yes"}, 47001),
    ],
)
def test_a_token_is_refused_with_its_code(tencent, over, errcode):
    assert stable(tencent, **over)["errcode"] == errcode


def test_a_stable_token_is_asked_for_by_post_and_in_json(tencent):
    assert get(tencent, "/cgi-bin/stable_token", GRANT)["errcode"] == 43002
    assert post(tencent, "/cgi-bin/stable_token", b"appid=1")["errcode"] == 47001
    assert post(tencent, "/sns/jscode2session", LOGIN)["errcode"] == 43001


def test_an_unknown_path_is_an_errcode_too(tencent):
    assert get(tencent, "/cgi-bin/nothing", {})["errcode"] == 40066


def test_a_call_needs_a_good_token(tencent, watch):
    token = stable(tencent)["access_token"]
    assert phone_errcode(tencent, None) == 41001
    assert phone_errcode(tencent, token[:-1]) == 40001
    assert phone_errcode(tencent, token) == 0
    watch.ahead = timedelta(seconds=7201)
    assert phone_errcode(tencent, token) == 42001


def test_a_token_fills_the_room_that_tencent_asks_for(tencent):
    assert len(stable(tencent)["access_token"]) == 512


def test_the_former_plain_token_lives_five_minutes_on(tencent, watch):
    former = get(tencent, "/cgi-bin/token", GRANT)["access_token"]
    latter = get(tencent, "/cgi-bin/token", GRANT)["access_token"]
    assert former != latter
    watch.ahead = timedelta(seconds=290)
    assert (phone_errcode(tencent, former), phone_errcode(tencent, latter)) == (0, 0)
    watch.ahead = timedelta(seconds=301)
    assert (phone_errcode(tencent, former), phone_errcode(tencent, latter)) == (42001, 0)


def test_a_stable_token_is_the_same_until_five_minutes_before_its_end(tencent, watch):
    first = stable(tencent)
    watch.ahead = timedelta(seconds=6800)
    again = stable(tencent)
    assert again["access_token"] == first["access_token"]
    assert 390 <= again["expires_in"] <= 400
    watch.ahead = timedelta(seconds=6950)
    assert stable(tencent)["access_token"] != first["access_token"]
    assert phone_errcode(tencent, first["access_token"]) == 0


def test_the_two_ways_to_a_token_know_nothing_of_one_another(tencent):
    token = stable(tencent)["access_token"]
    get(tencent, "/cgi-bin/token", GRANT)
    assert stable(tencent)["access_token"] == token


def test_a_forced_refresh_kills_the_former_token_but_not_within_thirty_seconds(tencent, watch):
    first = stable(tencent)["access_token"]
    second = stable(tencent, force_refresh=True)["access_token"]
    assert second != first
    assert phone_errcode(tencent, first) == 42001
    assert stable(tencent, force_refresh=True)["access_token"] == second
    watch.ahead = timedelta(seconds=31)
    assert stable(tencent, force_refresh=True)["access_token"] != second


def test_a_token_may_be_forced_twenty_times_a_day(tencent, watch):
    tokens = {stable(tencent)["access_token"]}
    for turn in range(25):
        watch.ahead = timedelta(seconds=31 * turn)
        tokens.add(stable(tencent, force_refresh=True)["access_token"])
    assert len(tokens) == 21


def test_a_stand_in_may_forget_its_tokens(tencent):
    token = stable(tencent)["access_token"]
    tencent.platform.tokens.revoke_all()
    assert phone_errcode(tencent, token) == 40001
    assert stable(tencent)["access_token"] != token


def test_only_the_mini_program_sends_subscription_messages(tencent):
    other = {"appid": ACCOUNT, "secret": ACCOUNT_SECRET}
    token = stable(tencent, **other)["access_token"]
    body = {"touser": OPENID, "template_id": BOOKED, "data": {}}
    assert post(tencent, "/cgi-bin/message/subscribe/send", body, token)["errcode"] == 48001


@pytest.mark.parametrize("data", [None, [], {"thing1": "浦东"}, {"thing1": {"value": ""}}, {"thing1": {"value": 5}}])
def test_ill_formed_data_is_refused(tencent, data):
    tencent.consent(OPENID, BOOKED)
    token = stable(tencent)["access_token"]
    body = {"touser": OPENID, "template_id": BOOKED, "data": data}
    answer = post(tencent, "/cgi-bin/message/subscribe/send", body, token)
    assert answer["errcode"] == 47003
    assert answer["errmsg"].startswith("argument invalid! data.thing1.value ")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "看" * 20), ("number1", "12.5"), ("number1", "9" * 32), ("letter1", "abcXYZ"), ("symbol1", "★-!"),
        ("character_string1", "7KQ2M9XD"), ("time1", "08:30"), ("time1", "2026年11月27日 08:30"),
        ("time1", "08:30~10:00"), ("date1", "2026年11月27日"), ("date1", "2026-11-27 08:30"), ("amount1", "￥12.50元"),
        ("phone_number1", "+86-021-12345678"), ("car_number1", "沪A12345"), ("name1", "阿卜杜拉·买买提"),
        ("name1", "Alexander O'Neill"), ("phrase1", "已预约"),
    ],
)  # fmt: skip
def test_a_value_fits_its_type(key, value):
    assert fits(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", "看" * 21), ("number1", "十二"), ("number1", "9" * 33), ("letter1", "abc1"), ("symbol1", "★★★★★★"),
        ("character_string1", "预约7KQ2"), ("time1", "24:30"), ("time1", "上午8时"), ("date1", "11月27日"),
        ("amount1", "12345678901"), ("phone_number1", "1" * 18), ("car_number1", "沪A1234567"), ("name1", "陈思远1"),
        ("name1", "阿" * 11), ("name1", "a" * 21), ("phrase1", "OK了"), ("phrase1", "已经预约成功"), ("thing1", ""),
    ],
)  # fmt: skip
def test_a_value_does_not_fit_its_type(key, value):
    assert not fits(key, value)


def test_of_eight_who_redeem_one_code_at_once_one_gets_in():
    codes, gate = Codes(lambda: 0.0, used_errcode=40163), threading.Barrier(8)
    code = codes.issue(APPID, OPENID)
    outcomes: list[str | int] = []

    def redeem():
        gate.wait()
        try:
            outcomes.append(codes.redeem(APPID, code))
        except Refused as refused:
            outcomes.append(refused.errcode)

    threads = [threading.Thread(target=redeem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["40163"] * 7 + [OPENID]
