"""A trip to PostgreSQL: many statements sent at once and their answers read as they come, over libpq's own pipeline.

psycopg's pipeline does the same, with several objects and waits of its own for each statement; for a booking that was
three times the cost of deciding about it. Values go in and come out by psycopg's own adaptation all the same.
"""

import select
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from psycopg import Connection, errors, pq
from psycopg.abc import Transformer as Adaptation
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq.abc import PGconn, PGresult

_DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)


Statement = tuple[str, tuple[int, ...]]  # by its text and the types of what goes in


class _Known(threading.local):
    """The statements that this thread's connection has prepared."""

    connection: Any = None
    names: dict[Statement, bytes]
    numbers: Iterator[int]

    def of(self, connection: Connection[Any]) -> "_Known":
        if self.connection is not connection:
            self.connection, self.names, self.numbers = connection, {}, count()
        return self


_known = _Known()


def carry(connection: Connection[Any], statements: Sequence[tuple[str, Sequence[object]]]) -> list[Any]:
    """Carried out in order; answers the rows of each, or how many rows it changed. Raises what psycopg raises.

    Outside a transaction the whole trip is one, as is everything between two syncs.
    """
    wire, known, adaptation = connection.pgconn, _known.of(connection), Transformer(connection)
    # All of it first: what can't be sent raises here, and not with half of the trip on its way.
    asked = [_Asked(adaptation, *statement) for statement in statements]
    wire.nonblocking = 1
    wire.enter_pipeline_mode()
    try:
        expected = _send(wire, known, asked)
        return _receive(wire, known, adaptation, expected, connection.info.encoding)
    finally:
        if wire.status == pq.ConnStatus.OK:
            wire.exit_pipeline_mode()
            wire.nonblocking = 0


class _Asked:
    """A statement and its values as they go out. Raises what psycopg raises for a value it can't send."""

    def __init__(self, adaptation: Adaptation, sql: str, given: Sequence[object]):
        self.values = adaptation.dump_sequence(given, [PyFormat.AUTO] * len(given))
        self.statement: Statement = (sql, tuple(adaptation.types or ()))
        self.formats = adaptation.formats


def _send(wire: PGconn, known: _Known, asked: Sequence[_Asked]) -> list[tuple[Statement, bytes] | None]:
    """What each answer that will come is about: a statement prepared under a name, or None for one carried out."""
    expected: list[tuple[Statement, bytes] | None] = []
    new: dict[Statement, bytes] = {}
    for one in asked:
        name = known.names.get(one.statement) or new.get(one.statement)
        if name is None:
            name = new[one.statement] = b"trip%d" % next(known.numbers)
            wire.send_prepare(name, _numbered(one.statement[0]), one.statement[1])
            expected.append((one.statement, name))
        wire.send_query_prepared(name, one.values, one.formats)
        expected.append(None)
    wire.pipeline_sync()
    return expected


def _receive(
    wire: PGconn,
    known: _Known,
    adaptation: Adaptation,
    expected: Sequence[tuple[Statement, bytes] | None],
    encoding: str,
) -> list[Any]:
    answers, failed, left = [], None, iter(expected)
    for result in _results(wire):
        prepared = next(left)
        if result.status in _DONE and prepared:
            known.names[prepared[0]] = prepared[1]  # kept by the server whatever becomes of the transaction
        elif result.status in _DONE:
            answers.append(_answer(adaptation, result))
        elif failed is None and result.status != pq.ExecStatus.PIPELINE_ABORTED:
            failed = errors.error_from_result(result, encoding)
    if failed is not None:
        raise failed
    return answers


def _results(wire: PGconn) -> Iterator[PGresult]:
    """Up to the sync; waits without holding anybody else up."""
    waiting = select.poll()
    waiting.register(wire.socket, select.POLLIN | select.POLLOUT)
    while wire.flush():  # more than goes out at once: the server may have to be listened to meanwhile
        waiting.poll()
        wire.consume_input()
    waiting.modify(wire.socket, select.POLLIN)
    while True:
        while wire.is_busy():
            waiting.poll()
            wire.consume_input()
        result = wire.get_result()
        if result is None:
            continue
        if result.status == pq.ExecStatus.PIPELINE_SYNC:
            return
        yield result


def _answer(adaptation: Adaptation, result: PGresult) -> object:
    if result.status == pq.ExecStatus.COMMAND_OK:
        return result.command_tuples or 0
    adaptation.set_pgresult(result)
    return adaptation.load_rows(0, result.ntuples, tuple)


@lru_cache(1000)
def _numbered(sql: str) -> bytes:
    """The places as PostgreSQL counts them."""
    parts = sql.split("%s")
    return "".join(f"{part}${n}" for n, part in enumerate(parts[:-1], 1)).encode() + parts[-1].encode()
