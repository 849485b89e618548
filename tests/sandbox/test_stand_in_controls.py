"""The stand-ins' own controls over HTTP, the inbox page, and the two programs."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from aliyunsdkcore.acs_exception.exceptions import ClientException

from tests.sandbox.clients import (
    APPID,
    BOOKED,
    KEY_ID,
    KEY_SECRET,
    OPENID,
    PHONE,
    SECRET,
    SIGN_NAME,
    TEMPLATES,
    sms,
)


def send(url: str, phone: str = PHONE, centre: str = "浦东", patience: float = 0.5) -> dict:
    words = json.dumps({"time": "8时30分", "centre": centre})
    given: dict[str, Any] = {
        "PhoneNumbers": phone,
        "SignName": SIGN_NAME,
        "TemplateCode": "SMS_1001",
        "TemplateParam": words,
    }
    return json.loads(sms(url, patience=patience, **given))


def test_codes_are_asked_for_as_a_phone_would(tencent):
    code = requests.post(f"{tencent.url}/_/login-codes", json={"openid": OPENID}, timeout=2).json()["code"]
    query = {"appid": APPID, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
    assert requests.get(f"{tencent.url}/sns/jscode2session", params=query, timeout=2).json()["openid"] == OPENID
    assert requests.post(f"{tencent.url}/_/phone-codes", json={"phone": PHONE}, timeout=2).json()["code"]


def test_consents_and_messages_have_their_controls(tencent, client):
    given: dict[str, Any] = {"openid": OPENID, "template_id": BOOKED, "times": 1}
    assert requests.post(f"{tencent.url}/_/consents", json=given, timeout=2).status_code == 204
    words = {"thing1": {"value": "浦东"}, "time2": {"value": "08:30"}}
    client.wxa.send_subscribe_message(OPENID, BOOKED, words, page="pages/booking")
    (message,) = requests.get(f"{tencent.url}/_/messages", timeout=2).json()
    assert (message["openid"], message["template_id"], message["page"]) == (OPENID, BOOKED, "pages/booking")
    assert message["at"].endswith("+08:00")
    assert message["data"] == {"thing1": "浦东", "time2": "08:30"}


def test_faults_and_requests_have_their_controls(carrier):
    order: dict[str, Any] = {"mode": "amount_not_enough", "times": 1}
    assert requests.post(f"{carrier.url}/_/faults", json=order, timeout=2).status_code == 204
    assert [send(carrier.url)["Code"] for _ in range(2)] == ["isv.AMOUNT_NOT_ENOUGH", "OK"]
    assert requests.get(f"{carrier.url}/_/requests", timeout=2).json() == {"SendSms": 2}
    assert carrier.requests() == 2


@pytest.mark.parametrize(
    "order",
    [{"mode": "nonsense"}, {"mode": "error", "times": 0}, {"times": 1}, {"mode": "error", "x": 1}, []],
)
def test_a_fault_nobody_knows_is_refused(carrier, order):
    answer = requests.post(f"{carrier.url}/_/faults", json=order, timeout=2)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_messages_are_listed_by_phone(carrier):
    send(carrier.url)
    send(carrier.url, "13900139000")
    (message,) = requests.get(f"{carrier.url}/_/messages?phone={PHONE}", timeout=2).json()
    assert message["phone"] == PHONE
    assert {"text", "template", "params", "out_id", "biz_id", "at"} < set(message)
    assert len(requests.get(f"{carrier.url}/_/messages", timeout=2).json()) == 2


def test_the_page_shows_the_phones_and_what_each_received(carrier):
    assert "还没有手机收到短信" in requests.get(carrier.url, timeout=2).text
    send(carrier.url, centre="<b>浦东</b>")
    send(carrier.url, "13900139000", centre="青浦")
    front = requests.get(carrier.url, timeout=2).text
    assert front.index("13900139000") < front.index(PHONE)
    inbox = requests.get(f"{carrier.url}/?phone={PHONE}", timeout=2).text
    assert "【会见预约】您8时30分在&lt;b&gt;浦东&lt;/b&gt;的会见已预约。" in inbox
    assert "青浦" not in inbox


@contextmanager
def started(*command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            yield program, program.stdout.readline().split()[-1]
        finally:
            program.kill()


def test_wechat_is_a_program_that_ends_when_told():
    given = ["--app", f"{APPID}:{SECRET}", "--template", "tpl=thing1,time2"]
    query = {"appid": APPID, "secret": SECRET, "grant_type": "client_credential"}
    with started("sandbox.wechat", "--port", "0", *given) as (program, url):
        assert requests.get(f"{url}/cgi-bin/token", params=query, timeout=2).json()["expires_in"] == 7200
        program.send_signal(signal.SIGTERM)
        assert program.wait(5) == 0


def test_aliyun_is_a_program_that_ends_when_told_even_with_a_call_hanging(tmp_path):
    templates = tmp_path / "templates.json"
    templates.write_text(json.dumps(TEMPLATES), "utf-8")
    given = ["--key", f"{KEY_ID}:{KEY_SECRET}", "--sign-name", SIGN_NAME, "--templates", str(templates)]
    with started("sandbox.aliyun", "--port", "0", *given) as (program, url), ThreadPoolExecutor(1) as pool:
        requests.post(f"{url}/_/faults", json={"mode": "hang_before_accept"}, timeout=2)
        hanging = pool.submit(send, url, patience=5)
        while requests.get(f"{url}/_/requests", timeout=2).json() != {"SendSms": 1}:
            assert not hanging.done()
        program.send_signal(signal.SIGINT)
        assert program.wait(3) == 0
        with pytest.raises(ClientException):
            hanging.result()
