"""The only place that calls WeChat. Outside it there are our errors only, and no secret in any of them."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import requests
from redis import Redis, RedisError
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from refusals import Forbidden, Invalid, RateLimited, Refusal, Unauthenticated, Unavailable

# At DEBUG it writes whole URLs, and WeChat wants its secrets in them.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
log = logging.getLogger(__name__)

OFFICIAL = "https://api.weixin.qq.com"
CONNECT_S, READ_S = 3, 5
RENEW_BEFORE_S = 300  # the platform makes the next stable token five minutes early; both are good meanwhile
STALE = {40001, 40014, 42001}
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)


class MessageNotSent(Exception):
    """A subscription message WeChat certainly did not take; -1 stands also for a token that could not be had."""

    def __init__(self, errcode: int):
        super().__init__(f"WeChat errcode {errcode}")
        self.errcode = errcode


class MessageDeclined(MessageNotSent):
    """The lawyer refused such messages, or the consents are used up (43101)."""


class MessageUnknown(Exception):
    """The call broke off: WeChat may or may not have sent the message."""


class WeChat:
    """The mini-program's calls. One for a process; threads share it, processes share its token through Redis."""

    def __init__(self, appid: str, secret: str, redis: Redis, api_url: str = OFFICIAL):
        self._client = _Client(appid, secret, redis, api_url)

    def close(self) -> None:
        self._client._http.close()

    def openid_for(self, code: str) -> str:
        """Who holds the phone that got `code` from `wx.login`. The session key WeChat adds is dropped here.

        Raises Unauthenticated (a used or wrong code), RateLimited, Forbidden (WeChat blocks the user), Unavailable.
        """
        client = self._client
        params = {
            "appid": client.appid,
            "secret": client.secret,
            "js_code": code,
            "grant_type": "authorization_code",
            "access_token": None,  # else the library fetches one and sends it along
        }
        found = _refusing(_SIGN_IN, lambda: client.get(f"{OFFICIAL}/sns/jscode2session", params=params))
        openid = found.get("openid")
        if not isinstance(openid, str) or not 1 <= len(openid) <= 64:
            raise Unavailable("微信登录暂时不可用，请稍后再试")
        return openid

    def phone_for(self, code: str) -> str:
        """The mainland mobile number, 11 digits, that the lawyer let the mini-program see.

        Raises Invalid (a used or wrong code, or no mainland number), RateLimited, Unavailable.
        """
        url = f"{OFFICIAL}/wxa/business/getuserphonenumber"
        answer = _refusing(_PHONE, lambda: self._client.post_with_token(url, {"code": code}))
        found = answer.get("phone_info")
        if not isinstance(found, dict) or (found.get("watermark") or {}).get("appid") != self._client.appid:
            raise Unavailable("微信手机号服务暂时不可用，请稍后再试")
        number = str(found.get("purePhoneNumber", ""))
        if str(found.get("countryCode")) != "86" or not MOBILE.fullmatch(number):
            raise _bad_phone_code("请使用中国大陆手机号")
        return number

    def send_subscription_message(
        self, openid: str, template_id: str, data: Mapping[str, str], page: str = ""
    ) -> None:
        """One message for one consent, `data` being the template's fields; returns when WeChat took it.

        Raises MessageDeclined, MessageNotSent, MessageUnknown.
        """
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "miniprogram_state": "formal",
            "lang": "zh_CN",
        }
        body |= {"data": {key: {"value": value} for key, value in data.items()}} | (
            {"page": page} if page else {}
        )
        if not isinstance(_ask(self._client.with_token), dict):
            raise MessageNotSent(-1)
        outcome = _ask(
            lambda: self._client.post_with_token(f"{OFFICIAL}/cgi-bin/message/subscribe/send", body)
        )
        if isinstance(outcome, _Lost):
            raise MessageUnknown(outcome.why)
        if isinstance(outcome, _Said):
            raise (MessageDeclined if outcome.errcode == 43101 else MessageNotSent)(outcome.errcode)


