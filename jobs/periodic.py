"""`flask clock`: does what the table of duties says is due. Ends cleanly on SIGTERM."""

import logging
import signal
import threading
import time
from collections.abc import Sequence

import click
from flask.cli import with_appcontext
from redis import Redis
from redis.exceptions import RedisError

import redis_heartbeats
from house import house
from jobs.duties import Duty, table
from jobs.relay import Relay
from models import database

log = logging.getLogger(__name__)


@click.command("clock")
@with_appcontext
def command() -> None:
    """Do the periodic work and put notices into the queue, until told to stop."""
    behind, stopped = house(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    relay = Relay(behind.redis, behind.seats_redis, behind.wechat_template_ids)
    relaying = threading.Thread(target=relay.run, args=(stopped,), name="relay")
    relaying.start()
    run([*table(behind), Duty("sign of life", 10, lambda: _beat(behind.redis))], stopped)
    relaying.join()


def run(duties: Sequence[Duty], stopped: threading.Event) -> None:
    """Until stopped, all of them at the start and then each in its own time."""
    next_at = dict.fromkeys(duties, 0.0)
    while not stopped.is_set():
        for duty in duties:
            if next_at[duty] <= time.monotonic() and not stopped.is_set():
                do(duty)
                next_at[duty] = time.monotonic() + duty.every
        stopped.wait(max(0.0, min(next_at.values()) - time.monotonic()))


def do(duty: Duty) -> None:
    """What goes wrong is told to the log; the other duties go on."""
    try:
        duty.call()
    except Exception:  # the thread's last door: a duty that died would take all others with it
        log.exception("the clock's duty %r failed", duty.name)
        database.close()


def _beat(redis: Redis) -> None:
    try:
        redis_heartbeats.beat(redis, "clock")
    except RedisError as away:
        log.warning("Redis is away (%s)", type(away).__name__)
