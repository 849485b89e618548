"""The door: sessions, proofs of forms, the centre shown, headers, and how a refusal is told."""

import base64
import hashlib
import re

import pytest
from peewee import OperationalError

from console.door import guard, noted, say, sessions
from console.door.csrf import proof_of
from console.door.rendering import STATIC
from models import Audit, Officer, OfficerSession, whence
from tests.console.conftest import BEFORE, NO_WECHAT, SESSION


def test_who_is_signed_in_sees_the_page(signed_in):
    answer = signed_in("gate").get("me")
    assert answer.status_code == 200
    assert "民警gate" in answer.text and "浦东新区看守所" in answer.text and "核验窗口" in answer.text


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 42 + "\x00", "中" * 43, "a" * 4000])
def test_a_forged_token_opens_nothing(stranger, token):
    stranger.keep(SESSION, token)
    answer = stranger.get("me")
    assert (answer.status_code, answer.location) == (303, "/console/sign-in?next=/console/me")
    assert stranger.send("sign-out", {}).status_code == 401


def test_a_session_ends_after_half_an_hour_of_rest(signed_in, clock):
    browser = signed_in()
    for _ in range(3):
        clock.move(minutes=29)
        assert browser.get("me").status_code == 200
    clock.move(minutes=31)
    assert browser.get("me").status_code == 303


def test_a_session_ends_after_twelve_hours_of_work(signed_in, clock):
    browser = signed_in()
    for _ in range(35):
        clock.move(minutes=20)
        assert browser.get("me").status_code == 200
    clock.move(minutes=21)
    assert browser.get("me").status_code == 303


def test_being_seen_is_written_once_a_minute_at_most(signed_in, clock):
    browser = signed_in()
    began = clock()
    clock.move(seconds=50)
    browser.get("me")
    assert OfficerSession.get().seen_at == began
    clock.move(seconds=15)
    browser.get("me")
    assert OfficerSession.get().seen_at == clock()


def test_signing_out_kills_the_session_not_only_the_cookie(signed_in):
    browser = signed_in()
    token = browser.cookie(SESSION)
    assert browser.post("sign-out").location == "/console/sign-in"
    assert browser.cookie(SESSION) == ""
    assert "已退出登录" in browser.get("sign-in").text
    browser.keep(SESSION, token)
    assert browser.get("me").status_code == 303


def test_a_suspended_officer_is_out_at_once(signed_in):
    browser, other = signed_in("gate"), signed_in("reviewer")
    Officer.update(state="suspended").where(Officer.account == browser.officer.account).execute()
    assert browser.get("me").status_code == 303
    assert other.get("me").status_code == 200


def test_a_session_that_is_still_enrolling_opens_one_page_only(app, signed_in, desk):
    browser = signed_in("chief")
    browser.keep(SESSION, sessions.begin(browser.officer, desk.now(), enrolling=True))
    assert browser.get("me").location == "/console/enrolment"
    assert browser.post("me/totp-offer").status_code == 403
    assert browser.get("me", headers={"HX-Request": "true"}).status_code == 403
    page = browser.get("enrolment")
    assert page.status_code == 200 and "<nav" not in page.text


def test_only_the_hash_of_the_token_is_kept(signed_in):
    token = signed_in().cookie(SESSION)
    assert OfficerSession.get().token_hash == hashlib.sha256(token.encode()).hexdigest()


@pytest.mark.parametrize("given", [None, "", "x", "中", "0" * 64])
def test_a_form_without_the_right_proof_changes_nothing(signed_in, given):
    browser = signed_in()
    answer = browser.send("sign-out", {} if given is None else {"csrf": given})
    assert (answer.status_code, "页面已过期" in answer.text) == (403, True)
    assert browser.get("me").status_code == 200


def test_another_officers_proof_is_no_proof(signed_in):
    mine, other = signed_in("gate"), signed_in("chief")
    assert mine.send("sign-out", {"csrf": other.proof()}).status_code == 403
    assert mine.send("sign-out", {"csrf": mine.proof()}).status_code == 303


