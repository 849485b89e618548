"""The unmodified aliyun-python-sdk-core sends, asks and is refused."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from flask import Response

from sandbox import serving
from sandbox.aliyun import app as aliyun_app
from tests.sandbox.clients import CODE, CONFIRMED, PHONE, SIGN_NAME, sms


def confirmed(url: str, phone: str = PHONE, time_text: str = "11月27日8时30分", **more) -> dict:
    words = json.dumps({"time": time_text, "centre": "浦东新区看守所"}, ensure_ascii=False)
    given: dict[str, Any] = {
        "PhoneNumbers": phone,
        "SignName": SIGN_NAME,
        "TemplateCode": CONFIRMED,
        "TemplateParam": words,
    }
    return json.loads(sms(url, **given | more))


def details(url: str, watch, **more: str) -> dict:
    given: dict[str, Any] = {
        "PhoneNumber": PHONE,
        "SendDate": f"{watch():%Y%m%d}",
        "PageSize": "10",
        "CurrentPage": "1",
    }
    return json.loads(sms(url, "QuerySendDetails", **given | more))


@pytest.mark.parametrize("in_body", [True, False])
def test_a_message_reaches_the_phone_as_text(carrier, in_body):
    answer = confirmed(carrier.url, OutId="notice-7", in_body=in_body)
    assert (answer["Code"], answer["Message"]) == ("OK", "OK")
    assert answer["RequestId"]
    (message,) = carrier.messages(PHONE)
    assert message["text"] == "【会见预约】您11月27日8时30分在浦东新区看守所的会见已预约。"
    assert message["params"] == {"time": "11月27日8时30分", "centre": "浦东新区看守所"}
    assert (message["template"], message["out_id"]) == (CONFIRMED, "notice-7")
    assert message["biz_id"] == answer["BizId"]


@pytest.mark.parametrize("written", ["+8613800138000", "008613800138000", "8613800138000"])
def test_a_number_may_carry_the_country_code(carrier, written):
    assert confirmed(carrier.url, written)["Code"] == "OK"
    assert len(carrier.messages(PHONE)) == 1


def test_several_numbers_get_one_message_each(carrier):
    assert confirmed(carrier.url, "13800138001,13800138002")["Code"] == "OK"
    assert [message["phone"] for message in carrier.messages()] == ["13800138001", "13800138002"]


def test_what_was_sent_can_be_asked_for(carrier, watch):
    biz_id = confirmed(carrier.url, OutId="notice-7")["BizId"]
    confirmed(carrier.url, OutId="notice-8")
    answer = details(carrier.url, watch, BizId=biz_id)
    assert (answer["Code"], answer["TotalCount"]) == ("OK", "1")
    (detail,) = answer["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert (detail["SendStatus"], detail["ErrCode"], detail["OutId"]) == (3, "DELIVERED", "notice-7")
    assert detail["PhoneNum"] == PHONE
    assert details(carrier.url, watch, PageSize="1", CurrentPage="2")["TotalCount"] == "2"
    assert details(carrier.url, watch, CurrentPage="2")["SmsSendDetailDTOs"]["SmsSendDetailDTO"] == []


@pytest.mark.parametrize(
    "wrong", [{"SendDate": "2017-01-01"}, {"SendDate": "20170101"}, {"PageSize": "51"}, {"CurrentPage": "0"}]
)
def test_an_ill_formed_question_is_refused(carrier, watch, wrong):
    assert details(carrier.url, watch, **wrong)["Code"] == "isv.INVALID_PARAMETERS"


def test_a_wrong_secret_does_not_match(carrier):
    with pytest.raises(ServerException) as refused:
        confirmed(carrier.url, secret="another-secret")
    assert (refused.value.get_error_code(), refused.value.get_http_status()) == ("SignatureDoesNotMatch", 400)
    assert carrier.messages() == []


@pytest.mark.parametrize(
    ("mode", "status", "code"),
    [
        ("error", 500, "InternalError"),
        ("service_unavailable", 503, "ServiceUnavailable"),
        ("throttle", 400, "Throttling.User"),
    ],
)
def test_the_gateway_refuses_when_told_to(carrier, mode, status, code):
    carrier.faults.order(mode, times=2)
    for _ in range(2):
        with pytest.raises(ServerException) as refused:
            confirmed(carrier.url)
        assert (refused.value.get_http_status(), refused.value.get_error_code()) == (status, code)
    assert carrier.messages() == []
    assert confirmed(carrier.url)["Code"] == "OK"


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("business_limit", "isv.BUSINESS_LIMIT_CONTROL"),
        ("amount_not_enough", "isv.AMOUNT_NOT_ENOUGH"),
        ("system_error", "isp.SYSTEM_ERROR"),
    ],
)
def test_the_business_refuses_when_told_to(carrier, mode, code):
    carrier.faults.order(mode)
    assert confirmed(carrier.url)["Code"] == code
    assert carrier.messages() == []


@pytest.mark.parametrize(("mode", "arrives"), [("hang_after_accept", 1), ("hang_before_accept", 0), ("reset", 1)])
def test_an_outcome_may_stay_unknown_to_the_caller(carrier, mode, arrives):
    carrier.faults.order(mode)
    with pytest.raises(ClientException) as lost:
        confirmed(carrier.url)
    assert lost.value.get_error_code() == "SDK.HttpError"
    assert len(carrier.messages(PHONE)) == arrives


def test_a_hanging_call_holds_up_nobody_else(carrier, monkeypatch):
    hangs, free = Event(), Event()

    def silent(stopped: Event) -> Response:
        hangs.set()
        return serving.silent(free)

    monkeypatch.setattr(aliyun_app, "silent", silent)
    carrier.faults.order("hang_after_accept")
    with ThreadPoolExecutor(1) as apart:
        first = apart.submit(confirmed, carrier.url, patience=60)
        try:
            assert hangs.wait(20)
            assert confirmed(carrier.url, patience=20)["Code"] == "OK"
            assert not first.done()
        finally:
            free.set()
        with pytest.raises(ClientException):
            first.result()


def test_a_delayed_answer_comes_to_who_waits_for_it_and_to_nobody_else(carrier):
    carrier.faults.order("delay", seconds=2)
    with pytest.raises(ClientException):
        confirmed(carrier.url)
    carrier.faults.order("delay", seconds=0.05)
    assert confirmed(carrier.url, patience=20)["Code"] == "OK"
    assert len(carrier.messages(PHONE)) == 2


def test_an_undelivered_message_is_on_no_phone_and_says_why(carrier, watch):
    carrier.faults.order("not_delivered")
    assert confirmed(carrier.url)["Code"] == "OK"
    assert carrier.messages(PHONE) == []
    (detail,) = details(carrier.url, watch)["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert (detail["SendStatus"], detail["ErrCode"]) == (2, "MOBILE_NOT_ON_SERVICE")


def test_a_fault_may_strike_the_question_instead(carrier, watch):
    carrier.faults.order("error", call="QuerySendDetails")
    assert confirmed(carrier.url)["Code"] == "OK"
    with pytest.raises(ServerException):
        details(carrier.url, watch)


def test_a_verification_code_goes_once_a_minute(carrier):
    given: dict[str, Any] = {"PhoneNumbers": PHONE, "SignName": SIGN_NAME, "TemplateCode": CODE}
    answers = [json.loads(sms(carrier.url, **given, TemplateParam='{"code":"4321"}')) for _ in range(3)]
    first, *rest = [answer["Code"] for answer in answers]
    assert first == "OK"
    # Not all of the rest: a minute of the clock may begin between two of them.
    assert "isv.BUSINESS_LIMIT_CONTROL" in rest
