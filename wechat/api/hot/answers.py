"""What the hot way sends: status, headers and body as the slow way has them."""

import secrets
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from booking.desk import Desk
from booking.desk.application import Receipt
from booking.desk.availability import Full
from booking.desk.full_at_once import FullAtOnce
from refusals import Refusal, SlotFull
from wechat.api.hot.ask import Asked
from wechat.api.problems import HEADERS, MIMETYPE, members
from wechat.api.serializers import as_json

MOST = 10_000  # slots

_STATUS = {status.value: f"{status.value} {status.phrase.upper()}" for status in HTTPStatus}
_EVERY_ANSWER = list(HEADERS.items())
_ID = "0123456789abcdef"  # stands for the request's own, as long as it


class Answer(NamedTuple):
    """With what is counted of it: endpoint and outcome."""

    status: int
    body: bytes
    request: str
    endpoint: str
    outcome: str = "booked"
    kind: str = "application/json"
    retry_after: int | None = None

    @property
    def status_line(self) -> str:
        return _STATUS[self.status]

    @property
    def headers(self) -> list[tuple[str, str]]:
        headers = [("Content-Type", self.kind), ("Content-Length", str(len(self.body)))]
        if self.retry_after is not None:
            headers.append(("Retry-After", str(self.retry_after)))
        return [*headers, *_EVERY_ANSWER, ("X-Request-Id", self.request)]


def told(body: bytes, endpoint: str) -> Answer:
    return Answer(200, body, secrets.token_hex(8), endpoint)


def booked(receipt: Receipt) -> Answer:
    return Answer(200 if receipt.replayed else 201, receipt.answer.encode(), secrets.token_hex(8), "lawyers.book")


def refused(no: Refusal) -> Answer:
    request = secrets.token_hex(8)
    body = as_json(members(no, request))
    return Answer(no.status, body, request, "lawyers.book", no.code, MIMETYPE, no.retry_after)


class FullAnswers:
    """*Full*, written once for each note of the board: only the request's id is put in."""

    def __init__(self, desk: Desk):
        self._at_once = FullAtOnce(desk)
        self._written: dict[str, tuple[Full, bytes, bytes]] = {}

    def told(self, asked: Asked, lawyer: int, key: str, now: datetime) -> Answer | None:
        full = self._at_once.told(asked.slot_id, asked.minutes, lawyer, key, now)
        if full is None:
            return None
        written = self._written.get(asked.slot_id)
        if written is None or written[0] is not full:
            written = self._write(asked.slot_id, full)
        request = secrets.token_hex(8)
        body = written[1] + request.encode() + written[2]
        return Answer(SlotFull.status, body, request, "lawyers.book", SlotFull.code, MIMETYPE)

    def _write(self, slot_id: str, full: Full) -> tuple[Full, bytes, bytes]:
        before, _, after = as_json(members(SlotFull(nearest=full.nearest), _ID)).partition(_ID.encode())
        if len(self._written) >= MOST:
            self._written = {}
        written = self._written[slot_id] = full, before, after
        return written