def test_the_proof_made_before_signing_in_is_worth_nothing_after(signed_in):
    browser = signed_in()
    browser.keep(BEFORE, "B" * 43)
    assert browser.send("sign-out", {"csrf": proof_of("B" * 43)}).status_code == 403


def test_htmx_sends_the_proof_in_a_header(signed_in):
    browser = signed_in()
    page = browser.get("me").text
    assert f'hx-headers="{{&#34;X-CSRF-Token&#34;: &#34;{browser.proof()}&#34;}}"' in page
    headers = {"X-CSRF-Token": browser.proof(), "HX-Request": "true"}
    answer = browser.send("sign-out", {}, headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/console/sign-in")


def test_htmx_without_a_session_is_sent_to_the_sign_in(stranger):
    answer = stranger.get("me", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/console/sign-in")
    assert "<html" not in answer.text and 'id="messages"' in answer.text


def test_the_front_leads_to_the_first_page_of_the_menu(signed_in):
    answer = signed_in("gate").get("")
    assert answer.status_code == 303 and answer.location.startswith("/console/")
    assert signed_in("gate").get(answer.location).status_code == 200


def test_an_officer_of_the_bureau_picks_a_centre_and_it_is_remembered(signed_in):
    browser = signed_in("chief", None)
    assert chosen(browser.get("me").text) == "pudong"
    assert chosen(browser.get("me?centre=qingpu").text) == "qingpu"
    assert chosen(browser.get("me").text) == "qingpu"
    assert browser.get("me?centre=nowhere").status_code == 404
    assert chosen(browser.get("me").text) == "qingpu"
    assert 'name="centre"' not in signed_in("chief", "pudong").get("me").text


def chosen(page):
    return re.search(r'<option value="(\w+)" selected>', page)[1]


def test_a_remembered_centre_opens_no_other(signed_in):
    browser = signed_in("chief", "pudong")
    browser.keep("__Host-huijian-centre", "qingpu")
    assert "浦东新区看守所" in browser.get("me").text
    assert browser.get("me?centre=qingpu").status_code == 404


def test_pages_carry_the_strict_headers(signed_in, stranger):
    for answer in (signed_in().get("me"), stranger.get("sign-in"), stranger.get("nowhere")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert "camera=(self)" in answer.headers["Permissions-Policy"]


def test_no_page_has_script_or_style_in_its_text():
    for template in (STATIC.parent / "templates").rglob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text), (
            template
        )


def test_the_cookie_of_a_session_is_kept_from_everybody_else(app, stranger, desk):
    answer = stranger.get("sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-huijian-form=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_files_are_kept_for_good_by_their_hash(stranger):
    page = stranger.get("sign-in").text
    for address in re.findall(r'(?:href|src)="(/console/static/[^"]+)"', page):
        answer = stranger.get(address)
        assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"], address
        assert "immutable" not in stranger.get(address.partition("?")[0]).headers["Cache-Control"]
    for path in (
        "static/../door.py",
        "static/%2e%2e/door.py",
        "static/nothing.css",
        "static/",
        "static/vendor",
    ):
        assert stranger.get(path).status_code == 404, path


def test_vendored_files_are_the_published_ones():
    read_me = (STATIC / "vendor/README.md").read_text("utf-8")
    for name in ("htmx.min.js", "pico.min.css"):
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() in read_me


def test_unknown_paths_and_methods_are_told_in_html(stranger, signed_in):
    for browser in (stranger, signed_in()):
        answer = browser.get("nowhere")
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert "not_found" in answer.text
        answer = browser.get("sign-out")
        assert (answer.status_code, answer.mimetype) == (405, "text/html")
        assert "POST" in answer.headers["Allow"]


def test_too_much_is_refused(signed_in):
    answer = signed_in().post("sign-out", more="x" * 70_000)
    assert (answer.status_code, answer.mimetype) == (413, "text/html")


def test_without_the_database_there_is_a_page_that_says_so(signed_in, monkeypatch):
    browser = signed_in()

    def away(*_):
        raise OperationalError("the server went away")

    monkeypatch.setattr(sessions, "recognise", away)
    answer = browser.get("me")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "稍后再试" in answer.text and int(answer.headers["Retry-After"])


def test_a_bug_tells_the_officer_nothing_of_itself(app, signed_in, monkeypatch):
    browser = signed_in()
    app.testing = False
    monkeypatch.setitem(app.view_functions, "console.me", lambda: 1 / 0)
    answer = browser.get("me")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "division" not in answer.text and "系统" in answer.text


def test_what_is_said_is_shown_once_and_escaped(app, signed_in, monkeypatch):
    browser = signed_in()
    shown = app.view_functions["console.me"]
    monkeypatch.setitem(
        app.view_functions, "console.me", lambda: say("<b>已通过</b>") or guard.back("console.me")
    )
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
        app.view_functions, "console.me", lambda: noted("lawyer.seen", "lawyer-7", why="查询") or ""
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
    assert whence.get() == ""


def test_over_plain_http_the_cookie_has_a_plain_name(desk, redis_client):
    from apiflask import APIFlask

    import console

    app = APIFlask("huijian", static_folder=None, spec_path=None, docs_path=None)
    console.register(
        app,
        desk=desk,
        redis=redis_client,
        secret_keys=["passes"],
        public_url="http://127.0.0.1:8000",
        wechat=NO_WECHAT,
    )
    cookie = app.test_client().get("/console/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("huijian-form=") and "Secure" not in cookie


@pytest.mark.parametrize("name", ["%00", "a%00b", "a" * 300, "a/" * 3000, "%ff", "..%2fdoor.py", "vendor"])
def test_a_name_no_file_can_have_is_not_found(stranger, name):
    assert stranger.get(f"static/{name}").status_code == 404


@pytest.mark.parametrize(
    "asked", ["_method=PUT", "endpoint=x", "_external=1&_scheme=ftp", "_anchor=x", "x=1"]
)
def test_the_front_takes_nothing_along_but_the_centre(signed_in, asked):
    assert signed_in("gate").get(f"?{asked}").location == "/console/today"
    assert signed_in("chief", None).get(f"?centre=qingpu&{asked}").location == "/console/today?centre=qingpu"


def test_messages_nobody_said_are_not_shown(stranger):
    for forged in (b"[" * 2500, b"1", b"[1]", b"{}", b'[{"words": 1}]', b"\xff"):
        stranger.keep("__Host-huijian-said", base64.urlsafe_b64encode(forged).decode())
        assert stranger.get("sign-in").status_code == 200


ASKED = (
    *(
        "bookings/{}",
        "arrivals/{}",
        "review/{}",
        "window/{}",
        "timetable/slots/{}",
        "officers/{}",
        "lawyers/{}",
    ),
    *(
        "import/{}",
        "import/{}/report.xlsx",
        "bookings?slot={}",
        "bookings?after={}",
        "review?after={}",
        "plan?slot={}",
    ),
    *(
        "today?slot={}",
        "today?seen={}",
        "audit?who={}",
        "audit?subject={}",
        "officers?after={}",
        "messages?after={}",
    ),
    *("timetable?week={}", "window/lawyer?licence_no={}", "today?centre={}", "figures?from={}"),
    "timetable/closing?slots={}&first=2026-12-01&reason=x",
)


@pytest.mark.parametrize(
    "odd", ["%00", "%ff", "%ed%a0%80", "9" * 5000, "x" * 5000, "%0d%0aX-Evil:%201", "１２３"]
)
def test_an_odd_address_is_refused_in_words_or_finds_nothing(signed_in, odd):
    browser = signed_in("chief", None)
    for asked in ASKED:
        answer = browser.get(asked.format(odd))
        assert answer.status_code < 500 and "X-Evil" not in answer.headers, asked
