"""Subscription messages: one sending for each consent given in the phone's popup."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sandbox.wechat import fields
from sandbox.wechat.refusals import Refused

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Message:
    openid: str
    template_id: str
    data: dict[str, str]
    page: str
    msgid: int
    at: float

    def as_json(self) -> dict[str, object]:
        """For the control `GET /_/messages`."""
        names = {"openid": self.openid, "template_id": self.template_id, "data": self.data}
        at = datetime.fromtimestamp(self.at, CHINA).isoformat(timespec="seconds")
        return names | {"page": self.page, "msgid": self.msgid, "at": at}


class Subscriptions:
    def __init__(self, templates: Mapping[str, Sequence[str]], now: Callable[[], float]):
        """`templates`: template id → its keys, as `thing1`. Raises ValueError for a key of no known type."""
        for key in (key for keys in templates.values() for key in keys):
            fields.kind(key)
        self._templates, self._now = templates, now
        self._consents: Counter[tuple[str, str]] = Counter()
        self._msgids = itertools.count(4_000_000_000_000_000_001)
        self._lock = threading.Lock()
        self.messages: list[Message] = []

    def consent(self, openid: str, template_id: str, times: int) -> None:
        """The person tapped 允许 so many times."""
        with self._lock:
            self._consents[openid, template_id] += times

    def send(self, openid: str, template_id: str, data: object, page: str) -> int:
        """The message's id. Raises Refused."""
        keys = self._templates.get(template_id)
        if keys is None:
            raise Refused(40037)
        values = {key: _value(data, key) for key in keys}
        with self._lock:
            if not self._consents[openid, template_id]:
                raise Refused(43101)
            self._consents[openid, template_id] -= 1
            message = Message(openid, template_id, values, page, next(self._msgids), self._now())
            self.messages.append(message)
        return message.msgid

    def clear(self) -> None:
        with self._lock:
            self._consents.clear()
            self.messages.clear()


def _value(data: object, key: str) -> str:
    field = data.get(key) if isinstance(data, dict) else None
    value = field.get("value") if isinstance(field, dict) else None
    if value in (None, ""):
        raise Refused(47003, f" data.{key}.value is empty")
    if not isinstance(value, str) or not fields.fits(key, value):
        raise Refused(47003, f" data.{key}.value invalid")
    return value
