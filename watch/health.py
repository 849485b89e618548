"""For the load balancer: up while the process serves, ready while everything it needs answers."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, jsonify
from peewee import InterfaceError, OperationalError
from redis.exceptions import RedisError

import redis_heartbeats
from house import house
from models import database, schema
from sms import outbox

blueprint = Blueprint("watch", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """503 only for what is wrong with this host: a release with migrations not carried out.

    What all hosts share is told in the body alone. If a dead database took every host out of the balancer, people
    would read its error page and not ours, which says when to come again.
    """
    behind = house()
    parts: dict[str, object] = {
        "database": _state(lambda: not schema.pending()),
        "redis": _state(behind.redis.ping),
        "seats": _state(behind.seats_redis.ping),
        "worker": "unknown",
        "imports": "unknown",
        "clock": "unknown",
        "oldest_notice_s": None,
    }
    if parts["redis"] == "ok":
        for name in ("worker", "imports", "clock"):
            parts[name] = _state(partial(redis_heartbeats.is_alive, behind.redis, name))
    if parts["database"] == "ok":
        parts["oldest_notice_s"] = round(outbox.oldest_due_age(behind.desk.now()), 1)
    return jsonify(parts), 503 if parts["database"] == "not ready" else 200


def _state(ask: Callable[[], object]) -> str:
    try:
        return "ok" if ask() else "not ready"
    except (RedisError, OperationalError, InterfaceError):
        if not database.is_closed():
            database.close()
        return "down"
