"""What the gateway and the business behind it refuse, each with the code of the real ones."""

import json
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.aliyun import CHINA
from sandbox.aliyun.gateway import signature
from sandbox.aliyun.limits import Limits, Sent
from sandbox.aliyun.wording import BusinessRefusal, check_filed, pieces, render
from tests.sandbox.clients import CONFIRMED, KEY_ID, KEY_SECRET, PHONE, SIGN_NAME

WORDS = '{"time":"8时30分","centre":"浦东"}'


def call(url: str, method: str = "POST", **over: Any):
    """A hand-made SendSms; `over` changes it before it is signed, None leaves a parameter out."""
    stamp = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    params = {
        "Action": "SendSms", "Version": "2017-05-25", "Format": "JSON", "RegionId": "cn-hangzhou",
        "AccessKeyId": KEY_ID, "Timestamp": stamp, "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0",
        "SignatureNonce": uuid.uuid4().hex, "PhoneNumbers": PHONE, "SignName": SIGN_NAME,
        "TemplateCode": CONFIRMED, "TemplateParam": WORDS,
    } | over  # fmt: skip
    given = {name: value for name, value in params.items() if value is not None}
    given.setdefault("Signature", signature(KEY_SECRET, method, given))
    return requests.request(method, url, params=given, timeout=2)


def refusal(url: str, **over: Any) -> tuple[int, str]:
    answer = call(url, **over)
    return answer.status_code, answer.json()["Code"]


def test_the_signature_is_the_one_of_the_official_example():
    params = {
        "AccessKeyId": "testid", "Action": "DescribeRegions", "Format": "XML", "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", "SignatureVersion": "1.0",
        "Timestamp": "2016-02-23T12:46:24Z", "Version": "2014-05-26",
    }  # fmt: skip
    assert signature("testsecret", "GET", params) == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_well_made_call_passes(carrier, method):
    assert call(carrier.url, method).json()["Code"] == "OK"


def test_a_forged_signature_is_refused_with_what_should_have_been_signed(carrier):
    answer = call(carrier.url, Signature="AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    assert (answer.status_code, answer.json()["Code"]) == (400, "SignatureDoesNotMatch")
    assert answer.json()["Message"].split(":")[1].startswith("POST&%2F&AccessKeyId")
    assert set(answer.json()) == {"RequestId", "HostId", "Code", "Message", "Recommend"}


def test_a_parameter_changed_on_the_way_breaks_the_signature(carrier):
    sent = call(carrier.url).request.url
    assert sent is not None
    answer = requests.post(sent.replace(PHONE, "13900139000"), timeout=2)
    assert answer.json()["Code"] == "SignatureDoesNotMatch"


def test_a_call_played_again_is_refused(carrier):
    sent = call(carrier.url).request.url
    answer = requests.post(sent, timeout=2)
    assert (answer.status_code, answer.json()["Code"]) == (400, "SignatureNonceUsed")
    assert len(carrier.messages(PHONE)) == 1


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_stamp_more_than_fifteen_minutes_off_is_refused(carrier, watch, minutes):
    watch.ahead = timedelta(minutes=minutes)
    assert refusal(carrier.url) == (400, "InvalidTimeStamp.Expired")


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_stamp_within_fifteen_minutes_passes(carrier, watch, minutes):
    watch.ahead = timedelta(minutes=minutes)
    assert refusal(carrier.url) == (200, "OK")


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({"Timestamp": "2026-11-24 08:00:00"}, 400, "InvalidTimeStamp.Format"),
        ({"AccessKeyId": "LTAIunknown"}, 404, "InvalidAccessKeyId.NotFound"),
        ({"SignatureMethod": "HMAC-SHA256"}, 400, "IncompleteSignature"),
        ({"Version": "2016-09-27"}, 400, "InvalidVersion"),
        ({"Action": "SendLetter"}, 404, "InvalidAction.NotFound"),
        ({"Action": None}, 400, "MissingAction"),
        ({"SignatureNonce": None}, 400, "MissingSignatureNonce"),
        ({"PhoneNumbers": None}, 400, "MissingPhoneNumbers"),
        ({"TemplateCode": ""}, 400, "MissingTemplateCode"),
    ],
)
def test_the_gateway_refuses(carrier, over, status, code):
    assert refusal(carrier.url, **over) == (status, code)
    assert carrier.messages() == []


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"PhoneNumbers": "1380013800"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumbers": "１３８００１３８０００"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumbers": f"{PHONE},"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumbers": ",".join([PHONE] * 1001)}, "isv.MOBILE_COUNT_OVER_LIMIT"),
        ({"SignName": "别人的签名"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"TemplateCode": "SMS_9999"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"TemplateParam": None}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"TemplateParam": '{"time":"8时"}'}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"TemplateParam": "{time:8}"}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '["8时"]'}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"time":8,"centre":"浦东"}'}, "isv.INVALID_JSON_PARAM"),
        ({"OutId": "x" * 256}, "isv.INVALID_PARAMETERS"),
    ],
)
def test_the_business_refuses_within_a_200(carrier, over, code):
    assert refusal(carrier.url, **over) == (200, code)
    assert carrier.messages() == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "isv.PARAM_LENGTH_LIMIT"),
        ("看" * 36, "isv.PARAM_LENGTH_LIMIT"),
        ("见 https://huijian.example/b", "isv.PARAM_NOT_SUPPORT_URL"),
        ("见 huijian.cn", "isv.PARAM_NOT_SUPPORT_URL"),
        ("【浦东】", "isv.TEMPLATE_PARAMS_ILLEGAL"),
        ("8时→9时", "isv.UNSUPPORTED_CONTENT"),
        ("好😀", "isv.UNSUPPORTED_CONTENT"),
    ],
)
def test_a_variable_of_a_notice_is_refused(value, code):
    with pytest.raises(BusinessRefusal) as refused:
        render("在${centre}会见", json.dumps({"centre": value}))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "template",
    [
        "",
        "字" * 501,
        "详见 https://huijian.example",
        "【会见】您已预约",
        "已预约★",
        "验证码${code}，${name}您好",
    ],
)
def test_a_template_aliyun_would_not_approve_is_not_filed(template):
    with pytest.raises(ValueError, match="template SMS_1"):
        check_filed("SMS_1", template)


