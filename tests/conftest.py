"""Real parts for every test: one Redis and one PostgreSQL for the run, an empty database and an empty Redis for each."""

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import models
from models.sealed import Keyring
from sandbox.servers import postgres, redis
from sandbox.servers.postgres import PostgresServer
from sandbox.servers.redis import RedisServer
from tests import redis_keys

FIELD_KEY, INDEX_KEY = os.urandom(32), os.urandom(32)
KEYRING = Keyring([FIELD_KEY], INDEX_KEY)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis.running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_client(redis_server: RedisServer) -> Iterator[Any]:
    """Short time-outs and no retries, as in service; an empty server before and after, and no key that nobody knows."""
    redis_server.flush()
    with Redis.from_url(redis_server.url, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)) as client:
        yield client
    with Redis.from_url(redis_server.url) as client:
        assert not redis_keys.wrong(client), "keys that docs/redis.md does not have"
    redis_server.flush()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    models.open_database(f"sqlite:///{path}", KEYRING)
    models.database.create_tables(models.TABLES)
    models.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    models.database.close()
    return path


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: PostgresServer) -> str:
    url = postgres_server.fresh()
    models.open_database(url, KEYRING)
    models.database.create_tables(models.TABLES)
    models.database.close()
    return url


@cache
def _emptying() -> str:
    """TRUNCATE of all tables takes 80 ms, this takes one; nobody else is there with references that would need a check."""
    sequences = models.database.execute_sql("SELECT sequencename FROM pg_sequences").fetchall()
    return ";".join(
        [
            "SET session_replication_role = replica",
            *(f'DELETE FROM "{table._meta.table_name}"' for table in models.TABLES),
            *(f"SELECT setval('{name}', 1, false)" for (name,) in sequences),
            "SET session_replication_role = DEFAULT",
        ]
    )


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an open, empty database with all tables; each test runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "test.db")
        url = f"sqlite:///{tmp_path / 'test.db'}"
        models.open_database(url, KEYRING)
    else:
        url = request.getfixturevalue("postgres_tables")
        models.open_database(url, KEYRING)
        models.database.execute_sql(_emptying())
    yield url
    models.database.close()


@pytest.fixture
def queries(database: str) -> Iterator[list[str]]:
    """Every statement from here on."""
    said: list[str] = []

    def hear(event: Any) -> None:
        said.append(event.sql)

    models.database.obj.query_hooks.append(hear)
    yield said
    models.database.obj.query_hooks.remove(hear)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was left out is said loudly: a run must not look greener than it is."""
    left_out = terminalreporter.stats.get("skipped", [])
    if left_out:
        terminalreporter.section(f"{len(left_out)} TESTS LEFT OUT", sep="!", red=True, bold=True)
        for report in left_out:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[2] if report.longrepr else ''}")
