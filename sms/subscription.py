"""The subscription message beside the SMS, where the lawyer allowed one. Nobody is bothered if it fails."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from peewee import Expression

from models import Consent, Notice
from sms.templates import wechat_data

log = logging.getLogger(__name__)

USED_UP = 43101  # "user refuse to accept the msg": refused, or no consent is left
MOST_ATTEMPTS = 3
AGAIN_AFTER = timedelta(minutes=1)


class Declined(Exception):
    """There is no consent to send with, so WeChat was not called."""


class Sender(Protocol):
    """Sends one; raises what has an `errcode` when WeChat said no, anything else when nobody knows."""

    def __call__(self, openid: str, template_id: str, data: Mapping[str, str], page: str) -> object: ...


class Message(NamedTuple):
    """The mini-program's template: its id, and what is told (`centre`, `when`, `ref`, `note`) → WeChat's field."""

    id: str
    fields: Mapping[str, str]


class Subscription:
    def __init__(self, sender: Sender, messages: Mapping[str, Message]):
        """`messages`: kind of notice → how WeChat has it."""
        self._sender, self._messages = sender, messages

    def begin(self, notice: Notice) -> Callable[[], object]:
        """Use up one consent and answer the call that sends this notice."""
        message, openid = self._messages.get(notice.kind), notice.lawyer.openid
        if not message or not openid or not _use_consent(openid, message.id):
            return decline
        page = f"pages/booking/booking?ref={notice.booking}" if notice.booking else ""

        def call() -> object:
            data = wechat_data(notice.kind, notice.words, message.fields)
            return self._sender(openid, message.id, data, page)

        return call

    def outcome(self, notice: Notice, answer: object, now: datetime) -> dict[str, object]:
        """The notice's new columns, by what the call answered or raised."""
        if isinstance(answer, Declined):
            return {"state": "declined"}
        if isinstance(answer, Exception):
            return self._refused(notice, answer, notice.lawyer.openid or "", self._messages[notice.kind].id, now)
        return {"state": "sent", "sent_at": now}

    def _refused(
        self, notice: Notice, no: Exception, openid: str, template_id: str, now: datetime
    ) -> dict[str, object]:
        errcode = getattr(no, "errcode", None)
        log.warning("subscription message %s not sent: %s %s", notice.id, type(no).__name__, errcode)
        if errcode == USED_UP:
            Consent.update(left=0).where(_consent(openid, template_id)).execute()
            return {"state": "declined", "code": str(errcode)}
        if errcode is None:
            return {"state": "failed", "code": type(no).__name__[:80]}
        Consent.update(left=Consent.left + 1).where(_consent(openid, template_id)).execute()
        if notice.attempts < MOST_ATTEMPTS:
            return {"state": "due", "due_at": now + AGAIN_AFTER, "queued_at": None, "code": str(errcode)}
        return {"state": "failed", "code": str(errcode)}


def decline() -> object:
    raise Declined


def _use_consent(openid: str, template_id: str) -> bool:
    """Two messages at once never use the same consent."""
    one_less = Consent.update(left=Consent.left - 1).where(_consent(openid, template_id), Consent.left > 0)
    return bool(one_less.execute())


def _consent(openid: str, template_id: str) -> Expression:
    return (Consent.openid == openid) & (Consent.template_id == template_id)
