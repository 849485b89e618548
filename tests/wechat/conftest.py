"""The lawyers' door in front of the desk's small world, with the real wechatpy and a stand-in of WeChat behind it."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from redis import RedisError
from werkzeug.test import TestResponse

from booking.desk import Desk
from circuit_breaker import CircuitBreaker
from clock import at
from models import RollEntry, keyring
from sandbox import wechat as tencent
from tests.booking.conftest import SLOT, clock, desk, world  # noqa: F401
from wechat import api
from wechat.outgoing.miniprogram import WeChat

APPID, SECRET = "wxdemo000000000001", "demo-secret-of-the-mini-program"
REMINDER = "tpl-reminder"
SECRET_KEYS = ("the newest key of the tests, 32 bytes long", "the key before it, as long as the newest")


@dataclass
class Person:
    """Somebody with a phone: what the roll says of him, and his WeChat identity."""

    name: str = "林知远"
    licence_no: str = "13101201810123456"
    firm: str = "上海正则律师事务所"
    id_no: str = "11010519491231002X"
    phone: str = "13800138001"
    openid: str = "oLinZhiyuan000000000000001"

    def as_form(self, phone_code: str) -> dict[str, Any]:
        fields = {"name": self.name, "licence_no": self.licence_no, "firm": self.firm, "id_no": self.id_no}
        return fields | {"phone_code": phone_code}


LIN = Person()
SHEN = Person(
    "沈若溪",
    "13101201910654321",
    "上海衡山律师事务所",
    "440524188001010014",
    "13900139002",
    "oShenRuoxi0000000000000002",
)


class Phone:
    """A mini-program in a pocket: keeps the token and sends it along."""

    def __init__(self, client: FlaskClient, stand_in: tencent.StandIn, person: Person):
        self.client, self.stand_in, self.person = client, stand_in, person
        self.token = ""

    def sign_in(self) -> dict[str, Any]:
        answer = self.client.post("/api/v1/session", json={"code": self.stand_in.login_code(self.person.openid)})
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = json.loads(answer.data)
        self.token = told["token"]
        return told

    def bind(self, **other: Any) -> TestResponse:
        return self.post("/me/licence", self.person.as_form(self.stand_in.phone_code(self.person.phone)) | other)

    def book(self, key: str = "key-1", **other: Any) -> TestResponse:
        return self.post("/bookings", a_booking(**other), headers={"Idempotency-Key": key})

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self._headers(more), **more)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.client.post(f"/api/v1{path}", json=body, headers=self._headers(more), **more)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(f"/api/v1{path}", headers=self._headers({}))

    def _headers(self, more: dict[str, Any]) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return own | more.pop("headers", {})


def a_booking(**other: Any) -> dict[str, Any]:
    fields = {
        "slot_id": SLOT,
        "minutes": 60,
        "detainee": {"name": "周某"},
        "mandate": "entrusted",
        "stage": "investigation",
    }
    return fields | other


def on_the_roll(person: Person, state: str = "active", valid_until: date | None = None, phone: bool = True) -> None:
    RollEntry.create(
        licence_no=person.licence_no,
        name=person.name,
        firm=person.firm,
        id_no_index=keyring().index("id_no", person.id_no),
        phone_index=keyring().index("phone", person.phone) if phone else None,
        state=state,
        valid_until=valid_until,
        updated_at=at(date(2026, 11, 1), time(0)),
    )


@pytest.fixture(scope="session")
def stand_in() -> Iterator[tencent.StandIn]:
    templates = {REMINDER: ["thing1", "thing2", "character_string3", "thing4"]}
    with tencent.running(apps={APPID: SECRET}, templates=templates) as running:
        yield running


@pytest.fixture
def weixin(stand_in: tencent.StandIn, redis_client: Any) -> Iterator[WeChat]:
    stand_in.clear()
    client = WeChat(APPID, SECRET, redis_client, stand_in.url)
    yield client
    client.close()
    stand_in.clear()


@pytest.fixture
def app(desk: Desk, weixin: WeChat, redis_client: Any) -> APIFlask:  # noqa: F811
    app = APIFlask("huijian", spec_path=None, docs_path=None)
    app.testing = True
    api.register(
        app,
        desk=desk,
        wechat=weixin,
        redis=redis_client,
        breaker=CircuitBreaker(RedisError),
        secret_keys=SECRET_KEYS,
        message_templates={REMINDER},
        count=lambda *counted: app.extensions.setdefault("counted", []).append(counted),
        hot=os.environ.get("HOT") != "off",
    )
    return app


@pytest.fixture
def phone_of(app: APIFlask, stand_in: tencent.StandIn) -> Callable[[Person], Phone]:
    return lambda person: Phone(app.test_client(), stand_in, person)


@pytest.fixture
def lin(phone_of: Callable[[Person], Phone]) -> Phone:
    """Signed in, on the roll, verified."""
    on_the_roll(LIN)
    phone = phone_of(LIN)
    phone.sign_in()
    assert '"verified"' in phone.bind().text
    return phone


@pytest.fixture
def stranger(phone_of: Callable[[Person], Phone]) -> Phone:
    """Signed in and nobody yet."""
    phone = phone_of(SHEN)
    phone.sign_in()
    return phone
