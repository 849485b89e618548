"""At the door itself, over HTTP: forged, replayed, broken, too large, with Redis or the database away."""

import sqlite3
import threading
from contextlib import closing
from typing import Any

import pytest
from peewee import OperationalError

from models import Officer, OfficerCode
from models import database as db
from sandbox.wechat.account_safe_mode import Seal
from tests.wechat.account.conftest import APPID, NEW_KEY, OLD_KEY, STRANGER, TOKEN, a_code, note_look
from tests.wechat.account.pushes import EVENT, SEAL, Tencent, message, refused, said
from wechat.account import conversation, texts


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
        assert "浦东" in said(tencent.push(message(msg_id=str(len(note_look("lookup.")))), seal), seal)


@pytest.mark.parametrize(
    "seal",
    [Seal("another-token", NEW_KEY, APPID), Seal(TOKEN, "B" * 43, APPID), Seal(TOKEN, NEW_KEY, "wxother")],
)
def test_what_is_not_sealed_for_us_by_wechat_is_refused(tencent, pudong, seal):
    refused(tencent.push(message(), seal))
    assert not note_look("lookup.")


def test_plain_mode_is_refused(tencent, pudong):
    refused(tencent.send(message().encode(), encrypt_type=""))
    refused(tencent.send(message().encode()))
    refused(tencent.push(message(), encrypt_type="raw"))
    assert not note_look("lookup.")


def test_a_stale_push_is_refused(tencent, pudong, clock):
    stamp = str(int(clock().timestamp()) - 301)
    refused(tencent.push(message(), signature=SEAL.sign(stamp, "4711"), timestamp=stamp))
    assert not note_look("lookup.")


def test_a_replayed_push_gets_the_same_answer_and_is_done_once(tencent, pudong):
    first = said(tencent.push(message()))
    assert said(tencent.push(message(), nonce="4712")) == first
    assert len(note_look("lookup.day")) == 1
    assert said(tencent.push(message(msg_id="24500000000000002"))) == first
    assert len(note_look("lookup.day")) == 2


def test_a_code_sent_twice_by_wechat_is_redeemed_once_and_answered_twice(tencent, officers, clock):
    code = a_code(officers["new"], clock())
    first = said(tencent.push(message("o-fresh", code)))
    assert first.startswith("民警new，您已绑定")
    assert said(tencent.push(message("o-fresh", code), nonce="1")) == first
    assert len(note_look("officer.bound")) == 1
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
    assert len(note_look("officer.bound")) == 1


def test_without_the_memory_of_pushes_a_second_attempt_would_say_otherwise(tencent, officers, clock, redis_client):
    """The control: that the same is said is the memory's doing."""
    code = a_code(officers["new"], clock())
    first = said(tencent.push(message("o-fresh", code)))
    redis_client.flushall()
    assert said(tencent.push(message("o-fresh", code))) != first


def test_an_attempt_that_died_at_work_is_answered_politely(tencent, pudong, redis_client, monkeypatch):
    monkeypatch.setattr("wechat.account.once.WAIT_SECONDS", 0.1)
    redis_client.set("wechat:push:o-gate:24500000000000001", b"?" + b"x" * 8, ex=60)
    assert said(tencent.push(message())) == texts.BUSY
    assert not note_look("lookup.")


def test_what_is_kept_of_an_answer_is_sealed_and_goes(tencent, pudong, redis_client):
    tencent.push(message())
    (key,) = redis_client.keys("wechat:push:*")
    assert "律师".encode() not in redis_client.get(key)
    assert 600 < redis_client.ttl(key) <= 660


def test_what_is_written_down_comes_from_wechat_and_nothing_after_it(tencent, pudong):
    tencent.push(message())
    assert [row.origin for row in note_look("lookup.")] == ["wechat"]


def test_64_kilobytes_are_too_many(tencent, pudong):
    refused(tencent.send(b"<xml>" + b"x" * 65536 + b"</xml>"), 413)
    refused(tencent.push(message(text="x" * 65536)), 413)


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
    assert not note_look("officer.bound")
    assert OfficerCode.get().used_at is None


def test_the_database_away_is_said_politely(tencent, pudong, monkeypatch):
    def away(*_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(db.obj, "execute_sql", away)
    assert said(tencent.push(message())) == texts.BUSY
    monkeypatch.undo()
    assert "浦东" in said(tencent.push(message(msg_id="2")))


def test_a_statement_that_hangs_is_closed(tencent, pudong, monkeypatch, database):
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
