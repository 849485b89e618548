"""Bringing the tables up to date, one migration after another; two servers that start together do it once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from playhouse.migrations import Runner

from models.base import database, on_postgres

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
WAIT_SECONDS = 60
_HISTORY = "schema_migration"
_LOCK = 0x6875696A69616E  # "huijian"


def upgrade() -> list[str]:
    """The names of the migrations that were carried out, in order."""
    with _alone():
        done: list[str] = _runner().up()
        return done


def downgrade(to: str | None = None) -> list[str]:
    """Undo the last migration, or all back through the one named."""
    with _alone():
        undone: list[str] = _runner().down(to)
        return undone


def pending() -> list[str]:
    """Migrations not carried out yet; a server must not start before them."""
    return [migration.name for migration in _runner().status() if migration.applied is None]


def _runner() -> Runner:
    return Runner(database.obj, str(MIGRATIONS), table_name=_HISTORY)


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time, the others wait: by an advisory lock, or on SQLite by a lock file beside the database."""
    with _postgres_lock() if on_postgres() else _sqlite_lock():
        yield


@contextmanager
def _postgres_lock() -> Iterator[None]:
    database.execute_sql("SET lock_timeout = 0")
    database.execute_sql("SELECT pg_advisory_lock(%s)", (_LOCK,))
    try:
        yield
    finally:
        database.execute_sql("SELECT pg_advisory_unlock(%s)", (_LOCK,))
        database.execute_sql("RESET lock_timeout")


@contextmanager
def _sqlite_lock() -> Iterator[None]:
    """Not on the database itself: a migration must set its pragmas outside of a transaction."""
    lock = sqlite3.connect(f"{database.database}.upgrade", timeout=WAIT_SECONDS, isolation_level=None)
    with closing(lock):
        lock.execute("BEGIN EXCLUSIVE")
        yield
