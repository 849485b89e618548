"""From the letterbox to the queue: wakes on a published word, and looks at the table each second anyway."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

import clock
import wake
from booking.roll import imports
from jobs import work_queue
from models import database
from sms import outbox

log = logging.getLogger(__name__)

MOST_QUEUED = 200  # enough for the workers, and few enough to see at a glance what is missing
LOST_AFTER = timedelta(seconds=20)
GATHERS_SECONDS = 0.2  # between two looks: in a rush one look is to find many letters


class Relay:
    def __init__(
        self, redis: Redis, calls: Redis, wechat_template_ids: Mapping[str, str],
        lost_after: timedelta = LOST_AFTER, every: float = 1.0, now: Callable[[], datetime] = clock.now,
    ):  # fmt: skip
        """`redis` has the queues, on `calls` wake.WORD is heard; `every`, in seconds, is for when nobody calls."""
        own = work_queue.own_connection(redis, socket_timeout=5)
        self._queue, self._imports, self._calls = work_queue.notices(own), work_queue.imports(own), calls
        self._template_ids, self._lost_after, self._every, self._now = (
            wechat_template_ids,
            lost_after,
            every,
            now,
        )

    def tick(self) -> int:
        """Put what may be carried now into the queue; answers how many. Raises RedisError when it can't be reached."""
        queued = work_queue.waiting(self._queue)
        now = self._now()
        notices = outbox.take(now, max(0, MOST_QUEUED - len(queued)), self._lost_after, queued)
        if notices:
            outbox.post_beside(notices, self._template_ids, now)
            try:
                work_queue.put(self._queue, [notice.id for notice in notices])
            except RedisError:
                outbox.take_back(notices)
                raise
        self._call_for_imports(now)
        return len(notices)

    def _call_for_imports(self, now: datetime) -> None:
        if called := imports.take(now, work_queue.waiting_imports(self._imports)):
            try:
                work_queue.put_imports(self._imports, called)
            except RedisError:
                imports.take_back(called)
                raise

    def run(self, stopped: threading.Event) -> None:
        """Until stopped. Nothing that goes wrong in a round ends it."""
        ear = None
        while not stopped.is_set():
            self._round()
            stopped.wait(GATHERS_SECONDS)
            ear = self._wait(ear, stopped)
        if ear:
            ear.close()
        self._queue.connection.close()
        database.close()

    def _round(self) -> None:
        try:
            self.tick()
        except RedisError as away:
            log.warning("the relay can't reach the queue (%s)", type(away).__name__)
        except Exception:  # the thread's last door: without the relay no letter goes out
            log.exception("the relay stumbled")
            database.close()

    def _wait(self, ear: PubSub | None, stopped: threading.Event) -> PubSub | None:
        """For a call, but not long; one look serves all who called meanwhile. Answers where to wait next."""
        try:
            ear = ear or self._subscribed()
            ear.get_message(timeout=self._every)
            while ear.get_message():
                pass
            return ear
        except Exception as away:
            # Of a connection that died redis-py says many things, TypeError among them.
            log.info("the relay can't be called (%s)", type(away).__name__)
            if ear:
                ear.close()
            stopped.wait(self._every)
            return None

    def _subscribed(self) -> PubSub:
        ear: PubSub = self._calls.pubsub(ignore_subscribe_messages=True)
        ear.subscribe(wake.WORD)
        return ear
