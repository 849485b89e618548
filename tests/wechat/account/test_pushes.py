"""At the door itself, over HTTP: forged, replayed, broken, too large, with Redis or the database away."""

import random
import sqlite3
import threading
from contextlib import closing
from typing import Any

import pytest
from flask.testing import FlaskClient
from peewee import OperationalError

from models import Audit, Booking, Officer, OfficerCode
from models import database as db
from models.audit import whence
from sandbox.wechat.account_safe_mode import Seal, members, opened
from tests.wechat.account.conftest import APPID, NEW_KEY, OLD_KEY, STRANGER, TOKEN, a_code, noted
from wechat.account import conversation, texts

SEAL = Seal(TOKEN, NEW_KEY, APPID)


def message(openid: str = "o-gate", text: str = "今天", msg_id: str = "24500000000000001") -> str:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>1795000000</CreateTime>"
        f"<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content><MsgId>{msg_id}</MsgId></xml>"
    )


class Tencent:
    """Pushes by hand, so that anything about it can be wrong."""

    def __init__(self, client: FlaskClient, clock: Any):
        self.client, self.clock = client, clock

    def push(self, inner: str | bytes, seal: Seal = SEAL, nonce: str = "4711", **query: str) -> Any:
        sealed = seal.close(inner)
        return self.send(f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode(), sealed, seal, nonce, **query)

    def send(
        self, body: bytes, sealed: str = "", seal: Seal = SEAL, nonce: str = "4711", **query: str
    ) -> Any:
        stamp = str(int(self.clock().timestamp()))
        signed = {
            "signature": seal.sign(stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "encrypt_type": "aes",
        }
        signed |= {"msg_signature": seal.sign(stamp, nonce, sealed)} | query
        return self.client.post("/wechat/bot", query_string=signed, data=body)


@pytest.fixture
def tencent(app, clock) -> Tencent:
    return Tencent(app.test_client(), clock)


def said(answer: Any, seal: Seal = SEAL) -> str:
    assert answer.status_code == 200
    return members(opened(answer.data, seal).encode())["Content"]


def refused(answer: Any, status: int = 400) -> None:
    assert answer.status_code == status
    assert answer.json["code"] == {400: "malformed", 413: "too_large"}[status]


def test_the_server_check_answers_the_bare_echo(tencent, clock):
    stamp = str(int(clock().timestamp()))
    query = {"signature": SEAL.sign(stamp, "1"), "timestamp": stamp, "nonce": "1", "echostr": "437512094"}
    answer = tencent.client.get("/wechat/bot", query_string=query)
    assert (answer.text, answer.mimetype) == ("437512094", "text/plain")
    refused(tencent.client.get("/wechat/bot", query_string=query | {"signature": "0" * 40}))
    refused(tencent.client.get("/wechat/bot"))
    clock.move(minutes=6)
    refused(tencent.client.get("/wechat/bot", query_string=query))


def test_while_the_key_is_changed_both_are_good_and_each_is_answered_in_its_own(tencent, pudong):
    for key in (NEW_KEY, OLD_KEY):
        seal = Seal(TOKEN, key, APPID)
        assert "浦东" in said(tencent.push(message(msg_id=str(len(noted("lookup.")))), seal), seal)


@pytest.mark.parametrize(
    "seal",
    [Seal("another-token", NEW_KEY, APPID), Seal(TOKEN, "B" * 43, APPID), Seal(TOKEN, NEW_KEY, "wxother")],
)
def test_what_is_not_sealed_for_us_by_wechat_is_refused(tencent, pudong, seal):
    refused(tencent.push(message(), seal))
    assert not noted("lookup.")


def test_plain_mode_is_refused(tencent, pudong):
    refused(tencent.send(message().encode(), encrypt_type=""))
    refused(tencent.send(message().encode()))
    refused(tencent.push(message(), encrypt_type="raw"))
    assert not noted("lookup.")


def test_a_stale_push_is_refused(tencent, pudong, clock):
    stamp = str(int(clock().timestamp()) - 301)
    refused(tencent.push(message(), signature=SEAL.sign(stamp, "4711"), timestamp=stamp))
    assert not noted("lookup.")


def test_a_replayed_push_gets_the_same_answer_and_is_done_once(tencent, pudong):
    first = said(tencent.push(message()))
    assert said(tencent.push(message(), nonce="4712")) == first
    assert len(noted("lookup.day")) == 1
    assert said(tencent.push(message(msg_id="24500000000000002"))) == first
    assert len(noted("lookup.day")) == 2


def test_a_code_sent_twice_by_wechat_is_redeemed_once_and_answered_twice(tencent, officers, clock):
    code = a_code(officers["new"], clock())
    first = said(tencent.push(message("o-fresh", code)))
    assert first.startswith("民警new，您已绑定")
    assert said(tencent.push(message("o-fresh", code), nonce="1")) == first
    assert len(noted("officer.bound")) == 1
    assert Officer.get(Officer.account == "new").account_openid == "o-fresh"


def test_two_attempts_at_once_are_one(tencent, officers, app, clock):
    """The second comes while the first is at work: it waits, and says the same."""
    code, barrier = a_code(officers["new"], clock()), threading.Barrier(4)
    answers: list[str] = []

    def attempt() -> None:
        barrier.wait()
        try:
            answers.append(said(Tencent(app.test_client(), clock).push(message("o-fresh", code))))
        finally:
            db.close()

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4 and len(set(answers)) == 1
    assert answers[0].startswith("民警new，您已绑定")
    assert len(noted("officer.bound")) == 1


def test_without_the_memory_of_pushes_a_second_attempt_would_say_otherwise(
    tencent, officers, clock, redis_client
):
    """The control: that the same is said is the memory's doing."""
    code = a_code(officers["new"], clock())
    first = said(tencent.push(message("o-fresh", code)))
    redis_client.flushall()
    assert said(tencent.push(message("o-fresh", code))) != first


def test_an_attempt_that_died_at_work_is_answered_politely(tencent, pudong, redis_client, monkeypatch):
    monkeypatch.setattr("wechat.account.once.WAIT_SECONDS", 0.1)
    redis_client.set("wechat:push:o-gate:24500000000000001", b"?" + b"x" * 8)
    assert said(tencent.push(message())) == texts.BUSY
    assert not noted("lookup.")


def test_what_is_kept_of_an_answer_is_sealed_and_goes(tencent, pudong, redis_client):
    tencent.push(message())
    (key,) = redis_client.keys("wechat:push:*")
    assert "律师".encode() not in redis_client.get(key)
    assert 600 < redis_client.ttl(key) <= 660


def test_what_is_written_down_comes_from_wechat_and_nothing_after_it(tencent, pudong):
    tencent.push(message())
    assert [row.origin for row in noted("lookup.")] == ["wechat"]
    assert whence.get() == ""


def test_64_kilobytes_are_too_many(tencent, pudong):
    refused(tencent.send(b"<xml>" + b"x" * 65536 + b"</xml>"), 413)
    refused(tencent.push(message(text="x" * 65536)), 413)


EVENT = (
    "<xml><ToUserName>gh</ToUserName><FromUserName>o-gate</FromUserName><CreateTime>1</CreateTime>{}</xml>"
)


@pytest.mark.parametrize(
    "event", ["VIEW", "unsubscribe", "TEMPLATESENDJOBFINISH", "LOCATION", "subscribe_msg_sent_event"]
)
def test_an_event_that_asks_nothing_is_answered_success(tencent, pudong, event):
    inner = EVENT.format(f"<MsgType>event</MsgType><Event>{event}</Event><EventKey>x</EventKey>")
    answer = tencent.push(inner)
    assert (answer.status_code, answer.text) == (200, "success")


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link", "something_new"])
def test_a_picture_is_answered_with_what_can_be_asked(tencent, pudong, kind):
    inner = EVENT.format(f"<MsgType>{kind}</MsgType><MsgId>1</MsgId>")
    assert said(tencent.push(inner)) == texts.HELP
    assert said(tencent.push(inner.replace("o-gate", STRANGER))) == texts.STRANGER


def test_redis_away_look_ups_go_on_and_nobody_tries_a_code(tencent, pudong, officers, clock, redis_server):
    code = a_code(officers["new"], clock())
    redis_server.stop()
    try:
        assert "浦东" in said(tencent.push(message()))
        assert said(tencent.push(message(text="更多", msg_id="2"))) == texts.BUSY
        assert said(tencent.push(message("o-fresh", code, "3"))) == texts.BUSY
    finally:
        redis_server.start()
    assert not noted("officer.bound")
    assert OfficerCode.get().used_at is None


def test_the_database_away_is_said_politely(tencent, pudong, monkeypatch):
    def away(*_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(db.obj, "execute_sql", away)
    assert said(tencent.push(message())) == texts.BUSY
    monkeypatch.undo()
    assert "浦东" in said(tencent.push(message(msg_id="2")))


def test_a_statement_that_hangs_is_given_up(tencent, pudong, monkeypatch, database):
    """On PostgreSQL a slow one; on SQLite nothing is slow but a lock that somebody else holds."""
    monkeypatch.setattr(conversation, "ANSWER_SECONDS", 0.2)
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert said(tencent.push(message())) == texts.BUSY
    else:
        monkeypatch.setitem(conversation.LOOK_UPS, "day", lambda *_: db.execute_sql("SELECT pg_sleep(5)"))
        assert said(tencent.push(message())) == texts.BUSY
    assert "浦东" in said(tencent.push(message(text="现在", msg_id="2")))


def test_a_bug_is_not_wechats_to_see(tencent, pudong, monkeypatch, caplog):
    monkeypatch.setitem(conversation.LOOK_UPS, "day", lambda *_: 1 / 0)
    assert said(tencent.push(message())) == texts.BUSY
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # the stricter one about texts
def test_5000_mutated_bodies_are_400_or_a_polite_nothing_and_change_nothing(
    tencent, pudong, officers, clock, redis_client
):
    """Half of them broken inside of a good envelope, half outside. Nothing is remembered from one to the next."""
    seeds = [message(text="ZZZZ9999").encode(), message("o-stranger", "绑定 ZZZZ9999").encode(),
             message(text="律师0").encode(), EVENT.format(CLICK).encode()]  # fmt: skip
    dice, statuses, before = random.Random(20261124), set(), everything()
    for number in range(5000):
        inner = mutated(dice.choice(seeds), dice)
        if number % 2:
            outer = f"<xml><Encrypt>{SEAL.close(message())}</Encrypt></xml>".encode()
            answer = tencent.send(mutated(outer, dice))
        else:
            answer = tencent.push(inner)
        statuses.add(answer.status_code)
        assert answer.status_code in (200, 400), (number, inner)
        if answer.status_code == 200 and answer.data != b"success":
            assert said(answer)
        redis_client.flushall()
    assert statuses == {200, 400}
    assert everything() == before
    assert {row.what.partition(".")[0] for row in Audit.select()} == {"lookup"}


CLICK = "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>day</EventKey>"


def everything() -> list[Any]:
    return [
        list(table.select().order_by(table._meta.primary_key).dicts())
        for table in (Officer, OfficerCode, Booking)
    ]


_WILD = (b"<", b">", b"&", b"]]>", b"<!DOCTYPE x>", b"\x00", b"\xff", b"&#x0;", b"&lt;", b"<![CDATA[", b"</xml>", b"<xml>",
         "周".encode(), b"9" * 40, b"-1", b"' OR 1=1 --", b"\\u0000", b"%s", b"\xed\xa0\x80", b"")  # fmt: skip


def mutated(seed: bytes, dice: random.Random) -> bytes:
    """One to four wounds: a piece cut out, doubled, overwritten with something wild, or moved."""
    body = bytearray(seed)
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(body) + 1)
        end = min(len(body), start + dice.choice((0, 1, 2, 5, 20, 80)))
        piece = bytes(body[start:end])
        match dice.randrange(4):
            case 0:
                del body[start:end]
            case 1:
                body[start:start] = piece
            case 2:
                body[start:end] = dice.choice(_WILD)
            case 3:
                del body[start:end]
                where = dice.randrange(len(body) + 1)
                body[where:where] = piece
    return bytes(body)
