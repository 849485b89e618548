"""Receipts pushed to the customer's address: in batches, again after 1, 5 and 10 minutes, then given up."""

import contextlib
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import requests

from sandbox.aliyun.inbox import Message

AGAIN_AFTER_MINUTES = (1, 5, 10)
PATIENCE_SECONDS = 5


@dataclass
class Due:
    at: float
    message: Message
    attempts: int = 0


class Receipts:
    def __init__(self, url: str | None, retry_scale: float):
        """`retry_scale` 1 waits real minutes, 0.01 waits 0.6, 3 and 6 seconds. No `url`: none is pushed."""
        self.url = url
        self._scale = retry_scale
        self._due: list[Due] = []
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join(PATIENCE_SECONDS + 1)

    def post(self, messages: Iterable[Message], after: float) -> None:
        """The receipts of these messages become due in `after` seconds."""
        with self._changed:
            if self.url:
                self._due += [Due(time.monotonic() + after, message) for message in messages]
                self._changed.notify()

    def clear(self) -> None:
        with self._changed:
            self._due.clear()

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            if batch and not self._push(batch):
                self._put_back(batch)

    def _next_batch(self) -> list[Due] | None:
        with self._changed:
            if self._stopped:
                return None
            now = time.monotonic()
            batch = [due for due in self._due if due.at <= now]
            self._due = [due for due in self._due if due.at > now]
            if not batch:
                next_at = min((due.at for due in self._due), default=now + 60)
                self._changed.wait(next_at - now)
            return batch

    def _push(self, batch: list[Due]) -> bool:
        """Taken means: HTTP 200 and a body with the number 0 as its `code`; nothing else is looked at."""
        items = [due.message.as_receipt() for due in batch]
        with contextlib.suppress(requests.RequestException, ValueError, AttributeError):
            with requests.Session() as http:
                http.trust_env = False
                answer = http.post(self.url or "", json=items, timeout=PATIENCE_SECONDS, allow_redirects=False)
            code = answer.json().get("code")
            return answer.status_code == 200 and type(code) is int and code == 0
        return False

    def _put_back(self, batch: list[Due]) -> None:
        with self._changed:
            for due in batch:
                if due.attempts < len(AGAIN_AFTER_MINUTES):
                    due.at = time.monotonic() + AGAIN_AFTER_MINUTES[due.attempts] * 60 * self._scale
                    due.attempts += 1
                    self._due.append(due)
