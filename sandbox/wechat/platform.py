"""WeChat's side of it: the apps with their secrets, and what each call answers. Knows nothing of HTTP."""

import base64
import re
import secrets
from collections.abc import Callable, Mapping, Sequence

from sandbox.wechat.codes import Codes
from sandbox.wechat.oauth import OAuth, Website
from sandbox.wechat.refusals import Refused
from sandbox.wechat.subscriptions import Subscriptions
from sandbox.wechat.tokens import Tokens

OPENID = re.compile(r"o[A-Za-z0-9_-]{27}")


class Platform:
    def __init__(
        self,
        apps: Mapping[str, str],
        templates: Mapping[str, Sequence[str]],
        now: Callable[[], float],
        website: Website | None = None,
    ):
        """`apps`: appid → AppSecret, the mini-program first; `templates`: id → its keys; `now` in seconds."""
        self._apps, self._now = apps, now
        self._openids: set[str] = set()
        self.miniprogram = next(iter(apps))
        self.tokens = Tokens(now)
        self.login_codes = Codes(now, used_errcode=40163)
        self.phone_codes = Codes(now, used_errcode=40029)
        self.subscriptions = Subscriptions(templates, now)
        self.oauth = OAuth(website, self._app, now)

    def tap_login(self, openid: str) -> str:
        """What `wx.login` gives the phone of this person."""
        self._openids.add(openid)
        return self.login_codes.issue(self.miniprogram, openid)

    def tap_phone(self, phone: str) -> str:
        """What the phone number button gives the phone with this number."""
        return self.phone_codes.issue(self.miniprogram, phone)

    def tap_allow(self, openid: str, template_id: str, times: int) -> None:
        self._openids.add(openid)
        self.subscriptions.consent(openid, template_id, times)

    def session(self, query: Mapping[str, str]) -> dict[str, object]:
        """code2session."""
        appid = self._app(query)
        if not query.get("js_code"):
            raise Refused(41008)
        if query.get("grant_type") != "authorization_code":
            raise Refused(40002)
        openid = self.login_codes.redeem(appid, query["js_code"])
        return {"session_key": base64.b64encode(secrets.token_bytes(16)).decode(), "openid": openid}

    def token(self, query: Mapping[str, str]) -> dict[str, object]:
        token, seconds = self.tokens.fetch(self._credentials(query))
        return {"access_token": token, "expires_in": seconds}

    def stable_token(self, body: Mapping[str, object]) -> dict[str, object]:
        force = body.get("force_refresh", False)
        if not isinstance(force, bool):
            raise Refused(47001)
        token, seconds = self.tokens.stable(self._credentials(body), force)
        return {"access_token": token, "expires_in": seconds}

    def phone_number(self, appid: str, body: Mapping[str, object]) -> dict[str, object]:
        code = body.get("code")
        if not isinstance(code, str):
            raise Refused(40029)
        phone = self.phone_codes.redeem(appid, code)
        watermark = {"timestamp": int(self._now()), "appid": appid}
        names = {"phoneNumber": phone, "purePhoneNumber": phone, "countryCode": "86", "watermark": watermark}
        return {"errcode": 0, "errmsg": "ok", "phone_info": names}

    def subscribe_message(self, appid: str, body: Mapping[str, object]) -> dict[str, object]:
        openid, template_id, page = body.get("touser"), body.get("template_id"), body.get("page") or ""
        if appid != self.miniprogram:
            raise Refused(48001)
        # A fresh stand-in has met nobody yet, so an openid of the real shape is taken for one.
        if not isinstance(openid, str) or not (openid in self._openids or OPENID.fullmatch(openid)):
            raise Refused(40003)
        if not isinstance(template_id, str):
            raise Refused(40037)
        msgid = self.subscriptions.send(openid, template_id, body.get("data"), str(page))
        return {"errcode": 0, "errmsg": "ok", "msgid": msgid}

    def _credentials(self, given: Mapping[str, object]) -> str:
        if given.get("grant_type") != "client_credential":
            raise Refused(40002)
        return self._app(given)

    def _app(self, given: Mapping[str, object]) -> str:
        appid, secret = given.get("appid"), given.get("secret")
        if not appid:
            raise Refused(41002)
        if not secret:
            raise Refused(41004)
        if not isinstance(appid, str) or appid not in self._apps:
            raise Refused(40013)
        if secret != self._apps[appid]:
            raise Refused(40125)
        return appid
