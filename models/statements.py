"""Statements with a text that stays the same however many values they carry, and trips that carry several of them.

The hot path lives by both: a text that never changes is parsed once and prepared, and each trip to PostgreSQL that is
saved is a wait saved, for the server and for the interpreter's lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
import peewee

from models import trips
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
        return trips.carry(database.connection(), statements)


def seeking(
    columns: str, table: str, by: Mapping[str, str], rows: Iterable[Sequence[object]], after: str = "", onward: str = ""
) -> Statement:
    """SELECT of the rows that are `looked_up`; `after` is whatever follows."""
    return Statement(f"SELECT {columns} FROM {looked_up(table, by, onward)} {after}", (as_one(rows),))


def looked_up(table: str, by: Mapping[str, str], onward: str = "") -> str:
    """For FROM: the rows of `table` that have in these columns (name → SQL type) what is sought, given `as_one`.

    `onward` is the column that the index goes on with, where another begins like it. If it is none of `by`, then one more
    value is given, from which on. What must not be looked up by belongs into the WHERE that follows.
    """
    same = {column: f'{table}."{column}" = sought."{column}"' for column in by}
    if onward and onward not in by:
        same[onward] = f"{table}.{onward} >= {database.param}"
    elif onward and on_postgres():  # or no order would be left in it
        same[onward] = f'{table}."{onward}" BETWEEN sought."{onward}" AND sought."{onward}"'
    return f"{sought(by)} {matching(table, ' AND '.join(same.values()), order=onward)}"


def sought(by: Mapping[str, str]) -> str:
    """For FROM: what is sought as a table."""
    return f"(SELECT {_rows(tuple(by.items()), on_postgres())}) AS sought"


def matching(table: str, condition: str, join: str = "CROSS JOIN", order: str = "") -> str:
    """Joins `table` to what stands before it by an index, row by row, whatever the planner thinks of it.

    PostgreSQL keeps a plan that it made while the table was empty, or as it was in the morning, and reads the whole of
    it by then, or of an index. So nothing is planned through here: it does not look behind an OFFSET. Of indexes that
    look alike to it, as those of an empty table do, it takes the one that has the order.
    """
    if not on_postgres():
        return f"{join} {table} ON {condition}"
    join, order = join.removeprefix("CROSS "), f'ORDER BY {table}."{order}"' if order else ""
    return f"{join} LATERAL (SELECT * FROM {table} WHERE {condition} {order} OFFSET 0) AS {table} ON true"


def as_one(rows: Iterable[Sequence[object]]) -> str:
    """Rows of what is sought as one value; each is sought once."""
    return orjson.dumps(list(dict.fromkeys(map(tuple, rows)))).decode()


def on_the_row(column: peewee.Field) -> peewee.Expression:
    """A text column to be checked on rows found by another: an index of it finds too many."""
    checked: peewee.Expression = column.concat("")
    return checked


def entering(
    table: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]], otherwise: str = ""
) -> Statement:
    """INSERT of many rows; `columns` are name → SQL type, `otherwise` an ON CONFLICT clause."""
    sql = _insert(table, tuple(columns.items()), otherwise, on_postgres())
    return Statement(sql, (orjson.dumps(rows).decode(),))


@lru_cache(64)
def _insert(table: str, columns: tuple[tuple[str, str], ...], otherwise: str, postgres: bool) -> str:
    names = ", ".join(f'"{name}"' for name, _ in columns)
    where = "" if postgres else "WHERE true"
    return f"INSERT INTO {table} ({names}) SELECT {_rows(columns, postgres)} {where} {otherwise}"


@lru_cache(64)
def _rows(columns: tuple[tuple[str, str], ...], postgres: bool) -> str:
    """For SELECT: many rows that are given as one value."""
    if postgres:
        values = ", ".join(f'(r->>{n})::{kind} AS "{name}"' for n, (name, kind) in enumerate(columns))
        return f"{values} FROM jsonb_array_elements(%s::jsonb) AS r"
    values = ", ".join(f"json_extract(value, '$[{n}]') AS \"{name}\"" for n, (name, _) in enumerate(columns))
    return f"{values} FROM json_each(?)"


def _answer(cursor: Any) -> Any:
    return cursor.fetchall() if cursor.description else cursor.rowcount
