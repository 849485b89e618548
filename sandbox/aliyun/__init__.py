"""Aliyun SMS as a stand-in: speaks the protocol of SendSms and QuerySendDetails to the unmodified SDK.

In tests and in a supervisor's own process: `with running(keys=…, sign_names=…, templates=…) as aliyun:`.
As a process: `python -m sandbox.aliyun --port 9002 …`. Everything is in memory; each start is fresh.
"""

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.aliyun.app import create_app, faults
from sandbox.aliyun.carrier import Carrier
from sandbox.aliyun.gateway import Gateway
from sandbox.aliyun.receipts import Receipts
from sandbox.controls import Tally
from sandbox.faults import Faults
from sandbox.serving import listening, until_told_to_stop

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class StandIn:
    """A running stand-in, as the tests hold it."""

    url: str
    carrier: Carrier
    faults: Faults
    receipts: Receipts
    tally: Tally

    def messages(self, phone: str | None = None) -> list[dict[str, object]]:
        """What lies on the phone, oldest first, as `GET /_/messages` gives it."""
        return [message.as_json() for message in self.carrier.inbox.of(phone)]

    def requests(self, action: str = "SendSms") -> int:
        """How often this action was asked for, accepted or not."""
        return self.tally.of(action)

    def clear(self) -> None:
        """Empty inboxes, fresh limits, no faults, no receipts waiting."""
        self.carrier.clear()
        self.faults.clear()


@contextmanager
def running(
    *, keys: Mapping[str, str], sign_names: Sequence[str], templates: Mapping[str, str],
    receipts_url: str | None = None, retry_scale: float = 1.0, receipt_delay: float = 0.2,
    port: int = 0, now: Callable[[], datetime] = lambda: datetime.now(CHINA),
) -> Generator[StandIn, None, None]:  # fmt: skip
    """Serves from a thread while the block lasts.

    `keys`: AccessKeyId → secret; `templates`: code → Chinese text with `${variables}`, one that speaks of a
    验证码 is a verification code, any other a notice; `receipt_delay` in seconds; `retry_scale` stretches the
    1, 5 and 10 minutes between the attempts to push a receipt; `now` in UTC+8.
    """
    receipts, ordered = Receipts(receipts_url, retry_scale), faults()
    tally, stopped = Tally(), threading.Event()
    carrier = Carrier(templates, sign_names, receipts, receipt_delay, now)
    app = create_app(Gateway(keys, now), carrier, ordered, tally, stopped)
    receipts.start()
    try:
        with listening(app, port) as url:
            yield StandIn(url, carrier, ordered, receipts, tally)
    finally:
        stopped.set()
        receipts.stop()


def serve(port: int, **given: Any) -> None:
    """Serves until SIGTERM or SIGINT; `given` as for `running`."""
    with running(port=port, **given) as stand_in:
        print(f"Aliyun stand-in on {stand_in.url}", flush=True)
        until_told_to_stop()
