"""The only place that calls WeChat: one token for all, one more try, no endless anything, no secret let out."""

import logging
from threading import Barrier, Thread
from typing import Any

import pytest

from outer_machine import OuterMachine
from refusals import Forbidden, RateLimited, Unauthenticated, Unavailable
from tests.wechat.conftest import APPID, LIN, REMINDER, SECRET
from wechat.outgoing import calling
from wechat.outgoing.calling import CONNECT_S, READ_S
from wechat.outgoing.miniprogram import MessageDeclined, MessageNotSent, MessageUnknown, WeChat

HOME = "192.0.2.1"
WORDS = {
    "thing1": "浦东新区看守所",
    "thing2": "11月27日 08:30",
    "character_string3": "7K3MPQ2X",
    "thing4": "明日会见",
}
SIGN_IN, STABLE, PHONE, SUBSCRIBE = (
    "/sns/jscode2session",
    "/cgi-bin/stable_token",
    "/wxa/business/getuserphonenumber",
    "/cgi-bin/message/subscribe/send",
)


@pytest.fixture
def calls(stand_in):
    """How often each path was called since the test began."""
    import requests

    def seen() -> dict[str, int]:
        return requests.get(f"{stand_in.url}/_/requests", timeout=2).json()

    before = seen()
    return lambda path: seen().get(path, 0) - before.get(path, 0)


def test_signing_in_needs_no_token(weixin, stand_in, calls):
    assert weixin.openid_for(stand_in.login_code(LIN.openid), HOME) == LIN.openid
    assert calls(STABLE) == 0


@pytest.mark.parametrize(
    ("errcode", "refusal"),
    [("40226", Forbidden), ("45011", RateLimited), ("-1", Unavailable), ("html_200", Unavailable)],
)
def test_each_no_of_wechat_is_one_of_ours(weixin, stand_in, errcode, refusal):
    stand_in.faults.order(errcode)
    with pytest.raises(refusal):
        weixin.openid_for(stand_in.login_code(LIN.openid), HOME)


def test_a_used_code_is_unauthenticated(weixin, stand_in):
    code = stand_in.login_code(LIN.openid)
    weixin.openid_for(code, HOME)
    with pytest.raises(Unauthenticated):
        weixin.openid_for(code, HOME)


def test_eight_cold_threads_fetch_one_token(stand_in, redis_client, calls):
    weixin = WeChat(APPID, SECRET, redis_client, stand_in.url, OuterMachine(TimeoutError, places=8))
    numbers: list[str] = []
    barrier = Barrier(8)

    def ask(number: str) -> None:
        barrier.wait()
        numbers.append(weixin.phone_for(stand_in.phone_code(number), HOME))

    threads = [Thread(target=ask, args=(f"1380000000{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 8
    assert calls(STABLE) == 1


def test_two_processes_share_the_token(weixin, stand_in, redis_client, calls):
    other = WeChat(APPID, SECRET, redis_client, stand_in.url)
    for client in (weixin, other, weixin):
        assert client.phone_for(stand_in.phone_code(LIN.phone), HOME) == LIN.phone
    other.close()
    assert calls(STABLE) == 1


def test_the_shared_token_ends_before_wechat_ends_it(weixin, stand_in, redis_client):
    weixin.phone_for(stand_in.phone_code(LIN.phone), HOME)
    assert 0 < redis_client.ttl(f"wechat:{APPID}:token") <= 7200 - 300


@pytest.mark.parametrize("errcode", ["40001", "40014", "42001"])
def test_a_stale_token_is_fetched_anew_once(weixin, stand_in, calls, errcode):
    stand_in.faults.order(errcode)
    assert weixin.phone_for(stand_in.phone_code(LIN.phone), HOME) == LIN.phone
    assert (calls(PHONE), calls(STABLE)) == (2, 2)


def test_a_token_refused_for_ever_is_not_fetched_for_ever(weixin, stand_in, calls):
    stand_in.faults.order("40001", "always")
    with pytest.raises(Unavailable):
        weixin.phone_for(stand_in.phone_code(LIN.phone), HOME)
    assert (calls(PHONE), calls(STABLE)) == (2, 2)


def test_a_subscription_message_arrives_once_for_a_consent(weixin, stand_in):
    stand_in.consent(LIN.openid, REMINDER)
    weixin.send_subscription_message(LIN.openid, REMINDER, WORDS, "pages/booking/booking?ref=7K3MPQ2X")
    with pytest.raises(MessageDeclined) as declined:
        weixin.send_subscription_message(LIN.openid, REMINDER, WORDS)
    assert declined.value.errcode == 43101
    assert len(stand_in.messages(LIN.openid)) == 1


def test_a_message_that_breaks_off_is_unknown_and_one_without_a_token_is_not_sent(weixin, stand_in, redis_client):
    stand_in.consent(LIN.openid, REMINDER)
    stand_in.faults.order("reset", call=SUBSCRIBE)
    with pytest.raises(MessageUnknown):
        weixin.send_subscription_message(LIN.openid, REMINDER, WORDS)
    redis_client.flushall()
    stand_in.faults.order("-1", call=STABLE)
    with pytest.raises(MessageNotSent):
        weixin.send_subscription_message(LIN.openid, REMINDER, WORDS)


def test_a_hanging_wechat_is_closed_after_one_call_and_while_it_still_hangs(weixin, stand_in, calls):
    assert weixin._client.timeout == (CONNECT_S, READ_S)
    weixin._client.timeout = (0.3, 0.3)
    stand_in.faults.order("hang", "always")
    for ask in (weixin.openid_for, weixin.phone_for):
        with pytest.raises(Unavailable):
            ask("any", HOME)
        weixin._client._machine = calling.machine()  # as when its rest is over
    assert (calls(SIGN_IN), calls(STABLE), calls(PHONE)) == (1, 1, 0)


def test_no_secret_is_in_any_error_or_log(weixin, stand_in, caplog):
    caplog.set_level(logging.DEBUG)
    told = []
    for fault in ("reset", "html_502", "40001", "-1"):
        for ask in (weixin.openid_for, weixin.phone_for):
            stand_in.faults.order(fault)
            told.append(_error_of(ask))
            stand_in.faults.clear()
    secrets = (SECRET, "access_token=")
    assert not [text for text in (*told, caplog.text) if any(secret in text for secret in secrets)]


def _error_of(ask: Any) -> str:
    """Everything an error report might print: the chain of exceptions and their members."""
    try:
        ask("a-code-nobody-gave", HOME)
    except Exception as error:
        chain: list[BaseException] = [error]
        while following := chain[-1].__cause__ or chain[-1].__context__:
            chain.append(following)
        return " ".join(f"{one!r} {vars(one)}" for one in chain)
    raise AssertionError("it went well")
