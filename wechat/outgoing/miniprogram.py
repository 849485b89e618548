"""The mini-program's calls to WeChat. Outside there are our errors only, and no secret in any of them."""

import re
from collections.abc import Callable, Mapping

from redis import Redis

from outer_machine import OuterMachine
from refusals import Forbidden, Invalid, RateLimited, Refusal, Unauthenticated, Unavailable
from wechat.outgoing import calling
from wechat.outgoing.calling import OFFICIAL, Client, Lost, Said
from wechat.outgoing.codes import Codes

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

    def __init__(
        self, appid: str, secret: str, redis: Redis, api_url: str = OFFICIAL, machine: OuterMachine | None = None
    ):
        self._client = Client(appid, secret, redis, api_url, machine or calling.machine())
        self._sign_in_codes = Codes("sign-in", self._client, redis, _SIGN_IN)
        self._phone_codes = Codes("phone", self._client, redis, _PHONE)

    def close(self) -> None:
        self._client._http.close()

    def openid_for(self, code: str, bringer: str) -> str:
        """Who holds the phone that got `code` from `wx.login`. The session key WeChat adds is dropped here.

        `bringer` is the address or the identity that the code is counted by. Raises Unauthenticated (a used or wrong code),
        RateLimited, Forbidden (WeChat blocks the user), Unavailable, RedisError.
        """
        client = self._client
        params = {
            "appid": client.appid,
            "secret": client.secret,
            "js_code": code,
            "grant_type": "authorization_code",
            "access_token": None,  # else the library fetches one and sends it along
        }
        url = f"{OFFICIAL}/sns/jscode2session"
        found = self._sign_in_codes.redeem(code, bringer, lambda: client.get(url, params=params))
        openid = found.get("openid")
        if not isinstance(openid, str) or not 1 <= len(openid) <= 64:
            raise Unavailable("微信登录暂时不可用，请稍后再试")
        return openid

    def phone_for(self, code: str, bringer: str) -> str:
        """The mainland mobile number, 11 digits, that the lawyer let the mini-program see.

        `bringer` is the address or the identity that the code is counted by. Raises Invalid (a used or wrong code, or no
        mainland number), RateLimited, Unavailable, RedisError.
        """
        url = f"{OFFICIAL}/wxa/business/getuserphonenumber"
        answer = self._phone_codes.redeem(code, bringer, lambda: self._client.post_with_token(url, {"code": code}))
        found = answer.get("phone_info")
        if not isinstance(found, dict) or (found.get("watermark") or {}).get("appid") != self._client.appid:
            raise Unavailable("微信手机号服务暂时不可用，请稍后再试")
        number = str(found.get("purePhoneNumber", ""))
        if str(found.get("countryCode")) != "86" or not MOBILE.fullmatch(number):
            raise _bad_phone_code("请使用中国大陆手机号；没有的，请带执业证、身份证到会见窗口办理")
        return number

    def send_subscription_message(self, openid: str, template_id: str, data: Mapping[str, str], page: str = "") -> None:
        """One message for one consent, `data` being the template's fields; returns when WeChat took it.

        Raises MessageDeclined, MessageNotSent, MessageUnknown.
        """
        body: dict[str, object] = {
            "touser": openid,
            "template_id": template_id,
            "miniprogram_state": "formal",
            "lang": "zh_CN",
        }
        body |= {"data": {key: {"value": value} for key, value in data.items()}} | ({"page": page} if page else {})
        if not isinstance(self._client.ask(self._client.with_token), dict):
            raise MessageNotSent(-1)
        outcome = self._client.ask(
            lambda: self._client.post_with_token(f"{OFFICIAL}/cgi-bin/message/subscribe/send", body)
        )
        if isinstance(outcome, Lost):
            raise MessageUnknown(outcome.why) if outcome.asked else MessageNotSent(-1)
        if isinstance(outcome, Said):
            raise (MessageDeclined if outcome.errcode == 43101 else MessageNotSent)(outcome.errcode)


def _bad_phone_code(message: str) -> Invalid:
    return Invalid(message, errors=[{"field": "phone_code", "message": message}])


_SIGN_IN: dict[int, Callable[[], Refusal]] = {
    40029: lambda: Unauthenticated("微信登录凭证无效，请重新进入小程序"),
    40163: lambda: Unauthenticated("微信登录凭证已使用，请重新进入小程序"),
    41008: lambda: Unauthenticated("缺少微信登录凭证，请重新进入小程序"),
    40226: lambda: Forbidden("微信判定此账号存在风险，暂不能登录"),
    45011: lambda: RateLimited("登录过于频繁，请一分钟后再试"),
}
_PHONE: dict[int, Callable[[], Refusal]] = {
    40029: lambda: _bad_phone_code("手机号授权已失效，请重新授权"),
    40163: lambda: _bad_phone_code("手机号授权已使用，请重新授权"),
    45011: lambda: RateLimited("操作过于频繁，请一分钟后再试"),
}
