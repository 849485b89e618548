"""For Prometheus, and only from inside: what was asked and answered, seats, notices, drift."""

import os
import time
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from redis.exceptions import RedisError

from booking.review import queue
from house import house
from models import Slot
from refusals import NotFound
from sms import outbox

blueprint = Blueprint("metrics", __name__)

REQUESTS = Counter("huijian_requests_total", "Requests answered", ["endpoint", "status"])
SECONDS = Histogram(
    "huijian_request_seconds", "Time to an answer", ["endpoint"], buckets=(0.005, 0.02, 0.1, 0.5, 2, 10)
)
BOOKINGS = Counter("huijian_bookings_total", "Bookings asked for, by what came of it", ["outcome"])


def register(app: Flask) -> None:
    """Count every request of `app`, and show the counts at /metrics."""
    app.before_request(_begin)
    app.after_request(_count)
    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Raises NotFound for whoever comes through a proxy, by the public name, or from a public address."""
    if "X-Forwarded-For" in request.headers or _name(request.host) == _name(house().public_host) or not _is_inside():
        raise NotFound
    return Response(generate_latest(_counted()) + generate_latest(_asked()), content_type=CONTENT_TYPE_LATEST)


def _is_inside() -> bool:
    """By the address, of which a proxy's header may have made anything."""
    try:
        asker = ip_address(request.remote_addr or "0.0.0.0")
    except ValueError:
        return False
    return asker.is_loopback or asker.is_private


def _name(host: str) -> str:
    """A host without its port, however it is written."""
    return urlsplit(f"//{host}").hostname or ""


def _begin() -> None:
    g.began = time.perf_counter()


def _count(response: Response) -> Response:
    endpoint, began = request.endpoint or "none", g.get("began", time.perf_counter())
    count(endpoint, response.status_code, g.get("refused", "booked"), time.perf_counter() - began)
    return response


def count(endpoint: str, status: int, outcome: str, seconds: float) -> None:
    """One request answered; `outcome` is kept of bookings only."""
    _requests(endpoint, status).inc()
    _seconds(endpoint).observe(seconds)
    if endpoint == "lawyers.book":
        _bookings(outcome).inc()


# A look-up of labels costs as much as counting them; there are some hundred pairs in all.
_requests = lru_cache(1000)(REQUESTS.labels)
_seconds = lru_cache(200)(SECONDS.labels)
_bookings = lru_cache(100)(BOOKINGS.labels)


def _counted() -> CollectorRegistry:
    """This process's counts, or with PROMETHEUS_MULTIPROC_DIR those of all."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry


def _asked() -> CollectorRegistry:
    """What is true now, asked for at each look."""
    behind, registry = house(), CollectorRegistry()
    notices = Gauge("huijian_notices", "Notices by state", ["state"], registry=registry)
    for state, many in outbox.counts_by_state().items():
        notices.labels(state).set(many)
    age = Gauge("huijian_oldest_notice_seconds", "How long the longest-waiting notice is overdue", registry=registry)
    age.set(outbox.oldest_due_age(behind.desk.now()))
    seats = Gauge("huijian_seats", "Online seats of the days to come", ["centre", "kind"], registry=registry)
    for centre, offered, taken in Slot.sums_ahead(behind.desk.now()):
        seats.labels(centre, "offered").set(offered)
        seats.labels(centre, "taken").set(taken)
    overdue = Gauge("huijian_bookings_overdue", "Past the review deadline and left to officers", registry=registry)
    overdue.set(len(queue.overdue(behind.desk.now())))
    drift = Gauge("huijian_drift_repaired_total", "Seats the sweep had to set right", registry=registry)
    try:
        drift.set(int(behind.redis.get("huijian:drift") or 0))
    except RedisError:
        drift.set(float("nan"))
    return registry
