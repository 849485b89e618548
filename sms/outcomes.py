"""How a sending can end, and what each of Aliyun's codes means for us (document_detail/101346)."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum

from clock import at


class Cure(Enum):
    """What helps against a refusal."""

    LATER = "later"  # try again, with back-off
    WINDOW = "window"  # the number's quota: wait until it is new
    STOP = "stop"  # configuration or account: nothing will go out until somebody acts
    NONE = "none"  # this number, or our own words: never try again


@dataclass(frozen=True, slots=True)
class Accepted:
    """Aliyun took it; `biz_id` names it in receipts."""

    biz_id: str


class SmsFailed(Exception):
    """Certainly not sent. `code` is Aliyun's, or ours in lower case; `problem` is for the officer."""

    def __init__(self, code: str, problem: str = ""):
        super().__init__(code)
        self.code, self.problem, self.cure = code, problem or meaning(code), cure(code)

    @property
    def permanent(self) -> bool:
        return self.cure is Cure.NONE


class SmsUnknown(Exception):
    """Perhaps sent. `refused` when the gateway said no with a 5xx: its records decide if it meant it."""

    def __init__(self, code: str, refused: bool = False):
        super().__init__(code)
        self.code, self.refused = code, refused


UNREACHABLE = "unreachable"

_WINDOW = {"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL"}
_STOP = {
    UNREACHABLE, "no_template",
    "isv.SMS_TEMPLATE_ILLEGAL", "isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_STATE_ILLEGAL",
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL", "isv.SIGN_NAME_ILLEGAL", "isv.EXTEND_CODE_ERROR",
    "isv.ONE_CODE_MULTIPLE_SIGN",
    "isv.SMS_TEST_NUMBER_LIMIT", "isv.SMS_TEST_SIGN_TEMPLATE_LIMIT", "isv.SMS_TEST_TEMPLATE_PARAMS_ILLEGAL",
    "isv.DENY_IP_RANGE", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.PRODUCT_UN_SUBSCRIPT",
    "isv.PRODUCT_UNSUBSCRIBE",
    "isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL", "isv.SECURITY_FROZEN_ACCOUNT",
    "isv.MONTH_LIMIT_CONTROL", "isp.RAM_PERMISSION_DENY", "PORT_NOT_REGISTERED", "SignatureDoesNotMatch",
    "InvalidAccessKeySecret", "InvalidVersion", "SDK.InvalidCredential",
}  # fmt: skip
_STOP_BEGINNINGS = ("InvalidAccessKeyId", "InvalidTimeStamp", "Forbidden", "InvalidApi", "InvalidAction")
_LATER = {"isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "ServiceUnavailable", "SignatureNonceUsed"}
_MEANINGS = {
    UNREACHABLE: "连不上短信平台",
    "no_template": "没有为此类通知配置短信模板",
    "no_phone": "没有可用的手机号码",
    "no_words": "短信内容无法读取",
    "isv.MOBILE_NUMBER_ILLEGAL": "手机号码无效",
    "isv.BLACK_KEY_CONTROL_LIMIT": "号码在黑名单中",
    "isv.CUSTOMER_REFUSED": "用户已退订",
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": "不支持该号码",
    "isv.AMOUNT_NOT_ENOUGH": "短信账户余额不足",
    # What carriers say of a message that Aliyun had taken (document_detail/101867).
    "MOBILE_NOT_ON_SERVICE": "号码停机或空号",
    "MOBILE_SEND_LIMIT": "该号码收短信过于频繁，被运营商限制",
    "MOBILE_ACCOUNT_ABNORMAL": "该号码状态异常，如欠费",
    "MOBILE_IN_BLACK": "号码在运营商的黑名单中",
    "MOBLLE_TERMINAL_ERROR": "手机终端问题，如关机、信号弱或存储已满",
    "MOBILE_TERMINAL_ERROR": "手机终端问题，如关机、信号弱或存储已满",
    "CONTENT_KEYWORD": "短信内容含有关键字，被运营商拦截",
    "CONTENT_ERROR": "短信内容被运营商拦截",
    "INVALID_NUMBER": "手机号码无效",
    "REQUEST_SUCCESS": "运营商没有给出结果",
    "SP_UNKNOWN_ERROR": "运营商未说明原因",
    "SP_NOT_BY_INTER_SMS": "该号码未开通国际短信",
    "USER_REJECT": "用户已退订",
    "NO_ROUTE": "运营商没有到该号码的通道",
    "IS_CLOSE": "短信通道已关闭",
    "PARAMS_ILLEGAL": "短信参数有误",
    "SIGNATURE_BLACKLIST": "短信签名被运营商拉黑",
    "PORT_NOT_REGISTERED": "短信签名未在运营商报备",
}
_CURE_MEANINGS = {
    Cure.LATER: "短信平台繁忙",
    Cure.WINDOW: "该号码短信数量已达上限",
    Cure.STOP: "短信账户或配置有误",
    Cure.NONE: "短信平台拒绝发送",
}


def cure(code: str) -> Cure:
    """A code nobody told us of is taken as permanent: the officer is told, and nothing is hammered."""
    if code in _WINDOW:
        return Cure.WINDOW
    if code in _STOP or code.startswith(_STOP_BEGINNINGS):
        return Cure.STOP
    return Cure.LATER if code in _LATER or code.startswith("Throttling") else Cure.NONE


def meaning(code: str) -> str:
    return _MEANINGS.get(code) or _CURE_MEANINGS[cure(code)]


def window_opens(problem: str, now: datetime) -> datetime:
    """When the quota named in Aliyun's words is new: minutes and hours by the calendar, a day by tomorrow."""
    if re.search("分钟级|minute", problem, re.IGNORECASE):
        return now.replace(second=1, microsecond=0) + timedelta(minutes=1)
    if re.search("小时级|hour", problem, re.IGNORECASE):
        return now.replace(minute=0, second=1, microsecond=0) + timedelta(hours=1)
    # The day rolls: by this hour tomorrow at least one sending has fallen out of it. Nobody is woken for it.
    tomorrow = now + timedelta(days=1)
    return max(tomorrow, at(tomorrow.date(), time(8)))
