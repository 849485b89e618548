"""The stand-in's website sign-in: what its page refuses, and how a code lives and dies."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sandbox import wechat
from sandbox.wechat.oauth import Website, WrongAddress
from tests.sandbox.clients import APPID, SECRET, Watch

SITE, SITE_SECRET, OPENID = "wxdemo00000website", "demo-website-secret", "oWEB-gate"
QUERY = {
    "appid": SITE,
    "redirect_uri": "https://huijian.test/wechat/oauth/callback",
    "response_type": "code",
    "scope": "snsapi_login",
    "state": "abc",
}
GRANT = {"appid": SITE, "secret": SITE_SECRET, "grant_type": "authorization_code"}


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def tencent(watch):
    apps, site = {APPID: SECRET, SITE: SITE_SECRET}, Website(SITE, ["huijian.test"], {OPENID: "窗口民警"})
    with wechat.running(apps=apps, templates={}, now=watch.seconds, website=site) as stand_in:
        yield stand_in


def page(stand_in, **other):
    return requests.get(f"{stand_in.url}/connect/qrconnect", QUERY | other, timeout=5).text


def code(stand_in):
    path = f"{stand_in.url}/connect/qrconnect"
    answer = requests.post(path, {"openid": OPENID}, params=QUERY, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    assert (back.netloc, back.path) == ("huijian.test", "/wechat/oauth/callback")
    return parse_qs(back.query)["code"][0]


def exchange(stand_in, **given):
    answer = requests.get(f"{stand_in.url}/sns/oauth2/access_token", GRANT | given, timeout=5)
    assert answer.status_code == 200
    return answer.json()


def test_the_page_asks_who_scans(tencent):
    assert "窗口民警" in page(tencent) and OPENID in page(tencent)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"appid": APPID}, "10005"),
        ({"redirect_uri": "https://evil.test/wechat/oauth/callback"}, "10003"),
        ({"redirect_uri": "https://huijian.test.evil.test/"}, "10003"),
        ({"redirect_uri": "javascript://huijian.test/"}, "10003"),
        ({"redirect_uri": ""}, "10003"),
        ({"scope": "snsapi_base"}, "Scope"),
        ({"response_type": "token"}, "Scope"),
        ({"state": "x" * 129}, "state"),
    ],
)
def test_the_page_leads_to_the_registered_host_only(tencent, other, words):
    assert words in page(tencent, **other) and OPENID not in page(tencent, **other)
    with pytest.raises(WrongAddress):
        tencent.platform.oauth.scan(QUERY | other, OPENID)


def test_a_code_says_who_scanned(tencent):
    told = exchange(tencent, code=code(tencent))
    assert (told["openid"], told["scope"], told["expires_in"]) == (OPENID, "snsapi_login", 7200)
    assert told["access_token"] and told["refresh_token"] and told["unionid"]


def test_who_says_no_gets_the_state_back_and_no_code(tencent):
    back = tencent.platform.oauth.scan(QUERY, None)
    assert parse_qs(urlsplit(back).query) == {"state": ["abc"]}


@pytest.mark.parametrize(
    ("wrong", "errcode"),
    [
        ({"appid": None}, 41002),
        ({"secret": None}, 41004),
        ({"code": None}, 41008),
        ({"appid": "wxunknown"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "client_credential"}, 40002),
        ({"code": "never-issued"}, 40029),
        ({"appid": APPID, "secret": SECRET}, 40029),
    ],
)
def test_an_exchange_is_refused_with_its_code(tencent, wrong, errcode):
    good = code(tencent)
    assert exchange(tencent, **{"code": good} | wrong)["errcode"] == errcode
    assert exchange(tencent, code=good)["openid"] == OPENID


def test_a_code_is_good_once_and_for_five_minutes(tencent, watch):
    used, old = code(tencent), code(tencent)
    exchange(tencent, code=used)
    assert exchange(tencent, code=used)["errcode"] == 40163
    watch.ahead += timedelta(seconds=301)
    assert exchange(tencent, code=old)["errcode"] == 40029
