"""What we make of Aliyun's answers: accepted, certainly not, or unknown."""

import socket

import pytest
from aliyunsdkcore.http import protocol_type

from models import Notice
from sms.aliyun import Aliyun
from sms.outcomes import UNREACHABLE, Cure, SmsFailed, SmsUnknown
from sms.templates import TEMPLATES, sms_params
from tests.sms.conftest import CODES, KEY_ID, KEY_SECRET, PHONE, SIGN_NAME, WORDS, calling


def notice(kind="confirmed", **words):
    return Notice(id=7, kind=kind, words=WORDS | words)


@pytest.mark.parametrize("kind", TEMPLATES)
def test_every_kind_is_accepted_and_arrives_as_it_was_filed(aliyun_client, carrier, kind):
    assert aliyun_client.send(notice(kind), PHONE).biz_id
    [message] = carrier.messages(PHONE)
    assert message["text"].startswith(f"【{SIGN_NAME}】") and "$" not in message["text"]
    assert message["out_id"] == "7"


@pytest.mark.parametrize("reason", [
    "请看 https://example.com/a?b=1 并补充材料", "【重要】★材料不全★", "材" * 200, "\n\r\x00", "见 www.example.cn 说明",
    "🙂",
])  # fmt: skip
def test_a_reason_of_any_kind_still_goes_out(aliyun_client, carrier, reason):
    assert aliyun_client.send(notice("rejected", reason=reason), PHONE).biz_id
    assert len(sms_params("rejected", WORDS | {"reason": reason})["reason"]) <= 35


@pytest.mark.parametrize(("mode", "code", "cure"), [
    ("throttle", "Throttling.User", Cure.LATER),
    ("system_error", "isp.SYSTEM_ERROR", Cure.LATER),
    ("business_limit", "isv.BUSINESS_LIMIT_CONTROL", Cure.WINDOW),
    ("amount_not_enough", "isv.AMOUNT_NOT_ENOUGH", Cure.STOP),
])  # fmt: skip
def test_a_refusal_in_words_is_certainly_not_sent(aliyun_client, carrier, mode, code, cure):
    carrier.faults.order(mode)
    with pytest.raises(SmsFailed) as no:
        aliyun_client.send(notice(), PHONE)
    assert (no.value.code, no.value.cure) == (code, cure)
    assert carrier.messages() == []


@pytest.mark.parametrize(("mode", "refused"), [
    ("error", True), ("service_unavailable", True),
    ("hang_before_accept", False), ("hang_after_accept", False), ("reset", False), ("html", False),
])  # fmt: skip
def test_no_answer_or_a_broken_one_is_unknown(aliyun_client, carrier, mode, refused):
    carrier.faults.order(mode)
    with pytest.raises(SmsUnknown) as lost:
        aliyun_client.send(notice(), PHONE)
    assert lost.value.refused is refused


def test_a_connection_that_never_was_is_certainly_not_sent():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(SmsFailed) as no:
        calling(f"http://127.0.0.1:{port}").send(notice(), PHONE)
    assert (no.value.code, no.value.cure) == (UNREACHABLE, Cure.STOP)


def test_a_name_nobody_knows_is_a_connection_that_never_was():
    unknown = Aliyun("https://nowhere.invalid", KEY_ID, KEY_SECRET, SIGN_NAME, CODES, connect_seconds=1)
    with pytest.raises(SmsFailed, match=UNREACHABLE):
        unknown.send(notice(), PHONE)


def test_a_wrong_secret_stops_everything(carrier):
    with pytest.raises(SmsFailed) as no:
        calling(carrier.url, secret="another").send(notice(), PHONE)
    assert no.value.cure is Cure.STOP


def test_a_kind_without_a_template_stops_everything(carrier):
    lacking = Aliyun(carrier.url, KEY_ID, KEY_SECRET, SIGN_NAME, {})
    with pytest.raises(SmsFailed) as no:
        lacking.send(notice(), PHONE)
    assert (no.value.code, no.value.cure) == ("no_template", Cure.STOP)


def test_a_number_that_is_none_is_permanent_and_not_repeated_to_anyone(aliyun_client):
    with pytest.raises(SmsFailed) as no:
        aliyun_client.send(notice(), "99999999999")
    assert no.value.permanent
    assert "99999999999" not in no.value.problem


def test_aliyun_itself_is_spoken_to_over_https_with_the_number_in_the_body():
    request = Aliyun("https://dysmsapi.aliyuncs.com", KEY_ID, KEY_SECRET, SIGN_NAME, CODES)._request(
        "SendSms", {"PhoneNumbers": PHONE}
    )
    assert request.get_protocol_type() is protocol_type.HTTPS
    assert request.get_domain() == "dysmsapi.aliyuncs.com"
    assert request.get_body_params() == {"PhoneNumbers": PHONE}
    assert PHONE not in str(request.get_query_params())


def test_plain_http_is_for_stand_ins_only():
    with pytest.raises(ValueError, match="https"):
        Aliyun("http://10.0.0.1:80", KEY_ID, KEY_SECRET, SIGN_NAME, CODES)


def test_asking_finds_our_message_among_many(aliyun_client, carrier, watch):
    for _ in range(60):
        carrier.carrier._limits.__init__()
        aliyun_client.send(notice(), PHONE)
    other = Notice(id=8, kind="reminder", words=WORDS)
    aliyun_client.send(other, PHONE)
    found = aliyun_client.ask(PHONE, watch().date(), "7")
    assert len(found) == 60
    assert {detail.status for detail in found} == {3}
    assert len(aliyun_client.ask(PHONE, watch().date(), "8")) == 1
    assert aliyun_client.ask(PHONE, watch().date(), "9") == []
