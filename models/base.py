"""The one database and the one keyring of a process, and the base of all tables."""

from typing import Any
from weakref import WeakSet

from peewee import BaseQuery, DatabaseProxy, Model, PostgresqlDatabase, SqliteDatabase

from models.sealed import Keyring

database = DatabaseProxy()
_keyring: list[Keyring] = []
_only_looking_up: WeakSet[Any] = WeakSet()  # connections


class Table(Model):
    class Meta:
        database = database
        legacy_table_names = False


def open_database(url: str, keyring: Keyring) -> None:
    """Bind every table to `sqlite:///path` or `postgresql://…`. Connections are kept, one a thread."""
    database.initialize(_sqlite(url) if url.startswith("sqlite") else _postgres(url))
    _keyring[:] = [keyring]


def rows_of(query: BaseQuery) -> list[tuple[Any, ...]]:
    """What a query selects or returns, as plain rows: without models, which would be built for nothing."""
    return list(query.tuples().execute())


def keyring() -> Keyring:
    return _keyring[0]


def on_postgres() -> bool:
    return isinstance(database.obj, PostgresqlDatabase)


def only_look_up() -> None:
    """Of this thread's connection: PostgreSQL plans each statement once, and by an index, whatever the tables look like.

    For a thread that looks up and writes; whoever adds up a year had better read its table from end to end.
    """
    if on_postgres() and (connection := database.connection()) not in _only_looking_up:
        database.execute_sql("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off")
        _only_looking_up.add(connection)


def _sqlite(url: str) -> SqliteDatabase:
    """IMMEDIATE: a transaction that will write takes the write lock first, and waits for it, instead of failing later."""
    pragmas = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "cache_size": -20000}
    path = url.removeprefix("sqlite:///")
    return SqliteDatabase(path, pragmas=pragmas, timeout=10, lock_type="IMMEDIATE", check_same_thread=False)


def _postgres(url: str) -> PostgresqlDatabase:
    """The whole URL goes to libpq, so every option of it holds; a lock is waited for 3 seconds, then refused.

    Nothing is prepared by psycopg: a plan kept from when a table was empty reads all of it when it is full. What
    `models/trips.py` prepares has one good plan only.
    """
    url = "postgresql://" + url.partition("://")[2]
    options = "-c lock_timeout=3000 -c timezone=Asia/Shanghai"
    return PostgresqlDatabase(url, prefer_psycopg3=True, options=options, connect_timeout=3, prepare_threshold=None)
