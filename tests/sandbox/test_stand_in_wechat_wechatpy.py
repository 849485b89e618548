"""The unmodified wechatpy signs people in, reads phone numbers and sends subscription messages."""

import time

import pytest
import requests
from wechatpy import WeChatClientException

from tests.sandbox.clients import BOOKED, OPENID

WORDS = {"thing1": {"value": "浦东新区看守所"}, "time2": {"value": "2026年11月27日 08:30"}}


def phone_number(client, code):
    return client.wxa._post("wxa/business/getuserphonenumber", data={"code": code})


def errcode(of, *args, **kwargs) -> int:
    with pytest.raises(WeChatClientException) as refused:
        of(*args, **kwargs)
    assert "rid: " in refused.value.errmsg
    return refused.value.errcode


def test_a_login_code_names_the_person_once(client, tencent):
    code = tencent.login_code(OPENID)
    session = client.wxa.code_to_session(code)
    assert session["openid"] == OPENID
    assert session["session_key"]
    assert errcode(client.wxa.code_to_session, code) == 40163


def test_a_login_code_dies_after_five_minutes(client, tencent, watch):
    from datetime import timedelta

    early, late = tencent.login_code(OPENID), tencent.login_code(OPENID)
    watch.ahead = timedelta(seconds=290)
    assert client.wxa.code_to_session(early)["openid"] == OPENID
    watch.ahead = timedelta(seconds=301)
    assert errcode(client.wxa.code_to_session, late) == 40029


def test_a_phone_code_gives_the_number_once(client, tencent):
    code = tencent.phone_code("13800138000")
    phone = phone_number(client, code)["phone_info"]
    assert (phone["phoneNumber"], phone["purePhoneNumber"]) == ("13800138000", "13800138000")
    assert phone["watermark"]["appid"] == client.appid
    assert errcode(phone_number, client, code) == 40029


def test_the_two_kinds_of_code_are_not_exchangeable(client, tencent):
    assert errcode(phone_number, client, tencent.login_code(OPENID)) == 40029
    assert errcode(client.wxa.code_to_session, tencent.phone_code("13800138000")) == 40029


def test_each_consent_is_good_for_one_message(client, tencent):
    tencent.consent(OPENID, BOOKED, times=2)
    for _ in range(2):
        assert client.wxa.send_subscribe_message(OPENID, BOOKED, WORDS)["errcode"] == 0
    assert errcode(client.wxa.send_subscribe_message, OPENID, BOOKED, WORDS) == 43101
    assert [message["data"]["thing1"] for message in tencent.messages(OPENID)] == ["浦东新区看守所"] * 2


def test_a_message_that_does_not_fit_its_types_costs_no_consent(client, tencent):
    tencent.consent(OPENID, BOOKED)
    wrongs: tuple[dict, ...] = (
        {"thing1": {"value": "看" * 21}},
        {"time2": {"value": "明天上午"}},
        {"time2": {}},
    )
    for wrong in wrongs:
        assert errcode(client.wxa.send_subscribe_message, OPENID, BOOKED, WORDS | wrong) == 47003
    assert client.wxa.send_subscribe_message(OPENID, BOOKED, WORDS)["errcode"] == 0


def test_unknown_people_and_templates_are_refused(client):
    assert errcode(client.wxa.send_subscribe_message, "nobody", BOOKED, WORDS) == 40003
    assert errcode(client.wxa.send_subscribe_message, OPENID, "tpl-unknown", WORDS) == 40037


@pytest.mark.parametrize("code", [40001, 42001, -1, 45009])
def test_an_ordered_error_comes_once(client, tencent, code):
    tencent.consent(OPENID, BOOKED)
    client.fetch_access_token()
    tencent.faults.order(str(code), call="/cgi-bin/message/subscribe/send")
    with pytest.raises(WeChatClientException) as refused:
        client.wxa.send_subscribe_message(OPENID, BOOKED, WORDS)
    assert refused.value.errcode == code
    assert client.wxa.send_subscribe_message(OPENID, BOOKED, WORDS)["errcode"] == 0


def test_an_error_may_come_always_until_it_is_taken_back(client, tencent):
    tencent.faults.order("40001", times="always")
    for _ in range(3):
        assert errcode(phone_number, client, tencent.phone_code("13800138000")) == 40001
    tencent.faults.order("none")
    assert phone_number(client, tencent.phone_code("13800138000"))["errcode"] == 0


def test_the_gateway_may_answer_in_html(client, tencent):
    tencent.faults.order("html_502", call="/sns/jscode2session")
    with pytest.raises(WeChatClientException) as refused:
        client.wxa.code_to_session(tencent.login_code(OPENID))
    assert refused.value.errcode is None


def test_a_slow_token_makes_its_caller_wait(client, tencent):
    tencent.faults.order("slow_token", seconds=0.2)
    began = time.monotonic()
    client.fetch_access_token()
    assert time.monotonic() - began >= 0.2


def test_a_call_may_hang_and_another_still_be_answered(client, tencent):
    client.fetch_access_token()
    tencent.faults.order("hang")
    client.timeout = 0.2
    with pytest.raises(requests.exceptions.ReadTimeout):
        phone_number(client, tencent.phone_code("13800138000"))
    assert phone_number(client, tencent.phone_code("13800138000"))["errcode"] == 0
