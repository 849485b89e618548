"""What is asked when a day opens, answered before Flask, which would take most of its time: slots and bookings.

Whatever is not quite ordinary goes on to Flask, which can answer everything; a test holds the two against each other.
"""

import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from refusals import Refusal
from wechat.api.bookings import application
from wechat.api.centres import day_told
from wechat.api.door import BEARER, ApiDoor
from wechat.api.forms import BookingForm
from wechat.api.problems import MIMETYPE, REQUEST_ID, members
from wechat.api.serializers import as_json
from wechat.api.validation import MAX_BODY_BYTES, refuse_malformed
from wechat.api.visitors import Visitor

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SLOTS = re.compile(r"/api/v1/centres/([a-z][a-z0-9-]{0,19})/slots", re.ASCII)
_DATE = re.compile(r"date=(\d{4}-\d\d-\d\d)", re.ASCII)
_KEY = re.compile(r"[!-~]{1,255}", re.ASCII)
_STATUS = {status.value: f"{status.value} {status.phrase.upper()}" for status in HTTPStatus}

Count = Callable[[str, int, str, float], None]


class Answer(NamedTuple):
    """What is sent, and what is counted of it: endpoint and outcome."""

    status: int
    body: bytes
    endpoint: str
    outcome: str = "booked"
    kind: str = "application/json"
    retry_after: int | None = None

    @property
    def headers(self) -> list[tuple[str, str]]:
        headers = [("Content-Type", self.kind), ("Content-Length", str(len(self.body)))]
        return headers if self.retry_after is None else [*headers, ("Retry-After", str(self.retry_after))]


class FastPath:
    """`count` is told endpoint, status, outcome and seconds of each answer given here."""

    def __init__(self, app: "WSGIApplication", door: ApiDoor, count: Count):
        self._app, self._door, self._count = app, door, count

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began, answer = time.perf_counter(), None
        with suppress(Exception):  # Flask meets the same, and knows how to say it
            if answers := {"GET": self._slots, "POST": self._book}.get(environ["REQUEST_METHOD"]):
                answer = answers(environ)
        if answer is None:
            return self._app(environ, start_response)
        self._count(answer.endpoint, answer.status, answer.outcome, time.perf_counter() - began)
        start_response(_STATUS[answer.status], answer.headers)
        return [answer.body]

    def _slots(self, environ: "WSGIEnvironment") -> Answer | None:
        path, asked = _SLOTS.fullmatch(environ["PATH_INFO"]), _DATE.fullmatch(environ["QUERY_STRING"])
        if not path or not asked or not self._visitor(environ):
            return None
        day = date.fromisoformat(asked[1])
        body = day_told(path[1], day, self._door.desk.slots(path[1], day))
        return Answer(200, body.encode(), "lawyers.slots")

    def _book(self, environ: "WSGIEnvironment") -> Answer | None:
        if environ["PATH_INFO"] != "/api/v1/bookings" or environ.get("CONTENT_TYPE") != "application/json":
            return None
        key = _KEY.fullmatch(environ.get("HTTP_IDEMPOTENCY_KEY", ""))
        visitor, desk, raw = self._visitor(environ), self._door.desk, _body(environ)
        if not key or not raw or not visitor or not visitor.may_book(desk.now()):
            return None
        refuse_malformed(raw)
        form = BookingForm.model_validate_json(raw)
        try:
            receipt = desk.book(application(desk, visitor, form, key[0]))
        except Refusal as no:
            told = as_json(members(no, environ[REQUEST_ID]))
            return Answer(no.status, told, "lawyers.book", no.code, MIMETYPE, no.retry_after)
        return Answer(200 if receipt.replayed else 201, receipt.answer.encode(), "lawyers.book")

    def _visitor(self, environ: "WSGIEnvironment") -> Visitor | None:
        given = BEARER.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
        return self._door.visitors.recognise(given[1], self._door.desk.now()) if given else None


def _body(environ: "WSGIEnvironment") -> bytes:
    """Read, and put back for Flask."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not 0 < length <= MAX_BODY_BYTES:
        return b""
    raw: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = BytesIO(raw)
    return raw