class Website:
    """The website app's one call: who scanned the QR code. It has no token of its own to keep."""

    def __init__(self, appid: str, secret: str, redis: Redis, api_url: str = OFFICIAL):
        self._client = _Client(appid, secret, redis, api_url)

    def close(self) -> None:
        self._client._http.close()

    def openid_for(self, code: str) -> str:
        """Raises Unauthenticated (a used or wrong code), Forbidden (no real user), RateLimited, Unavailable."""
        client = self._client
        params = {
            "appid": client.appid,
            "secret": client.secret,
            "code": code,
            "grant_type": "authorization_code",
            "access_token": None,
        }
        found = _refusing(_WEBSITE, lambda: client.get(f"{OFFICIAL}/sns/oauth2/access_token", params=params))
        if found.get("is_snapshotuser"):
            raise Forbidden("微信预览模式不能用来登录")
        openid = found.get("openid")
        if not isinstance(openid, str) or not 1 <= len(openid) <= 64:
            raise Unavailable("微信登录暂时不可用，请稍后再试")
        return openid


class AccountRefused(Unavailable):
    """WeChat did not do what the subscription account asked for; `errcode` is 0 where it gave no answer."""

    def __init__(self, errcode: int):
        words = _ACCOUNT.get(errcode, f"微信拒绝了这一操作（{errcode}）")
        super().__init__(words if errcode else "微信没有应答，请稍后再试")
        self.errcode = errcode


