"""The two actions: SendSms (document_detail/55284) and QuerySendDetails (document_detail/419277)."""

import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.aliyun.gateway import demand
from sandbox.aliyun.inbox import DELIVERED, Inbox, Message
from sandbox.aliyun.limits import Limits, Sent
from sandbox.aliyun.receipts import Receipts
from sandbox.aliyun.wording import BusinessRefusal, check_filed, is_code, pieces, render

MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
MOST_NUMBERS = 1000
KEPT_DAYS = 30


class Carrier:
    def __init__(
        self, templates: Mapping[str, str], sign_names: Sequence[str], receipts: Receipts,
        receipt_delay: float, now: Callable[[], datetime],
    ):  # fmt: skip
        """`templates`: code → Chinese text with `${variables}`; `receipt_delay` in seconds.

        Raises ValueError for a template that Aliyun would not approve.
        """
        for code, text in templates.items():
            check_filed(code, text)
        self._templates, self._sign_names = templates, sign_names
        self._receipts, self._delay, self._now = receipts, receipt_delay, now
        self._limits = Limits()
        self._lock = threading.Lock()
        self.inbox = Inbox()

    def send(self, params: Mapping[str, str], outcome: str = DELIVERED) -> dict[str, Any]:
        """Accepts and delivers; the receipt will say `outcome`. Raises Refused and BusinessRefusal."""
        demand(params, "PhoneNumbers", "SignName", "TemplateCode")
        phones = _numbers(params["PhoneNumbers"])
        sign_name, code, out_id = params["SignName"], params["TemplateCode"], params.get("OutId", "")
        if sign_name not in self._sign_names:
            raise BusinessRefusal("isv.SMS_SIGNATURE_ILLEGAL", "短信签名不合法")
        if code not in self._templates:
            raise BusinessRefusal("isv.SMS_TEMPLATE_ILLEGAL", "短信模版不合法")
        if len(out_id) > 255:
            raise BusinessRefusal("isv.INVALID_PARAMETERS", "参数异常")
        words, used = render(self._templates[code], params.get("TemplateParam"))
        text, biz_id, at = f"【{sign_name}】{words}", _biz_id(), self._now()
        reported_at = at + timedelta(seconds=self._delay)
        messages = [
            Message(phone, text, code, used, out_id, biz_id, at, reported_at, outcome, pieces(text)) for phone in phones
        ]
        with self._lock:
            self._limits.count(phones, Sent(at, sign_name, code, is_code(self._templates[code])))
            self.inbox.put(messages)
        self._receipts.post(messages, self._delay)
        return {"BizId": biz_id}

    def details(self, params: Mapping[str, str]) -> dict[str, Any]:
        """What became of the messages to one number on one day. Raises Refused and BusinessRefusal."""
        demand(params, "PhoneNumber", "SendDate", "PageSize", "CurrentPage")
        if not re.fullmatch(r"1[3-9][0-9]{9}", params["PhoneNumber"]):
            raise BusinessRefusal("isv.MOBILE_NUMBER_ILLEGAL", "手机号码格式错误")
        size, page = _whole(params["PageSize"], 1, 50), _whole(params["CurrentPage"], 1, 10**6)
        day, biz_id = self._day(params["SendDate"]), params.get("BizId")
        found = [
            one
            for one in self.inbox.accepted(params["PhoneNumber"])
            if one.at.strftime("%Y%m%d") == day and biz_id in (None, "", one.biz_id)
        ]
        shown = found[::-1][(page - 1) * size : page * size]
        items = [one.as_detail(self._now()) for one in shown]
        return {"TotalCount": str(len(found)), "SmsSendDetailDTOs": {"SmsSendDetailDTO": items}}

    def clear(self) -> None:
        """Empty inboxes and fresh limits."""
        with self._lock:
            self._limits = Limits()
            self.inbox.clear()
        self._receipts.clear()

    def _day(self, text: str) -> str:
        try:
            day = date.fromisoformat(text) if re.fullmatch(r"[0-9]{8}", text) else None
        except ValueError:
            day = None
        today = self._now().date()
        if day is None or not today - timedelta(days=KEPT_DAYS) <= day <= today:
            raise BusinessRefusal("isv.INVALID_PARAMETERS", "参数异常")
        return text


def _numbers(text: str) -> list[str]:
    listed = text.split(",")
    if len(listed) > MOST_NUMBERS:
        raise BusinessRefusal("isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
    for number in listed:
        if not MOBILE.fullmatch(number):
            raise BusinessRefusal("isv.MOBILE_NUMBER_ILLEGAL", f"{number}invalid mobile number")
    return [number[-11:] for number in listed]


def _whole(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,7}", text) or not least <= int(text) <= most:
        raise BusinessRefusal("isv.INVALID_PARAMETERS", "参数异常")
    return int(text)


def _biz_id() -> str:
    return f"{secrets.randbelow(10**15):015d}^0"
