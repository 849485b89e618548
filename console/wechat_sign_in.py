"""Signing in with WeChat: to WeChat's page with its QR code, and back with a code that says who scanned it.

The way back is good once, for ten minutes, and only in the browser that set out: the state is kept in Redis beside the
hash of a cookie.
"""

import hashlib
import hmac
import json
import re
import secrets
from typing import Any, NamedTuple
from urllib.parse import urlencode

from apiflask import APIBlueprint
from flask import Response, request, url_for

from booking.officers import officers
from console.door import console, here, page, say
from console.door.context import FORM_BYTES, door
from console.door.guard import recognised
from console.door.tries import count_address
from console.sign_in import let_in, own_path
from refusals import AlreadyBound, Forbidden

oauth = APIBlueprint("console_wechat", __name__, enable_openapi=False)

COOKIE = "huijian-wechat"
LASTS_SECONDS = 600
_STATE = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Errand(NamedTuple):
    """What somebody set out for: `officer` is 0 to sign in, else the one to be bound."""

    browser: str
    next: str
    officer: int


@oauth.before_request
def _watch() -> None:
    request.max_content_length = FORM_BYTES


@oauth.get("/wechat/oauth")
def set_out() -> Response:
    """Raises RateLimited, RedisError."""
    count_address(door().redis, request.remote_addr or "")
    answer = Response(status=302)
    answer.headers["Location"] = _towards_wechat(answer, own_path(request.args.get("next", "")), 0)
    return answer


@console.post("/me/wechat")
def my_wechat() -> Response:
    """To bind: the way to WeChat as a link, since a form's answer may not lead to another host."""
    answer = Response()
    address = _towards_wechat(answer, url_for("console.me"), here().officer.id)
    answer.set_data(page("wechat_bind.html", address=address))
    return answer


@oauth.get("/wechat/oauth/callback")
def come_back() -> Response:
    """Raises Forbidden, Unauthenticated, RateLimited, Unavailable."""
    errand = _errand()
    if not (code := request.args.get("code", "")):
        say("微信登录已取消")
        return _to(errand.next if errand.officer else url_for("console.sign_in"))
    bringer = f"officer {errand.officer}" if errand.officer else request.remote_addr or ""
    openid = door().wechat.openid_for(code[:512], bringer)
    return _bind(errand, openid) if errand.officer else _sign_in(errand, openid)


def _sign_in(errand: Errand, openid: str) -> Response:
    officer = officers.of_website(openid)
    if officer is None:
        raise Forbidden("此微信没有绑定民警账号：请先用账号登录，再到“我的账号”绑定")
    return let_in(officer, errand.next, "微信")


def _bind(errand: Errand, openid: str) -> Response:
    """Only for the officer who set out, and is still signed in here."""
    if not recognised() or here().officer.id != errand.officer or here().session.enrolling:
        raise Forbidden("请先登录，再绑定微信")
    try:
        officers.bind_website(here().actor, here().now, here().officer, openid)
        say("已绑定微信，以后可以用微信登录")
    except AlreadyBound as refusal:
        say(refusal.detail, wrong=True)
    return _to(errand.next)


def _towards_wechat(answer: Response, wanted: str, officer: int) -> str:
    """WeChat's address to go to; `answer` gets the cookie by which the browser is known again."""
    state, browser = secrets.token_hex(32), secrets.token_urlsafe(32)
    errand = Errand(_hash(browser), wanted, officer)
    door().redis.set(_key(state), json.dumps(errand), ex=LASTS_SECONDS)
    door().cookies.put(answer, COOKIE, browser, LASTS_SECONDS)
    query = {
        "appid": door().wechat.appid,
        "redirect_uri": f"{door().public_url}/wechat/oauth/callback",
        "response_type": "code",
        "scope": "snsapi_login",
        "state": state,
    }
    return f"{door().wechat.open_url}/connect/qrconnect?{urlencode(query)}#wechat_redirect"


def _errand() -> Errand:
    """Used up with that. Raises Forbidden."""
    state, browser = request.args.get("state", ""), door().cookies.read(COOKIE)
    kept: Any = door().redis.getdel(_key(state)) if _STATE.fullmatch(state) else None
    if kept is not None and browser:
        errand = Errand(*json.loads(kept))
        if hmac.compare_digest(errand.browser, _hash(browser)):
            return errand
    raise Forbidden("微信登录已失效，请重新开始")


def _to(path: str) -> Response:
    return Response(status=303, headers={"Location": path})


def _hash(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def _key(state: str) -> str:
    return f"console:wechat:{state}"
