"""Signing in with WeChat: the real client, the stand-in's page, and every way a callback can be forged."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from apiflask import APIFlask

import console
import outer_machine
from booking.officers import officers
from booking.record.actor import Actor
from models import Audit, Centre, Officer
from sandbox import wechat as tencent
from sandbox.wechat.oauth import ACCESS_TOKEN, Website
from tests.console.conftest import HOST, SESSION, Browser, an_officer
from wechat.limits import CODES_FAILED, ONE_AT_A_TIME_FROM
from wechat.outgoing.website import Website as Client

APPID, SECRET = "wxdemo00000website", "demo-website-secret"
GATE, STRANGER = "oWEB-gate-pudong-of-the-cast", "oWEB-stranger-of-the-cast"


@pytest.fixture(scope="module")
def stand_in():
    website = Website(APPID, ["huijian.test"], {GATE: "窗口民警", STRANGER: "陌生人"})
    apps = {"wxdemo0miniprogram": "x", APPID: SECRET}
    with tencent.running(apps=apps, templates={}, website=website) as running:
        yield running


@pytest.fixture
def client(redis_client, stand_in):
    client = Client(APPID, SECRET, redis_client, stand_in.url)
    yield client
    client.close()


@pytest.fixture
def app(desk, redis_client, stand_in, client):
    Centre.create(code="qingpu", name="青浦区看守所", address="上海市青浦区", created_at=desk.now())
    app = APIFlask("huijian", static_folder=None, spec_path=None, docs_path=None)
    app.testing = True
    door = console.WeChatDoor(APPID, "https://open.weixin.test", client.openid_for)
    console.register(
        app, desk=desk, redis=redis_client, asking=None, secret_keys=["passes"], public_url=HOST, wechat=door
    )
    yield app
    stand_in.clear()


@pytest.fixture
def officer(app, desk):
    officer = an_officer("gate", "pudong", desk.now())
    officers.bind_website(Actor.of(officer, ""), desk.now(), officer, GATE)
    return officer


def set_out(browser, wanted=""):
    answer = browser.get(f"/wechat/oauth?next={wanted}")
    assert answer.status_code == 302
    return answer.location


def callback(stand_in, address, openid):
    """The path WeChat leads the browser back to."""
    back = urlsplit(stand_in.scan(address, openid))
    assert back.netloc == "huijian.test"
    return f"{back.path}?{back.query}"


def test_who_is_bound_comes_in_by_scanning(stranger, stand_in, officer):
    address = set_out(stranger, "/console/me")
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith("https://open.weixin.test/connect/qrconnect?appid=wxdemo00000website&")
    assert address.endswith("#wechat_redirect") and asked["scope"] == ["snsapi_login"]
    assert asked["redirect_uri"] == ["https://huijian.test/wechat/oauth/callback"]
    answer = stranger.get(callback(stand_in, address, GATE))
    assert (answer.status_code, answer.location) == (303, "/console/me")
    assert "gate-pudong" in stranger.get("me").text
    note = Audit.get(Audit.what == "officer.signed_in")
    assert (note.who, note.words, note.origin) == ("gate-pudong", {"way": "微信"}, "127.0.0.1")


def test_the_stand_ins_page_leads_the_same_way(stranger, stand_in, officer):
    path = set_out(stranger).removeprefix("https://open.weixin.test").partition("#")[0]
    page = requests.get(stand_in.url + path, timeout=5)
    assert "窗口民警" in page.text and GATE in page.text
    back = requests.post(stand_in.url + path, {"openid": GATE}, allow_redirects=False, timeout=5)
    answer = stranger.get(back.headers["Location"].removeprefix(HOST))
    assert answer.status_code == 303 and stranger.cookie(SESSION)


def test_who_is_not_bound_is_told_how(stranger, stand_in, officer):
    answer = stranger.get(callback(stand_in, set_out(stranger), STRANGER))
    assert (answer.status_code, "没有绑定民警账号" in answer.text) == (403, True)
    assert not stranger.cookie(SESSION)


def test_who_is_suspended_does_not_come_in(stranger, stand_in, officer):
    Officer.update(state="suspended").execute()
    assert stranger.get(callback(stand_in, set_out(stranger), GATE)).status_code == 403


def test_who_says_no_on_the_phone_is_back_at_the_sign_in(stranger, stand_in, officer):
    answer = stranger.get(callback(stand_in, set_out(stranger), None))
    assert answer.location == "/console/sign-in"
    assert "微信登录已取消" in stranger.get("sign-in").text


@pytest.mark.parametrize("state", ["", "x", "0" * 64, "中", "a" * 5000])
def test_a_state_that_was_not_handed_out_is_nobodys(stranger, stand_in, officer, state):
    set_out(stranger)
    code = parse_qs(urlsplit(callback(stand_in, set_out(stranger), GATE)).query)["code"][0]
    answer = stranger.get("/wechat/oauth/callback", query_string={"code": code, "state": state})
    assert answer.status_code == 403 and not stranger.cookie(SESSION)


def test_another_browser_can_not_use_a_state(app, stranger, stand_in, officer):
    """Else somebody could have an officer work in a session that is not his own."""
    path = callback(stand_in, set_out(stranger), GATE)
    victim = Browser(app.test_client())
    assert victim.get(path).status_code == 403
    set_out(victim)  # a cookie of its own is no help
    assert victim.get(path).status_code == 403 and not victim.cookie(SESSION)


def test_a_state_is_used_up_by_its_first_use(stranger, stand_in, officer):
    path = callback(stand_in, set_out(stranger), GATE)
    assert stranger.get(path).status_code == 303
    assert stranger.get(path).status_code == 403


def test_a_state_runs_out(stranger, stand_in, officer, redis_client):
    path = callback(stand_in, set_out(stranger), GATE)
    (key,) = redis_client.keys("console:wechat:*")
    assert 590 <= redis_client.ttl(key) <= 600
    redis_client.expire(key, 0)
    assert stranger.get(path).status_code == 403


def test_a_code_is_used_up_by_its_first_use(stranger, stand_in, officer):
    one = set_out(stranger)
    code = parse_qs(urlsplit(callback(stand_in, one, GATE)).query)["code"][0]
    states = [parse_qs(urlsplit(one).query)["state"][0]]
    assert stranger.get(f"/wechat/oauth/callback?code={code}&state={states[0]}").status_code == 303
    stranger.post("sign-out")
    two = parse_qs(urlsplit(set_out(stranger)).query)["state"][0]
    answer = stranger.get(f"/wechat/oauth/callback?code={code}&state={two}")
    assert (answer.status_code, "重新扫码" in answer.text) == (401, True)


@pytest.mark.parametrize("code", ["x", "\x00", "中", "c" * 3000])
def test_a_code_wechat_never_gave_opens_nothing(stranger, officer, code):
    state = parse_qs(urlsplit(set_out(stranger)).query)["state"][0]
    answer = stranger.get("/wechat/oauth/callback", query_string={"code": code, "state": state})
    assert answer.status_code == 401 and not stranger.cookie(SESSION)


def test_a_code_wechat_refused_is_not_asked_again_and_its_address_comes_to_be_shown_the_wait(
    stranger, stand_in, officer, client, monkeypatch
):
    def bring(code):
        state = parse_qs(urlsplit(set_out(stranger)).query)["state"][0]
        return stranger.get("/wechat/oauth/callback", query_string={"code": code, "state": state})

    before = stand_in.requests(ACCESS_TOKEN)
    assert [bring("never-given").status_code for _ in range(3)] == [401] * 3
    assert stand_in.requests(ACCESS_TOKEN) == before + 1
    for number in range(1, CODES_FAILED.amount):
        assert bring(f"never-given-{number}").status_code == 401
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 0.01)
    with client._client.aside.one("somebody"):
        answer = bring("never-given-too")
    assert answer.status_code == 429 and answer.headers["Retry-After"] == "1"
    assert stand_in.requests(ACCESS_TOKEN) == before + CODES_FAILED.amount
    assert stranger.get(callback(stand_in, set_out(stranger), GATE)).status_code == 303  # never shut


def test_who_is_signed_in_and_binds_does_not_wait_for_strangers_at_his_address(
    stranger, signed_in, stand_in, client, monkeypatch
):
    browser = signed_in("gate")
    address = re.search(r'href="(https://open[^"]+)"', browser.post("me/wechat").text)[1].replace("&amp;", "&")
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 0.01)
    for _ in range(ONE_AT_A_TIME_FROM):
        client._codes._limits.code_failed("website", "127.0.0.1")
    with client._client.aside.one("somebody"):
        assert stranger.get(callback(stand_in, set_out(stranger), GATE)).status_code == 429
        assert browser.get(callback(stand_in, address, GATE)).location == "/console/me"
    assert officers.of_website(GATE) == browser.officer


@pytest.mark.parametrize("fault", ["-1", "45011", "html_502", "html_200", "reset"])
def test_when_wechat_fails_the_page_says_so(stranger, stand_in, officer, fault):
    stand_in.faults.order(fault, "always")
    answer = stranger.get(callback(stand_in, set_out(stranger), GATE))
    assert answer.status_code in (429, 503) and answer.mimetype == "text/html"
    assert "demo-website-secret" not in answer.text


@pytest.mark.parametrize("elsewhere", ["//evil.example", "/\\evil.example", "https://evil.example", "/api/v1/me"])
def test_the_way_back_stays_within_the_console(stranger, stand_in, officer, elsewhere):
    answer = stranger.get(callback(stand_in, set_out(stranger, elsewhere), GATE))
    assert answer.location == "/console/"


def test_without_redis_nobody_sets_out(app, stranger, officer, redis_client):
    import dataclasses

    from redis import Redis

    away = Redis(port=9, socket_connect_timeout=0.2, retry=None)
    app.extensions["huijian.console"] = dataclasses.replace(app.extensions["huijian.console"], redis=away)
    assert stranger.get("/wechat/oauth").status_code == 503
    assert stranger.get("/wechat/oauth/callback?code=x&state=" + "0" * 64).status_code == 503
    away.close()


def test_an_officer_binds_his_wechat_from_his_own_page(app, stand_in, signed_in):
    browser = signed_in("gate")
    page = browser.post("me/wechat").text
    address = re.search(r'href="(https://open[^"]+)"', page)[1].replace("&amp;", "&")
    answer = browser.get(callback(stand_in, address, GATE))
    assert answer.location == "/console/me"
    assert "已绑定微信" in browser.get("me").text
    assert officers.of_website(GATE) == browser.officer
    fresh = Browser(app.test_client())
    assert fresh.get(callback(stand_in, set_out(fresh), GATE)).status_code == 303
    assert browser.post("me/wechat-unbinding").status_code == 303
    assert officers.of_website(GATE) is None


def test_a_wechat_that_is_another_officers_is_not_bound(stand_in, officer, signed_in):
    browser = signed_in("chief")
    address = re.search(r'href="(https://open[^"]+)"', browser.post("me/wechat").text)[1].replace("&amp;", "&")
    browser.get(callback(stand_in, address, GATE))
    assert "已绑定另一位民警" in browser.get("me").text
    assert officers.of_website(GATE) == officer


def test_only_who_set_out_binds(stand_in, signed_in):
    """Signed out meanwhile, or somebody else at the same browser: nothing is bound."""
    browser, other = signed_in("gate"), signed_in("chief")
    address = re.search(r'href="(https://open[^"]+)"', browser.post("me/wechat").text)[1].replace("&amp;", "&")
    browser.keep(SESSION, other.cookie(SESSION))
    assert browser.get(callback(stand_in, address, GATE)).status_code == 403
    assert officers.of_website(GATE) is None


def test_a_preview_user_is_nobody(stranger, stand_in, officer, monkeypatch):
    """WeChat's preview mode makes up an openid; it says so with `is_snapshotuser`."""
    told = stand_in.platform.oauth.access_token
    monkeypatch.setattr(stand_in.platform.oauth, "access_token", lambda query: told(query) | {"is_snapshotuser": 1})
    answer = stranger.get(callback(stand_in, set_out(stranger), GATE))
    assert answer.status_code == 403 and not stranger.cookie(SESSION)
