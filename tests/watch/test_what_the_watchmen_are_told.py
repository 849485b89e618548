"""`/healthz`, `/readyz` and `/metrics` of the assembled house, on both kinds of database, with parts of it away."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from prometheus_client.parser import text_string_to_metric_families as parsed
from redis import Redis

import clock
import models
import redis_heartbeats
from app import create_app
from models import Centre, Notice, schema
from sandbox.servers.redis import RedisServer
from sms import outbox
from tests.booking.conftest import add_lawyers, add_slot
from tests.conftest import KEYRING
from tests.service import NOBODY, environment, settings, signed_in

NO_REDIS = NOBODY.replace("http", "redis")
SEATS = 12
Value = Callable[..., float]


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database as a server finds it: all migrations carried out, and empty."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    url = server.fresh() if server else f"sqlite:///{tmp_path / 'kept.db'}"
    models.open_database(url, KEYRING)
    schema.upgrade()
    models.database.close()  # whoever assembles a house opens it anew
    yield url
    models.database.close()
    if server:
        server.drop(url)


@contextmanager
def assembled(database_url: str, redis_url: str, **other: str) -> Iterator[APIFlask]:
    app = create_app(settings(environment(database_url, redis_url, **other)))
    try:
        yield app
    finally:
        house = app.extensions["huijian"]
        house.desk.close()
        house.redis.close()
        house.seats_redis.close()
        models.database.close()


@pytest.fixture
def app(kept: str, redis_server: RedisServer, redis_client: Redis) -> Iterator[APIFlask]:
    with assembled(kept, redis_server.url) as app:
        yield app


@pytest.fixture
def value(app: APIFlask) -> Value:
    return lambda name, **labels: metric(app, name, **labels)


def metric(app: APIFlask, name: str, **labels: str) -> float:
    """What a scrape says now; 0 of what it does not name."""
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200 and answer.content_type.startswith("text/plain")
    found = [s.value for family in parsed(answer.text) for s in family.samples if (s.name, s.labels) == (name, labels)]
    assert len(found) <= 1
    return found[0] if found else 0.0


def readiness(app: APIFlask) -> tuple[int, dict[str, Any]]:
    answer = app.test_client().get("/readyz")
    return answer.status_code, dict(answer.json)


def a_slot() -> str:
    day: date = clock.now().date() + timedelta(days=3)
    Centre.create(code="pudong", name="浦东新区看守所", address="上海", policy={}, created_at=clock.now())
    return str(add_slot("pudong", day, time(10), seats=SEATS).id)


def a_notice(lawyer: int, due_in: timedelta = timedelta()) -> None:
    moment = clock.now()
    outbox.post("suspended", f"lawyer:{lawyer}", lawyer, None, {"until": "2027年1月1日"}, moment, moment + due_in)


def book(app: APIFlask, lawyer: int, slot: str) -> Any:
    body = {
        "slot_id": slot,
        "minutes": 60,
        "detainee": {"name": "某甲"},
        "mandate": "entrusted",
        "stage": "trial",
    }
    headers = {"Authorization": f"Bearer {signed_in(lawyer)}", "Idempotency-Key": f"key-{lawyer}"}
    return app.test_client().post("/api/v1/bookings", json=body, headers=headers)


def test_the_house_is_up_while_it_serves_even_with_nothing_behind_it(tmp_path):
    with assembled(f"sqlite:///{tmp_path}/nowhere/none.db", NO_REDIS) as app:
        answer = app.test_client().get("/healthz")
        assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_worker_and_a_clock_not_heard_of_are_told_and_requests_still_come(app):
    assert readiness(app) == (
        200,
        {
            "database": "ok",
            "redis": "ok",
            "seats": "ok",
            "worker": "not ready",
            "imports": "not ready",
            "clock": "not ready",
            "oldest_notice_s": 0.0,
        },
    )


@pytest.mark.parametrize(("heard", "silent"), [("worker", "clock"), ("clock", "imports"), ("imports", "worker")])
def test_each_is_ready_once_it_was_heard_of(app, redis_client, heard, silent):
    redis_heartbeats.beat(redis_client, heard)
    status, parts = readiness(app)
    assert (status, parts[heard], parts[silent]) == (200, "ok", "not ready")


def test_without_redis_that_is_told_and_requests_still_come(kept):
    with assembled(kept, NO_REDIS) as app:
        status, parts = readiness(app)
    assert (status, parts.pop("database"), parts.pop("oldest_notice_s")) == (200, "ok", 0.0)
    assert parts == {
        "redis": "down",
        "seats": "down",
        "worker": "unknown",
        "imports": "unknown",
        "clock": "unknown",
    }


def test_the_redis_of_the_seats_is_told_apart_from_the_other(kept, redis_server, redis_client):
    with assembled(kept, redis_server.url, SEATS_REDIS_URL=NO_REDIS) as app:
        status, parts = readiness(app)
    assert (status, parts["redis"], parts["seats"]) == (200, "ok", "down")


@pytest.mark.parametrize("url", ["sqlite:////nowhere/none.db", "postgresql://nobody@127.0.0.1:9/none"])
def test_without_the_database_that_is_told_and_requests_still_come(redis_server, redis_client, url):
    with assembled(url, redis_server.url) as app:
        redis_heartbeats.beat(redis_client, "worker")
        status, parts = readiness(app)
        asked = app.test_client().get("/api/v1/centres", headers={"Authorization": f"Bearer {'A' * 43}"})
    assert (asked.status_code, int(asked.headers["Retry-After"]) > 0) == (503, True)
    assert (status, parts["database"], parts["oldest_notice_s"]) == (200, "down", None)
    assert (parts["redis"], parts["seats"], parts["worker"]) == ("ok", "ok", "ok")


def test_a_database_without_its_migrations_carried_out_is_not_ready(app):
    schema.downgrade()
    status, parts = readiness(app)
    assert (status, parts["database"], parts["oldest_notice_s"]) == (503, "not ready", None)
    schema.upgrade()
    assert readiness(app)[0] == 200


def test_a_notice_that_waits_is_told_with_its_age_until_it_is_sent(app, value):
    (lawyer,) = add_lawyers(1, clock.now())
    assert (value("huijian_notices", state="due"), value("huijian_oldest_notice_seconds")) == (0, 0)
    a_notice(lawyer)
    Notice.update(created_at=clock.now() - timedelta(minutes=10)).execute()
    assert value("huijian_notices", state="due") == 1
    assert value("huijian_oldest_notice_seconds") >= 600
    assert readiness(app)[1]["oldest_notice_s"] >= 600

    Notice.update(state="sent").execute()
    assert (value("huijian_notices", state="due"), value("huijian_notices", state="sent")) == (0, 1)
    assert value("huijian_oldest_notice_seconds") == readiness(app)[1]["oldest_notice_s"] == 0


def test_a_notice_for_tomorrow_is_counted_and_is_not_overdue(app, value):
    (lawyer,) = add_lawyers(1, clock.now())
    a_notice(lawyer, due_in=timedelta(days=1))
    Notice.update(created_at=clock.now() - timedelta(minutes=10)).execute()
    assert (value("huijian_notices", state="due"), value("huijian_oldest_notice_seconds")) == (1, 0)
    assert readiness(app)[1]["oldest_notice_s"] == 0


def test_a_booking_made_and_one_refused_are_counted_by_what_came_of_them(app, value):
    slot, lawyers = a_slot(), add_lawyers(2, clock.now())
    models.Slot.update(seats=1).execute()
    asked = {"endpoint": "lawyers.book"}
    before = [
        value("huijian_bookings_total", outcome="booked"),
        value("huijian_bookings_total", outcome="slot_full"),
        value("huijian_requests_total", **asked, status="201"),
        value("huijian_requests_total", **asked, status="409"),
        value("huijian_request_seconds_count", **asked),
    ]
    assert value("huijian_seats", centre="pudong", kind="taken") == 0
    assert [book(app, lawyer, slot).status_code for lawyer in lawyers] == [201, 409]
    after = [
        value("huijian_bookings_total", outcome="booked"),
        value("huijian_bookings_total", outcome="slot_full"),
        value("huijian_requests_total", **asked, status="201"),
        value("huijian_requests_total", **asked, status="409"),
        value("huijian_request_seconds_count", **asked),
    ]
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 1, 1, 2]
    assert value("huijian_seats", centre="pudong", kind="offered") == 1
    assert value("huijian_seats", centre="pudong", kind="taken") == 1
    assert value("huijian_notices", state="due") == Notice.select().count() == 1


def test_seats_of_days_gone_by_are_not_counted(value):
    slot = a_slot()
    assert value("huijian_seats", centre="pudong", kind="offered") == SEATS
    models.Slot.update(starts_at=clock.now() - timedelta(hours=1)).where(models.Slot.id == slot).execute()
    assert value("huijian_seats", centre="pudong", kind="offered") == 0


def test_what_the_sweep_repaired_is_shown_and_without_redis_is_no_number(app, kept, value, redis_client):
    assert value("huijian_drift_repaired_total") == 0
    redis_client.incrby("huijian:drift", 3)
    assert value("huijian_drift_repaired_total") == 3
    models.database.close()
    with assembled(kept, NO_REDIS) as without:
        assert math.isnan(metric(without, "huijian_drift_repaired_total"))
        assert metric(without, "huijian_oldest_notice_seconds") == 0
