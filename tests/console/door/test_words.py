"""What is said once and what is noted: shown, escaped, never forged."""

import base64

import pytest

from booking.record.kinds import Kind
from console.door import guard, note_look, say
from models import Audit


def test_what_is_said_is_shown_once_and_escaped(app, signed_in, monkeypatch):
    browser = signed_in()
    shown = app.view_functions["console.me"]
    monkeypatch.setitem(app.view_functions, "console.me", lambda: say("<b>已通过</b>") or guard.back("console.me"))
    browser.get("me")
    monkeypatch.setitem(app.view_functions, "console.me", shown)
    assert "&lt;b&gt;已通过" in browser.get("me").text
    assert "已通过" not in browser.get("me").text


@pytest.mark.parametrize("kept", ["x", "eyI=", "bnVsbA==", "W3sid29yZHMiOjF9XQ==", "中"])
def test_a_forged_message_breaks_nothing(signed_in, kept):
    browser = signed_in()
    browser.keep("__Host-huijian-said", kept)
    assert browser.get("me").status_code == 200


def test_many_words_still_fit_the_cookie(app, signed_in, monkeypatch):
    browser = signed_in()

    def talk():
        for number in range(30):
            say(f"第{number}条：" + "字" * 500)
        return guard.back("console.me")

    shown = app.view_functions["console.me"]
    monkeypatch.setitem(app.view_functions, "console.me", talk)
    browser.get("me")
    assert len(browser.cookie("__Host-huijian-said")) < 4000
    monkeypatch.setitem(app.view_functions, "console.me", shown)
    assert "第29条" in browser.get("me").text


def test_a_look_is_noted_with_who_where_and_from_where(app, signed_in, monkeypatch):
    browser = signed_in("gate")
    monkeypatch.setitem(
        app.view_functions, "console.me", lambda: note_look(Kind.LAWYER_SEEN, "lawyer-7", why="查询") or ""
    )
    browser.get("me", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    row = Audit.get()
    assert (row.who, row.what, row.subject, row.words) == (
        "gate-pudong",
        "lawyer.seen",
        "lawyer-7",
        {"why": "查询"},
    )
    assert (row.centre, row.origin) == ("pudong", "10.1.2.3")


def test_messages_nobody_said_are_not_shown(stranger):
    for forged in (b"[" * 2500, b"1", b"[1]", b"{}", b'[{"words": 1}]', b"\xff"):
        stranger.keep("__Host-huijian-said", base64.urlsafe_b64encode(forged).decode())
        assert stranger.get("sign-in").status_code == 200
