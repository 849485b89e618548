"""The queues. RQ carries ids; what they mean, and whether it was done, stands in SQL."""

import logging
import os
from collections.abc import Iterable, Sequence

from redis import ConnectionPool, Redis
from redis.exceptions import RedisError
from redis.sentinel import SentinelConnectionPool
from rq import Queue, get_current_job
from rq.job import Job
from rq.serializers import JSONSerializer

from booking.roll import runs
from house import house
from sms.rounds import Round

log = logging.getLogger(__name__)

NOTICES, IMPORTS = "notices", "imports"
JOB_SECONDS = 30
IMPORT_SECONDS = 600
LETTERS = 20  # a job: enough for the hands of a worker, and few enough that two workers share
KEEP_FAILED_SECONDS = 7 * 24 * 3600
KEEP_DONE_SECONDS = 60

_NOTICE, _IMPORT = "notice-", "import-"


def notices(redis: Redis) -> Queue:
    """One queue per worker: a kill during a wait on several loses a job (BLPOP). JSON, never pickle."""
    return Queue(NOTICES, connection=redis, serializer=JSONSerializer, default_timeout=JOB_SECONDS)


def imports(redis: Redis) -> Queue:
    """Apart, with a worker of its own: a large roll takes minutes, and nobody's message shall wait behind it."""
    return Queue(IMPORTS, connection=redis, serializer=JSONSerializer, default_timeout=IMPORT_SECONDS)


def put(queue: Queue, notice_ids: Sequence[int]) -> None:
    """Enqueue all of these in one go, LETTERS a job. Raises RedisError."""
    jobs = [notice_ids[n : n + LETTERS] for n in range(0, len(notice_ids), LETTERS)]
    queue.enqueue_many([
        Queue.prepare_data(
            deliver, args=list(ids), job_id=_job_id(ids), description=_job_id(ids),
            timeout=JOB_SECONDS, result_ttl=KEEP_DONE_SECONDS, failure_ttl=KEEP_FAILED_SECONDS,
        )
        for ids in jobs
    ])  # fmt: skip


def put_imports(queue: Queue, import_ids: Iterable[int]) -> None:
    """Call for somebody to work on these. Raises RedisError."""
    queue.enqueue_many([
        Queue.prepare_data(
            read_roll, args=[import_id], job_id=f"{_IMPORT}{import_id}", description=f"{_IMPORT}{import_id}",
            timeout=IMPORT_SECONDS, result_ttl=KEEP_DONE_SECONDS, failure_ttl=KEEP_FAILED_SECONDS,
        )
        for import_id in import_ids
    ])  # fmt: skip


def waiting(queue: Queue) -> set[int]:
    """The notices that lie in the queue now."""
    return {notice_id for job_id in queue.get_job_ids() for notice_id in _notice_ids(job_id)}


def waiting_imports(queue: Queue) -> set[int]:
    return {int(job_id.removeprefix(_IMPORT)) for job_id in queue.get_job_ids() if job_id.startswith(_IMPORT)}


def deliver(*notice_ids: int) -> None:
    """The job: these notices, in the worker's app, and those of the jobs behind it: to begin a job costs as much as to
    carry ten notices."""
    Round(house().delivery, _Behind()).walk(notice_ids)


class _Behind:
    """The jobs behind the one in hand. What is taken from here and not done is lost to RQ: the relay finds it in SQL."""

    def __init__(self) -> None:
        self._job, self._worker = get_current_job(), os.getppid()

    def __call__(self) -> list[int]:
        """The notices of the next one. None when there is none, and when the worker has died: nobody would watch us."""
        if self._job is None or os.getppid() != self._worker:
            return []
        try:
            return _notice_ids(_next(notices(self._job.connection)))
        except RedisError as away:
            log.warning("Redis is away (%s)", type(away).__name__)
            return []


def _next(queue: Queue) -> str:
    """The id of the next job, which RQ knows no longer then; empty when there is none. Raises RedisError."""
    found = queue.connection.lpop(queue.key)
    if not isinstance(found, bytes):
        return ""
    queue.connection.delete(Job.key_for(found.decode()))
    return found.decode()


def read_roll(import_id: int) -> None:
    """The job: what is to be done about one import of the roll, in the worker's app."""
    runs.work(house().desk, import_id)


def own_connection(redis: Redis, **options: object) -> Redis:
    """Another client of the same server, for those who wait longer on it than a web request may."""
    pool = redis.connection_pool
    asked = pool.connection_kwargs | {"decode_responses": False} | options
    if isinstance(pool, SentinelConnectionPool):
        asked.pop("connection_pool", None)  # of the pool it was taken from
        own: Redis = pool.sentinel_manager.master_for(pool.service_name, **asked)
        return own
    return Redis(connection_pool=ConnectionPool(connection_class=pool.connection_class, **asked))


def _job_id(notice_ids: Sequence[int]) -> str:
    return _NOTICE + "-".join(map(str, notice_ids))


def _notice_ids(job_id: str) -> list[int]:
    return [int(part) for part in job_id.removeprefix(_NOTICE).split("-")] if job_id.startswith(_NOTICE) else []
