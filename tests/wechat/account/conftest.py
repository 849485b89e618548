"""The officers' account: our server as it listens, and WeChat's stand-in that pushes to it in safe mode."""

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from redis import RedisError

from booking.desk import Desk
from booking.officers import codes
from booking.record.actor import Actor
from circuit_breaker import CircuitBreaker
from models import Audit, Booking, Centre, Detainee, Officer, Slot, database
from models.bookings import seal_detainee
from models.detainees import id_key, name_key
from sandbox import wechat
from sandbox.serving import listening
from sandbox.wechat.account_push import Outcome
from sandbox.wechat.account_safe_mode import Seal
from tests.booking.conftest import (  # noqa: F401
    FRIDAY,
    TODAY,
    Clock,
    add_lawyers,
    add_slot,
    clock,
    desk,
    world,
)
from tests.wechat.account.pushes import APPID, NEW_KEY, TOKEN, Tencent
from wechat import account
from wechat.api import problems
from wechat.outgoing.account import Account

SECRET = "demo-secret-of-the-account"
OLD_KEY = "A" * 43
PUBLIC_URL = "https://huijian.example.cn"
STRANGER = "o-stranger-0001"


@pytest.fixture
def officers(world: None, clock: Clock) -> dict[str, Officer]:  # noqa: F811
    """Bound by hand; `new` has no WeChat identity yet."""
    Centre.create(code="qingpu", name="青浦区看守所", address="上海市青浦区", policy={}, created_at=clock())
    rows = (
        ("gate", "gate", "pudong"), ("reviewer", "reviewer", "pudong"), ("chief", "chief", "pudong"),
        ("qingpu", "chief", "qingpu"), ("auditor", "auditor", None), ("new", "gate", "pudong"),
    )  # fmt: skip
    return {
        name: Officer.create(
            account=name, name=f"民警{name}", role=role, centre=centre, created_at=clock(),
            account_openid=None if name == "new" else f"o-{name}",
        )
        for name, role, centre in rows
    }  # fmt: skip


@pytest.fixture
def pudong(officers: dict[str, Officer], clock: Clock) -> list[Booking]:  # noqa: F811
    """Today at Pudong: one in the room, two to come at 10:00, one of them with findings waits on Friday."""
    morning, later = add_slot("pudong", TODAY, time(8, 30)), add_slot("pudong", TODAY, time(10))
    first, second, third = add_lawyers(3, clock())
    friday = Slot.get(Slot.date == FRIDAY)
    key = id_key("11010519491231002X")
    Detainee.create(
        centre="pudong", key=key, name_index=name_key("陶某演"), name_sealed="", ward="三监区", updated_at=clock()
    )
    return [
        meeting("AAAA1111", first, morning, "陶某演", "meeting", detainee_key=key),
        meeting("BBBB2222", second, later, "谢某演", "confirmed"),
        meeting("CCCC3333", third, later, "何某演", "cancelled", active=None),
        meeting("DDDD4444", first, friday, "张某演", "submitted",
                findings=[{"code": "not_held", "message": "登记中没有张某演"}]),
    ]  # fmt: skip


def meeting(ref: str, lawyer: int, slot: Slot, name: str, state: str, **other: Any) -> Booking:
    fields = {
        "ref": ref, "lawyer": lawyer, "centre": slot.centre_id, "slot": slot.id, "starts_at": slot.starts_at,
        "ends_at": slot.ends_at, "minutes": 60, "state": state, "active": 1, "detainee_key": name_key(name),
        "detainee_sealed": seal_detainee(ref, {"name": name}), "mandate": "entrusted", "stage": "trial",
        "created_at": slot.starts_at,
    }  # fmt: skip
    return Booking.create(**(fields | other))


@pytest.fixture
def client(redis_client: Any, stand_in: wechat.StandIn) -> Iterator[Account]:
    calling = Account(APPID, SECRET, redis_client, stand_in.url)
    yield calling
    calling.close()


@pytest.fixture
def tags(client: Account, redis_client: Any) -> account.Tags:
    return account.Tags(client, redis_client)


@pytest.fixture
def app(desk: Desk, redis_client: Any) -> Flask:  # noqa: F811
    app = Flask("huijian")
    problems.register(app)
    nobody: Any = Account(APPID, SECRET, redis_client, "http://127.0.0.1:9")
    account.register(
        app, desk=desk, redis=redis_client, breaker=CircuitBreaker(RedisError),
        tags=account.Tags(nobody, redis_client), appid=APPID, token=TOKEN,
        aes_keys=(NEW_KEY, OLD_KEY), public_url=PUBLIC_URL,
    )  # fmt: skip

    @app.teardown_appcontext
    def leave(_error: BaseException | None) -> None:
        """Each request has a thread of its own here, and its connection must end with it."""
        if not database.in_transaction() and app.extensions.get("served"):
            database.close()

    return app


@pytest.fixture
def stand_in(app: Flask, clock: Clock) -> Iterator[wechat.StandIn]:  # noqa: F811
    app.extensions["served"] = True
    with listening(app) as url:
        bot = (f"{url}/wechat/bot", Seal(TOKEN, NEW_KEY, APPID))
        seconds: Callable[[], float] = lambda: clock().timestamp()  # noqa: E731
        with wechat.running(apps={APPID: SECRET}, templates={}, bot=bot, now=seconds) as running:
            yield running


@pytest.fixture
def tencent(app: Flask, clock: Clock) -> Tencent:  # noqa: F811
    return Tencent(app.test_client(), clock)


@pytest.fixture
def phone(stand_in: wechat.StandIn) -> Callable[[str], "Phone"]:
    return lambda name: Phone(stand_in, name if name.startswith("o-") else f"o-{name}")


class Phone:
    """Somebody in the account's chat."""

    def __init__(self, stand_in: wechat.StandIn, openid: str):
        self.stand_in, self.openid = stand_in, openid

    def type(self, text: str) -> str:
        return shown(self.stand_in.type(self.openid, text))

    def tap(self, key: str) -> str:
        return shown(self.stand_in.tap(self.openid, key))


def shown(outcome: Outcome) -> str:
    """What the person reads; it came at the first attempt, so in WeChat's time, and WeChat had nothing against it."""
    assert (outcome.attempts, outcome.why) == (1, ""), outcome
    return outcome.shown


def a_code(officer: Officer, now: Any) -> str:
    return codes.issue(Actor("test"), now, officer, "bind")


def note_look(what: str) -> list[Audit]:
    return list(Audit.select().where(Audit.what.startswith(what)).order_by(Audit.id))


__all__ = ["APPID", "FRIDAY", "NEW_KEY", "TODAY", "TOKEN", "Clock", "date"]
