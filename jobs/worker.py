"""`flask worker`: carries notices, or works on imports. Outlives its Redis; ends on SIGTERM after the job in hand."""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

import click
from flask.cli import with_appcontext
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.serializers import JSONSerializer

import redis_heartbeats
from house import house
from jobs import work_queue
from models import database

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0


class Carrier(Worker):
    """RQ's worker with our sign of life beside its own."""

    max_connection_wait_time = 4.0
    told_to_stop = False
    sign_of_life = "worker"

    def handle_warm_shutdown_request(self) -> None:
        self.told_to_stop = True
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]  # rq types the rest only

    def heartbeat(self, *args: Any, **options: Any) -> None:
        super().heartbeat(*args, **options)
        redis_heartbeats.beat(self.connection, self.sign_of_life)


class Reader(Carrier):
    """The same for the queue of imports."""

    sign_of_life = "imports"


@click.command("worker")
@click.option("--imports", is_flag=True, help="Work on imports of the roll instead of carrying notices.")
@with_appcontext
def command(imports: bool) -> None:
    """Carry notices to the lawyers' phones, until told to stop."""
    # Every job runs in a child, and a database connection must not be shared with it.
    database.close()
    if imports:
        work(house().redis, work_queue.imports, Reader)
    else:
        work(house().redis, work_queue.notices, Carrier)


def work(redis: Redis, queue: Callable[[Redis], Queue], kind: type[Carrier]) -> None:
    """Work until SIGTERM or SIGINT. RQ gives up when it can't reach Redis at a bad moment; then we begin anew.

    The intervals are what makes a killed worker's job free within about a minute instead of thirteen.
    """
    stopped = threading.Event()
    connection = work_queue.own_connection(redis, socket_timeout=None, retry=Retry(NoBackoff(), 1))
    while not stopped.is_set():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        try:
            carrier = kind(
                [queue(connection)], connection=connection, serializer=JSONSerializer,
                worker_ttl=30, maintenance_interval=10, job_monitoring_interval=2, log_job_description=False,
            )  # fmt: skip
            if stopped.is_set():
                return
            carrier.work(logging_level="WARNING")
            if carrier.told_to_stop:
                return
        except RedisError as away:
            log.warning("Redis is away (%s); trying again", type(away).__name__)
        stopped.wait(AGAIN_SECONDS)
