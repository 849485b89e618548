"""Aliyun's stand-in with our own templates filed, a lawyer with a phone, and a clock that can be moved."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

import clock
from models import Lawyer, Notice
from sandbox import aliyun
from sms import outbox
from sms.aliyun import Aliyun
from sms.asking import Asking
from sms.delivery import Delivery
from sms.templates import TEMPLATES

KEY_ID, KEY_SECRET, SIGN_NAME = "LTAItest", "key-secret-of-the-tests", "会见预约"
CODES = {kind: f"SMS_{number}" for number, kind in enumerate(TEMPLATES, 1)}
FILED = {CODES[kind]: template.text for kind, template in TEMPLATES.items()}
PHONE = "13800138000"
LICENCE = "13101201510000001"
WORDS = {
    "ref": "7K3MPQ2X",
    "centre": "浦东新区看守所",
    "when": "11月27日 08:30",
    "reason": "律师执业证已过期",
    "by": "您本人",
    "strike": "不计爽约",
    "strikes": "2",
    "until": "2027年2月25日 08:45",
    "since": "2月25日 08:45",
    "tail": "2222",
    "nearest": "11月27日10:00、11月27日13:30、11月30日08:30",
}


# For what is not about SQL: one kind of database is enough.
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Watch:
    """Runs on real time, ahead by what the test has moved it. The SDK stamps with real time, 15 minutes are allowed."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return clock.now() + self.ahead

    def move(self, **how: float) -> None:
        self.ahead += timedelta(**how)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def carrier(watch: Watch) -> Iterator[aliyun.StandIn]:
    with aliyun.running(
        keys={KEY_ID: KEY_SECRET}, sign_names=[SIGN_NAME], templates=FILED, receipt_delay=0, now=watch
    ) as stand_in:
        yield stand_in


def calling(url: str, secret: str = KEY_SECRET, read_seconds: float = 0.2) -> Aliyun:
    """Our client, less patient than in service."""
    return Aliyun(url, KEY_ID, secret, SIGN_NAME, CODES, connect_seconds=1, read_seconds=read_seconds)


@pytest.fixture
def aliyun_client(carrier: aliyun.StandIn) -> Aliyun:
    return calling(carrier.url)


@pytest.fixture
def delivery(aliyun_client: Aliyun, watch: Watch) -> Delivery:
    return Delivery(aliyun_client, now=watch)


@pytest.fixture
def asking(aliyun_client: Aliyun, watch: Watch) -> Asking:
    return Asking(aliyun_client, now=watch)


@pytest.fixture
def chen(database: str) -> Lawyer:
    return add_lawyer()


def add_lawyer(phone: str = PHONE) -> Lawyer:
    now = clock.now()
    row = {"licence_no": LICENCE, "name": "陈思远", "firm": "东方律师事务所", "openid": "o-chen"}
    return Lawyer.enter("110101199003070038", phone, **row, state="verified", created_at=now, updated_at=now)


@pytest.fixture
def drop(chen: Lawyer, watch: Watch) -> Callable[..., Notice]:
    """Drop a letter to Chen about a booking, and answer its row."""

    def dropped(kind: str = "confirmed", ref: str = "7K3MPQ2X", **more: Any) -> Notice:
        outbox.post(kind, f"{ref}:{kind}", chen.id, ref, WORDS | {"ref": ref}, watch(), **more)
        return Notice.get(Notice.event == f"{ref}:{kind}", Notice.channel == "sms")

    return dropped
