"""The queues. RQ carries ids; what they mean, and whether it was done, stands in SQL."""

from collections.abc import Iterable

from redis import ConnectionPool, Redis
from redis.sentinel import SentinelConnectionPool
from rq import Queue
from rq.serializers import JSONSerializer

from booking.roll import runs
from house import house

NOTICES, IMPORTS = "notices", "imports"
JOB_SECONDS = 30
IMPORT_SECONDS = 600
KEEP_FAILED_SECONDS = 7 * 24 * 3600
KEEP_DONE_SECONDS = 60

_NOTICE, _IMPORT = "notice-", "import-"


def notices(redis: Redis) -> Queue:
    """One queue per worker: a kill during a wait on several loses a job (BLPOP). JSON, never pickle."""
    return Queue(NOTICES, connection=redis, serializer=JSONSerializer, default_timeout=JOB_SECONDS)


def imports(redis: Redis) -> Queue:
    """Apart, with a worker of its own: a large roll takes minutes, and nobody's message shall wait behind it."""
    return Queue(IMPORTS, connection=redis, serializer=JSONSerializer, default_timeout=IMPORT_SECONDS)


def put(queue: Queue, notice_ids: Iterable[int]) -> None:
    """Enqueue all of these in one go. Raises RedisError."""
    queue.enqueue_many([
        Queue.prepare_data(
            deliver, args=[notice_id], job_id=_job_id(notice_id), description=_job_id(notice_id),
            timeout=JOB_SECONDS, result_ttl=KEEP_DONE_SECONDS, failure_ttl=KEEP_FAILED_SECONDS,
        )
        for notice_id in notice_ids
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
    return _lying(queue, _NOTICE)


def waiting_imports(queue: Queue) -> set[int]:
    return _lying(queue, _IMPORT)


def deliver(notice_id: int) -> None:
    """The job: one notice, in the worker's app."""
    house().delivery.deliver(notice_id)


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


def _job_id(notice_id: int) -> str:
    return f"{_NOTICE}{notice_id}"


def _lying(queue: Queue, kind: str) -> set[int]:
    return {int(job_id.removeprefix(kind)) for job_id in queue.get_job_ids() if job_id.startswith(kind)}
