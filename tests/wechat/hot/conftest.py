"""The assembled house with its hot way, one slot that is full and one that is not, and lawyers in every standing."""

import json
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from werkzeug.test import TestResponse

import clock
from app import create_app
from booking.desk import Desk
from models import Centre, HolidayTable
from models import database as db
from tests.booking.conftest import add_lawyers, add_slot, applying
from tests.service import environment, settings, signed_in
from wechat.api.hot.door import HotDoor

Told = tuple[str, dict[str, str], Any]


class Door:
    """The lawyers' door, asked on the hot way and on the slow one."""

    def __init__(self, app: APIFlask, lawyers: list[int], day: date, patch: pytest.MonkeyPatch):
        self.app, self.day, self._patch = app, day, patch
        self.lawyers = lawyers
        self.full, self.free = (f"pudong-{day:%Y%m%d}-{start}" for start in ("0830", "1000"))
        self.token = self.token_of(self.lawyers[0])
        self.client = app.test_client()
        self.answered_hot = 0

    @property
    def desk(self) -> Desk:
        desk: Desk = self.app.extensions["huijian"].desk
        return desk

    @property
    def hot(self) -> HotDoor:
        """Inside the reading of bodies."""
        inside: HotDoor = self.app.wsgi_app._app._app  # type: ignore[attr-defined]
        return inside

    def token_of(self, lawyer: int) -> str:
        return signed_in(lawyer)

    def form(self, **other: Any) -> dict[str, Any]:
        fields = {
            "slot_id": self.full,
            "minutes": 60,
            "detainee": {"name": "周某", "id_no": "11010519491231002X"},
            "mandate": "entrusted",
            "stage": "trial",
        }
        return fields | other

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.ask("GET", path, None, **headers)

    def book(self, body: Any = None, key: str = "key", **headers: str) -> TestResponse:
        return self.ask(
            "POST", "/bookings", self.form() if body is None else body, **({"Idempotency-Key": key} | headers)
        )

    def ask(self, method: str, path: str, body: Any, **headers: str) -> TestResponse:
        raw = body if isinstance(body, bytes | None) else json.dumps(body, ensure_ascii=False).encode()
        own = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        said = {name: value for name, value in (own | headers).items() if value}
        return self.client.open(f"/api/v1{path}", method=method, data=raw, headers=said)

    def both(self, ask: Callable[[], TestResponse]) -> tuple[Told | None, Told]:
        """What the hot way told, None where it left it, and what the slow way told."""
        before, hot = self.answered_hot, told(ask())
        was_hot = self.answered_hot > before
        with self._patch.context() as patch:
            patch.setattr(HotDoor, "_answer", lambda door, environ: None)
            return hot if was_hot else None, told(ask())


def told(answer: TestResponse) -> Told:
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    body = json.loads(answer.data or b"{}")
    assert len(answer.headers["X-Request-Id"]) == 16
    assert body.pop("request_id", answer.headers["X-Request-Id"]) == answer.headers["X-Request-Id"]
    return answer.status, headers, body


@pytest.fixture
def door(database: str, redis_client: Any, redis_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Twelve sat down on the first slot; somebody was told that it is full, and it stays noted."""
    now = clock.now()
    day = now.date() + timedelta(days=3)
    Centre.create(code="pudong", name="浦东新区看守所", address="上海", policy={}, created_at=now)
    for year in {now.year, (now + timedelta(days=60)).year}:
        HolidayTable.create(year=year, source="test", imported_at=now)
    for start in (time(8, 30), time(10)):
        add_slot("pudong", day, start)
    lawyers = add_lawyers(20, now)
    db.close()  # the house opens its own
    app = create_app(settings(environment(database, redis_server.url)))
    made = Door(app, lawyers, day, monkeypatch)
    count_answers(made, monkeypatch)
    for lawyer in lawyers[-12:]:
        made.desk.book(applying(lawyer, slot=made.full))
    made.desk.board._full._seconds = 60
    first = made.book(key="the-first")
    assert first.status_code == 409, first.text
    yield made
    made.desk.close()
    db.close()


def count_answers(door: Door, patch: pytest.MonkeyPatch) -> None:
    answer = HotDoor._answer

    def counted(self: HotDoor, environ: Any) -> Any:
        found = answer(self, environ)
        door.answered_hot += found is not None
        return found

    patch.setattr(HotDoor, "_answer", counted)
