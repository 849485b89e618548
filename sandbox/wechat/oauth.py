"""Signing in to a website with WeChat: the page with the QR code, which here asks who scans it, and the exchange."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, redirect, render_template, request

from sandbox.wechat.codes import Codes
from sandbox.wechat.refusals import Refused

QRCONNECT, ACCESS_TOKEN = "/connect/qrconnect", "/sns/oauth2/access_token"


@dataclass(frozen=True)
class Website:
    """A website app as registered: the hosts it may lead back to; and openid → who that is, for the page."""

    appid: str
    hosts: Sequence[str]
    people: Mapping[str, str] = field(default_factory=dict)


class WrongAddress(Exception):
    """What the page says instead of a QR code, as WeChat's does."""


class OAuth:
    def __init__(self, website: Website | None, app: Callable[[Mapping[str, str]], str], now: Callable[[], float]):
        """`app` checks appid and secret, as for every other call."""
        self.website, self._app = website, app
        self.codes = Codes(now, used_errcode=40163)

    def check(self, query: Mapping[str, str]) -> Website:
        """Raises WrongAddress."""
        if self.website is None or query.get("appid") != self.website.appid:
            raise WrongAddress("AppID 参数错误（10005：该公众号没有这些 scope 的权限）")
        if query.get("response_type") != "code" or query.get("scope") != "snsapi_login":
            raise WrongAddress("Scope 参数错误或没有 Scope 权限")
        to = urlsplit(query.get("redirect_uri", ""))
        if to.scheme not in ("http", "https") or to.netloc not in self.website.hosts:
            raise WrongAddress("redirect_uri 参数错误（10003：域名与后台配置不一致）")
        if len(query.get("state", "").encode()) > 128:
            raise WrongAddress("state 参数过长")
        return self.website

    def scan(self, query: Mapping[str, str], openid: str | None) -> str:
        """Where the browser is led back to: with a code for who scanned, without one for who said no."""
        website = self.check(query)
        said = {"code": self.codes.issue(website.appid, openid)} if openid else {}
        given = said | ({"state": query["state"]} if query.get("state") else {})
        mark = "&" if urlsplit(query["redirect_uri"]).query else "?"
        return f"{query['redirect_uri']}{mark}{urlencode(given)}"

    def access_token(self, query: Mapping[str, str]) -> dict[str, object]:
        appid = self._app(query)
        if not query.get("code"):
            raise Refused(41008)
        if query.get("grant_type") != "authorization_code":
            raise Refused(40002)
        openid = self.codes.redeem(appid, query["code"])
        tokens = {name: secrets.token_urlsafe(48) for name in ("access_token", "refresh_token")}
        about = {"expires_in": 7200, "openid": openid, "scope": "snsapi_login"}
        return tokens | about | {"unionid": f"u{openid[1:]}"}


def mount(app: Flask, oauth: OAuth) -> None:
    """The page for people. `openid` in the form is who scans; without it somebody says no."""

    @app.route(QRCONNECT, methods=["GET", "POST"])
    def qrconnect() -> Any:
        if request.method == "POST":
            return redirect(oauth.scan(request.args, request.form.get("openid")))
        return render_template("qrconnect.html", website=oauth.check(request.args))

    @app.errorhandler(WrongAddress)
    def wrong_address(wrong: WrongAddress) -> str:
        return render_template("qrconnect.html", wrong=str(wrong))