@pytest.mark.parametrize("value", ["看" * 35, "陈喆", "𬭁", "8:30–10:00", "浦东新区看守所（一楼）"])
def test_a_variable_of_a_notice_passes(value):
    assert render("在${centre}会见", json.dumps({"centre": value}))[0] == f"在{value}会见"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("123", "isv.PARAM_LENGTH_LIMIT"),
        ("1234567", "isv.PARAM_LENGTH_LIMIT"),
        ("一二三四", "isv.TEMPLATE_PARAMS_ILLEGAL"),
    ],
)
def test_a_verification_code_is_four_to_six_letters_or_digits(value, code):
    with pytest.raises(BusinessRefusal) as refused:
        render("验证码${code}", json.dumps({"code": value}))
    assert refused.value.code == code


def test_a_long_text_is_charged_by_sixty_sevens():
    assert [pieces("字" * length) for length in (70, 71, 134, 135)] == [1, 2, 2, 3]


def code_at(hour: int, minute: int, second: int = 0, sign_name: str = SIGN_NAME) -> Sent:
    at = datetime(2026, 11, 24, hour, minute, second, tzinfo=CHINA)
    return Sent(at, sign_name, "SMS_1002", is_code=True)


def limit_hit(limits: Limits, sending: Sent) -> str:
    with pytest.raises(BusinessRefusal) as refused:
        limits.count([PHONE], sending)
    assert refused.value.code == "isv.BUSINESS_LIMIT_CONTROL"
    return refused.value.message


def test_a_codes_minute_is_one_of_the_clock():
    limits = Limits()
    limits.count([PHONE], code_at(14, 3, 1))
    assert limit_hit(limits, code_at(14, 3, 59)) == "触发分钟级流控Permits:1"
    limits.count([PHONE], code_at(14, 4, 0))


def test_a_codes_hour_is_one_of_the_clock():
    limits = Limits()
    for minute in range(50, 55):
        limits.count([PHONE], code_at(14, minute))
    assert limit_hit(limits, code_at(14, 59)) == "触发小时级流控Permits:5"
    limits.count([PHONE], code_at(15, 0))


def test_a_codes_day_is_the_last_24_hours():
    limits = Limits()
    for minute in range(5):
        limits.count([PHONE], code_at(14, minute))
        limits.count([PHONE], code_at(16, minute))
    assert limit_hit(limits, code_at(23, 59)) == "触发天级流控Permits:10"
    tomorrow = code_at(14, 0).at + timedelta(hours=24)
    limits.count([PHONE], Sent(tomorrow, SIGN_NAME, "SMS_1002", is_code=True))


def test_all_senders_together_have_forty_codes_a_day():
    limits = Limits()
    for sender in range(40):
        limits.count([PHONE], code_at(14, 0, sign_name=f"签名{sender}"))
    assert limit_hit(limits, code_at(14, 0, sign_name="又一个")) == "触发天级流控Permits:40"


@pytest.fixture
def hurry() -> Iterator[None]:
    """Threads take turns so often that an unguarded count goes wrong."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def accepted_of_sixty(carrier) -> int:
    """Straight at the carrier: through HTTP they would hardly meet."""
    gate = threading.Barrier(12)
    given = {"PhoneNumbers": PHONE, "SignName": SIGN_NAME, "TemplateCode": CONFIRMED, "TemplateParam": WORDS}

    def five_times():
        gate.wait()
        for _ in range(5):
            with suppress(BusinessRefusal):
                carrier.carrier.send(given)

    threads = [threading.Thread(target=five_times) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(carrier.messages(PHONE))


def test_sixty_notices_at_once_are_fifty(carrier, hurry):
    assert accepted_of_sixty(carrier) == 50
    assert call(carrier.url, PhoneNumbers="13900139000").json()["Code"] == "OK"


def test_without_the_lock_they_would_be_more(carrier, hurry, monkeypatch):
    monkeypatch.setattr(carrier.carrier, "_lock", nullcontext())
    accepted = []
    while not accepted or (accepted[-1] <= 50 and len(accepted) < 30):
        carrier.clear()
        accepted.append(accepted_of_sixty(carrier))
    assert accepted[-1] > 50
