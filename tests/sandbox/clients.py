"""The real client libraries pointed at the stand-ins, and the names they know each other by."""

from datetime import datetime, timedelta
from typing import Any

from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from requests.adapters import HTTPAdapter

from sandbox import aliyun

APPID, SECRET = "wxdemo000000000001", "demo-secret-of-the-mini-program"
ACCOUNT, ACCOUNT_SECRET = "wxdemo000000000002", "demo-secret-of-the-account"
OPENID = "oLawyerChenSiyuan00000000001"
BOOKED = "tpl-booked"

KEY_ID, KEY_SECRET = "LTAIdemo", "demo-access-key-secret"
SIGN_NAME = "会见预约"
CONFIRMED, CODE = "SMS_1001", "SMS_1002"
TEMPLATES = {CONFIRMED: "您${time}在${centre}的会见已预约。", CODE: "验证码${code}，五分钟内有效。"}
PHONE = "13800138000"


class Watch:
    """A clock the test moves; runs on real time otherwise, since the SDK stamps with it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(aliyun.CHINA) + self.ahead

    def seconds(self) -> float:
        return self().timestamp()


class Redirect(HTTPAdapter):
    """Sends what is meant for WeChat to the stand-in; the library's code stays as it is."""

    def __init__(self, to: str):
        self.to = to
        super().__init__()

    def send(self, request, *args, **kwargs):
        request.url = self.to + request.url.removeprefix("https://api.weixin.qq.com")
        return super().send(request, *args, **kwargs)


def sms(
    url: str, action: str = "SendSms", secret: str = KEY_SECRET, in_body: bool = True, patience: float = 0.5,
    **params: Any,
) -> bytes:  # fmt: skip
    """One call through the unmodified SDK."""
    request = CommonRequest(domain=url, version="2017-05-25", action_name=action)
    request.set_method("POST")
    request.set_protocol_type("http")
    for name, value in params.items():
        (request.add_body_params if in_body else request.add_query_param)(name, value)
    return AcsClient(KEY_ID, secret, "cn-hangzhou", timeout=patience).do_action_with_exception(request)
