"""For the load balancer: up while the process serves, ready while everything it needs answers."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from peewee import InterfaceError, OperationalError
from redis.exceptions import RedisError

import redis_heartbeats
from models import database, schema
from sms import outbox

blueprint = Blueprint("watch", __name__)

# Redis down is slower, not closed; a worker or a clock that is down makes notices late. A lawyer can still book, so
# only the database decides whether requests are sent here. `make run` waits until everything is "ok".
VITAL = ("database",)


@blueprint.get("/healthz")
def healthz() -> Response:
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    house = current_app.extensions["huijian"]
    parts: dict[str, Any] = {
        "database": _state(lambda: not schema.pending()),
        "redis": _state(house.redis.ping),
        "seats": _state(house.seats_redis.ping),
        "worker": "unknown",
        "clock": "unknown",
        "oldest_notice_s": None,
    }
    if parts["redis"] == "ok":
        parts["worker"] = _state(lambda: redis_heartbeats.is_alive(house.redis, "worker"))
        parts["clock"] = _state(lambda: redis_heartbeats.is_alive(house.redis, "clock"))
    if parts["database"] == "ok":
        parts["oldest_notice_s"] = round(outbox.oldest_due_age(house.desk.now()), 1)
    return jsonify(parts), 200 if all(parts[name] == "ok" for name in VITAL) else 503


def _state(ask: Callable[[], Any]) -> str:
    try:
        return "ok" if ask() else "not ready"
    except (RedisError, OperationalError, InterfaceError):
        if not database.is_closed():
            database.close()
        return "down"
