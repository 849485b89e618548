"""Statements with a text that stays the same however many values they carry, and trips that carry several of them.

The hot path lives by both: a text that never changes is parsed once and prepared, and each trip to PostgreSQL that is
saved is a wait saved, for the server and for the interpreter's lock.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
import peewee

from models.base import database, on_postgres


class Statement(NamedTuple):
    """SQL with the database's own places, and what goes into them."""

    sql: str
    given: tuple[object, ...] = ()


def together(statements: Sequence[Statement]) -> list[Any]:
    """Carry them out in order, on PostgreSQL in one trip; answers the rows of each, or how many rows it changed.

    Raises what Peewee raises; the caller's transaction is to be rolled back then.
    """
    if len(statements) < 2 or not on_postgres():
        return [_answer(database.execute_sql(*statement)) for statement in statements]
    with peewee.__exception_wrapper__:  # type: ignore[attr-defined]  # its stubs leave it out
        connection = database.connection()
        with connection.pipeline() as line:
            cursors = [connection.execute(*statement) for statement in statements]
            line.sync()
            return [_answer(cursor) for cursor in cursors]


def among(kind: str) -> str:
    """What follows a column to be compared with `several(values)` of an SQL type, as in `id = ANY(…)`."""
    return f"= ANY(%s::{kind}[])" if on_postgres() else "IN (SELECT value FROM json_each(?))"


def several(values: Collection[object]) -> object:
    """Many values as one."""
    return list(values) if on_postgres() else orjson.dumps(list(values)).decode()


def entering(
    table: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]], otherwise: str = ""
) -> Statement:
    """INSERT of many rows; `columns` are name → SQL type, `otherwise` an ON CONFLICT clause."""
    sql = _insert(table, tuple(columns.items()), otherwise, on_postgres())
    return Statement(sql, (orjson.dumps(rows).decode(),))


@lru_cache(64)
def _insert(table: str, columns: tuple[tuple[str, str], ...], otherwise: str, postgres: bool) -> str:
    names = ", ".join(f'"{name}"' for name, _ in columns)
    if postgres:
        values = ", ".join(f"(r->>{n})::{kind}" for n, (_, kind) in enumerate(columns))
        return f"INSERT INTO {table} ({names}) SELECT {values} FROM jsonb_array_elements(%s::jsonb) AS r {otherwise}"
    values = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(columns)))
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM json_each(?) WHERE true {otherwise}"


def _answer(cursor: Any) -> Any:
    return cursor.fetchall() if cursor.description else cursor.rowcount