class Account:
    """The subscription account's calls: an appid, a secret and a token of its own."""

    def __init__(self, appid: str, secret: str, redis: Redis, api_url: str = OFFICIAL):
        self._client = _Client(appid, secret, redis, api_url)

    def close(self) -> None:
        self._client._http.close()

    def get(self, path: str) -> dict[str, Any]:
        """`path` as in `menu/get`. Raises AccountRefused."""
        return self._answered(lambda: self._client.get_with_token(f"{OFFICIAL}/cgi-bin/{path}"))

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises AccountRefused."""
        return self._answered(lambda: self._client.post_with_token(f"{OFFICIAL}/cgi-bin/{path}", body))

    def _answered(self, call: Callable[[], Any]) -> dict[str, Any]:
        outcome = _ask(call)
        if isinstance(outcome, dict):
            return outcome
        raise AccountRefused(outcome.errcode if isinstance(outcome, _Said) else 0)


class _Said(NamedTuple):
    """WeChat said no, with this errcode."""

    errcode: int


class _Lost(NamedTuple):
    """No answer that can be understood."""

    why: str


def _bad_phone_code(message: str) -> Invalid:
    return Invalid(message, errors=[{"field": "phone_code", "message": message}])


_SIGN_IN: dict[int, Callable[[], Refusal]] = {
    40029: lambda: Unauthenticated("微信登录凭证无效，请重新进入小程序"),
    40163: lambda: Unauthenticated("微信登录凭证已使用，请重新进入小程序"),
    41008: lambda: Unauthenticated("缺少微信登录凭证，请重新进入小程序"),
    40226: lambda: Forbidden("微信判定此账号存在风险，暂不能登录"),
    45011: lambda: RateLimited("登录过于频繁，请一分钟后再试"),
}
_WEBSITE: dict[int, Callable[[], Refusal]] = {
    40029: lambda: Unauthenticated("微信登录凭证无效，请重新扫码"),
    40163: lambda: Unauthenticated("微信登录凭证已使用，请重新扫码"),
    45011: lambda: RateLimited("登录过于频繁，请一分钟后再试"),
}
_PHONE: dict[int, Callable[[], Refusal]] = {
    40029: lambda: _bad_phone_code("手机号授权已失效，请重新授权"),
    40163: lambda: _bad_phone_code("手机号授权已使用，请重新授权"),
    45011: lambda: RateLimited("操作过于频繁，请一分钟后再试"),
}

_ACCOUNT = {
    48001: "该公众号尚未通过微信认证，微信不开放自定义菜单和标签（48001）。请在微信公众平台完成认证；"
    "在此之前民警仍可直接发送文字查询",
    40164: "本服务器的IP地址不在该公众号的IP白名单内（40164），请在微信公众平台“基本配置”中添加",
    89503: "微信要求公众号管理员确认本服务器的IP地址（89503），请管理员在微信中确认后再试",
    40013: "WECHAT_ACCOUNT_APPID 不对（40013）",
    40125: "WECHAT_ACCOUNT_SECRET 不对（40125）",
    40243: "该公众号的AppSecret已被冻结（40243），请在微信公众平台解冻",
    45009: "今日调用微信的次数已用完（45009），请明日再试",
    65303: "微信上还没有默认菜单（65303）",
}


def _refusing(words: dict[int, Callable[[], Refusal]], call: Callable[[], Any]) -> dict[str, Any]:
    outcome = _ask(call)
    if isinstance(outcome, dict):
        return outcome
    if isinstance(outcome, _Said) and outcome.errcode in words:
        raise words[outcome.errcode]()
    log.error("WeChat cannot be used: %s", outcome)
    raise Unavailable("微信服务暂时不可用，请稍后再试")


def _ask(call: Callable[[], Any]) -> dict[str, Any] | _Said | _Lost:
    """The answer, or what went wrong as a value: exceptions of the libraries carry the URL, and it our secrets."""
    try:
        answer = call()
    except WeChatClientException as error:
        return _Said(error.errcode) if isinstance(error.errcode, int) else _Lost("HTTP error")
    except requests.RequestException as error:
        return _Lost(type(error).__name__)
    return answer if isinstance(answer, dict) else _Lost("answer is not a JSON object")


class _Elsewhere(HTTPAdapter):
    """Takes the official address to another one. Some calls of the library know no other than the official."""

    def __init__(self, url: str):
        self.url = url
        super().__init__(pool_maxsize=32)

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = self.url + request.url.removeprefix(OFFICIAL)
        return super().send(request, *args, **kwargs | {"proxies": {}})


class _Client(WeChatClient):
    """The library's client, which by itself retries without end, waits without end and shares no expiry."""

    def __init__(self, appid: str, secret: str, redis: Redis, api_url: str):
        super().__init__(appid, secret, timeout=(CONNECT_S, READ_S), auto_retry=False)
        if api_url != OFFICIAL:
            self._http.mount(OFFICIAL + "/", _Elsewhere(api_url))
        self._redis = redis
        self._key = f"wechat:{appid}:token"
        self._one_at_a_time = threading.Lock()
        self._mine = ("", 0.0)

    def post_with_token(self, url: str, data: dict[str, Any]) -> Any:
        return self._once_more(lambda token: self.post(url, params={"access_token": token}, data=data))

    def get_with_token(self, url: str) -> Any:
        return self._once_more(lambda token: self.get(url, params={"access_token": token}))

    def _once_more(self, call: Callable[[str], Any]) -> Any:
        """With a new token when the old one is refused, and never a third time."""
        token = self.access_token
        try:
            return call(token)
        except WeChatClientException as error:
            if error.errcode not in STALE:
                raise
        return call(self.token_after(token))

    def with_token(self) -> dict[str, str]:
        return {"access_token": self.access_token}

    @property
    def access_token(self) -> str:
        return self._shared() or self.token_after("")

    def token_after(self, stale: str) -> str:
        """A token other than `stale`: what another thread or process has fetched meanwhile, or a new one."""
        with self._one_at_a_time, self._alone_among_processes():
            found = self._shared()
            return found if found and found != stale else self._fetch()

    def _fetch(self) -> str:
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        answer = self.post(f"{OFFICIAL}/cgi-bin/stable_token", params={"access_token": None}, data=body)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise requests.exceptions.InvalidJSONError("no token in the answer")
        self._share(token, max(60, int(answer.get("expires_in", 7200)) - RENEW_BEFORE_S))
        return token

    def _shared(self) -> str:
        try:
            found: Any = self._redis.get(self._key)
        except RedisError:
            token, until = self._mine
            return token if time.monotonic() < until else ""
        return found.decode() if isinstance(found, bytes) else found or ""

    def _share(self, token: str, seconds: int) -> None:
        self._mine = (token, time.monotonic() + seconds)
        try:
            self._redis.set(self._key, token, ex=seconds)
        except RedisError:
            log.warning("Redis is away: the WeChat token is kept in this process")

    @contextmanager
    def _alone_among_processes(self) -> Iterator[None]:
        """Waits for its turn. Where Redis can give none, several may fetch: a stable token is the same for all."""
        lock = self._redis.lock(
            f"{self._key}:lock", timeout=2 * (CONNECT_S + READ_S), blocking_timeout=CONNECT_S + READ_S
        )
        held = _quietly(lock.acquire)
        try:
            yield
        finally:
            if held:
                _quietly(lock.release)


def _quietly(step: Callable[[], Any]) -> Any:
    try:
        return step()
    except RedisError:
        return None
