"""The only place that calls Aliyun. Whatever happens there ends as Accepted, SmsFailed or SmsUnknown."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.http import protocol_type
from aliyunsdkcore.request import CommonRequest

from models import Notice
from outer_machine import LeftAlone, OuterMachine
from sms.outcomes import UNREACHABLE, Accepted, SmsFailed, SmsUnknown
from sms.templates import sms_params

# The SDK logs whole answers and, of gateway refusals, the signed text, in which the phone number stands.
logging.getLogger("aliyunsdkcore").setLevel(logging.CRITICAL)

REGION = "cn-hangzhou"
VERSION = "2017-05-25"
STAND_IN = re.compile(r"http://127\.0\.0\.1(:\d+)?")
PAGE_SIZE = 50
MOST_PAGES = 20
CONNECTIONS = 32  # kept alive; more than a process has threads, since a new one over TLS costs 40 ms of CPU

# How the SDK words a connection that never came about; the request cannot have left this machine.
_TIMED_OUT = re.compile(r"Read timed out|Caused by ConnectTimeoutError\(")
_NEVER_CONNECTED = re.compile(r"Caused by (NewConnection|ConnectTimeout)Error\(|certificate verify failed")


class _WaitedInVain(Exception):
    """With the ClientException that says so."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What Aliyun knows of a message: `status` 1 on its way, 2 failed, 3 delivered; `sent_at` is wall time."""

    out_id: str
    status: int
    code: str
    sent_at: str


class Aliyun:
    def __init__(
        self, endpoint: str, key_id: str, secret: str, sign_name: str, templates: Mapping[str, str],
        connect_seconds: float = 3, read_seconds: float = 8,
    ):  # fmt: skip
        """`templates`: kind of notice → template code. Raises ValueError for plain HTTP to anywhere but here."""
        plain = STAND_IN.fullmatch(endpoint) is not None
        if not plain and not endpoint.startswith("https://"):
            raise ValueError("Aliyun is spoken to over https, or on http://127.0.0.1 to a stand-in")
        self._domain = endpoint if plain else endpoint.removeprefix("https://")
        # Its own constant: the SDK compares by identity, and an equal string goes over plain HTTP.
        self._protocol = protocol_type.HTTP if plain else protocol_type.HTTPS
        self._sign_name, self._templates = sign_name, templates
        self._patience = (connect_seconds, read_seconds)
        self._machine = OuterMachine(_WaitedInVain)
        self._client = AcsClient(key_id, secret, REGION, pool_size=CONNECTIONS, proxy={"none": ""} if plain else None)

    def send(self, notice: Notice, phone: str) -> Accepted:
        """Submit this notice once. Raises SmsFailed when it was not taken, SmsUnknown when it may have been."""
        template = self._templates.get(notice.kind)
        if template is None:
            raise SmsFailed("no_template")
        answer = self._call(
            "SendSms",
            PhoneNumbers=phone,
            SignName=self._sign_name,
            TemplateCode=template,
            TemplateParam=json.dumps(sms_params(notice.kind, notice.words), ensure_ascii=False),
            OutId=str(notice.id),
        )
        if answer.get("Code") != "OK":
            raise SmsFailed(str(answer.get("Code"))[:80], _without_numbers(str(answer.get("Message", ""))))
        return Accepted(str(answer.get("BizId", "")))

    def ask(self, phone: str, day: date, out_id: str) -> list[Detail]:
        """What Aliyun keeps of our message `out_id` to this number on that day, newest first.

        Raises SmsFailed or SmsUnknown when there is no answer to rely on.
        """
        found = [self._detail(item) for item in self._details(phone, day) if str(item.get("OutId")) == out_id]
        return sorted(found, key=lambda detail: detail.sent_at, reverse=True)

    def _details(self, phone: str, day: date) -> Iterator[Mapping[str, object]]:
        for page in range(1, MOST_PAGES + 1):
            answer = self._call(
                "QuerySendDetails", PhoneNumber=phone, SendDate=f"{day:%Y%m%d}",
                PageSize=str(PAGE_SIZE), CurrentPage=str(page),
            )  # fmt: skip
            if answer.get("Code") != "OK":
                raise SmsFailed(str(answer.get("Code"))[:80])
            try:
                items = answer["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
                yield from items
            except (KeyError, TypeError):
                raise SmsUnknown("unreadable") from None
            if len(items) < PAGE_SIZE:
                return

    def _detail(self, item: Mapping[str, Any]) -> Detail:
        try:
            status = int(item["SendStatus"])
        except (KeyError, TypeError, ValueError):
            raise SmsUnknown("unreadable") from None
        code, sent_at = str(item.get("ErrCode", ""))[:80], str(item.get("SendDate", ""))
        return Detail(str(item["OutId"]), status, code, sent_at)

    def _call(self, action: str, **params: str) -> Mapping[str, Any]:
        """One request, business parameters in the body: what stands in a URL ends up in logs."""
        try:
            answer = json.loads(self._carried(self._request(action, params)))
        except LeftAlone:
            raise SmsFailed(UNREACHABLE) from None
        except _WaitedInVain as broken:
            raise _broken(broken.args[0]) from None
        except ServerException as no:
            raise _refused(no) from None
        except ClientException as broken:
            raise _broken(broken) from None
        except Exception as broken:
            raise SmsUnknown(type(broken).__name__) from None
        if not isinstance(answer, dict):
            raise SmsUnknown("unreadable")
        return answer

    def _carried(self, request: CommonRequest) -> Any:
        """A worker sends one message at a time and may wait; questions are put by web threads and the clock, too."""
        if request.get_action_name() == "SendSms":
            return self._put(request)
        return self._machine.call(lambda: self._put(request))

    def _put(self, request: CommonRequest) -> Any:
        try:
            return self._client.do_action_with_exception(request)
        except ClientException as broken:
            raise (_WaitedInVain(broken) if _TIMED_OUT.search(str(broken)) else broken) from None

    def _request(self, action: str, params: Mapping[str, str]) -> CommonRequest:
        request = CommonRequest(domain=self._domain, version=VERSION, action_name=action)
        request.set_method("POST")
        request.set_protocol_type(self._protocol)
        request.set_connect_timeout(self._patience[0])
        request.set_read_timeout(self._patience[1])
        for name, value in params.items():
            request.add_body_params(name, value)
        return request


def _without_numbers(message: str) -> str:
    """Aliyun repeats the phone number in its refusals; ours is kept sealed."""
    return re.sub(r"\d{7,}", "…", message)[:200]


def _refused(no: ServerException) -> Exception:
    code, broken_down = str(no.get_error_code())[:80], int(no.get_http_status()) >= 500
    if broken_down or code.startswith("SDK."):
        return SmsUnknown(code, refused=broken_down)
    return SmsFailed(code)


def _broken(broken: ClientException) -> Exception:
    if broken.get_error_code() != "SDK.HttpError":
        return SmsFailed(str(broken.get_error_code()))
    return SmsFailed(UNREACHABLE) if _NEVER_CONNECTED.search(str(broken)) else SmsUnknown("SDK.HttpError")
