"""What a database makes of the statements of a busy minute: those that are really sent, and how each is carried out."""

import itertools
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
import pytest
from peewee import QueryEvent

import models
from models import trips
from models.base import on_postgres

# Of tables that grow, the columns by which one value finds few rows; a letter's state is that of those still to go.
# Any other table has some hundred rows: to read it from end to end is the shortest way.
FEW = {
    "booking": {"ref", "lawyer_id", "detainee_key", "case_no", "slot_id"},
    "change": {"booking_id"},
    "detainee": {"key", "name_index", "custody_index"},
    "kept_answer": {"lawyer_id"},
    "lawyer": {"id", "openid"},
    "mandate": {"id", "lawyer_id"},
    "mandate_number": {"key", "mandate_id"},
    "notice": {"id", "event", "booking", "state"},
    "roll_entry": {"licence_no"},
    "session": {"token_hash", "openid"},
    "slot": {"id", "date"},
    "strike": {"lawyer_id"},
}
_COMPARED = re.compile(r'\(?"?(\w+)"?\)?(?:::[a-z ]+)? (=|>=|<=|>|<|IS NOT NULL)')
_LIST = re.compile(r"\((?:(?:%s|\?), )*(?:%s|\?)\)")
_ALIAS = re.compile(r'(?:FROM|JOIN) "?(\w+)"? (?:AS )?"?(\w+)"?')


class Sent(NamedTuple):
    """A statement, and whether it was the teller who sent it."""

    sql: str
    given: Sequence[object] = ()
    by_teller: bool = True


@contextmanager
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Sent]]:
    """Every question and change that any thread sends meanwhile: each once, however long its lists are."""
    sent: dict[str, Sent] = {}
    execute, carry = psycopg.Cursor.execute, trips.carry

    def hear(sql: str, given: Any) -> None:
        if sql.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            by_teller = threading.current_thread().name == "teller"
            sent.setdefault(_LIST.sub("(…)", sql), Sent(sql, given or (), by_teller))

    def heard_by_psycopg(cursor: Any, sql: Any, given: Any = None, **more: Any) -> Any:
        hear(str(sql), given)
        return execute(cursor, sql, given, **more)

    def heard_on_a_trip(connection: Any, statements: Any) -> Any:
        for sql, given in statements:
            hear(sql, given)
        return carry(connection, statements)

    def heard_by_peewee(event: QueryEvent) -> None:
        if not on_postgres():
            hear(event.sql, event.params)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", heard_by_psycopg)
        patch.setattr(trips, "carry", heard_on_a_trip)
        patch.setattr(models.database.obj, "query_hooks", [heard_by_peewee])
        yield sent


class Postgres:
    """A connection that is asked how it would carry out a statement; `how` are settings of it."""

    def __init__(self, connection: psycopg.Connection, *how: str):
        self._connection = connection
        for one in (*how, "jit = off", "plan_cache_mode = force_generic_plan"):
            connection.execute(f"SET {one}".encode())
        self._indexes = {index: (table, columns) for index, table, columns in connection.execute(_INDEXES)}

    def faults(self, asked: Iterable[Sent]) -> dict[str, list[str]]:
        """By statement what is wrong with the plan that is kept for it, or with the one for just these values."""
        return {sent.sql: found for sent in asked if (found := self._faults(sent))}

    def _faults(self, sent: Sent) -> list[str]:
        self.prepare(sent.sql)
        for_these = self._explained(psycopg.ClientCursor(self._connection).mogrify(sent.sql, sent.given))
        return [*self._faults_in(self.kept_plan()), *self._faults_in(for_these)]

    def prepare(self, sql: str) -> None:
        number = itertools.count(1)
        text = re.sub("%s", lambda _: f"${next(number)}", sql)
        self._values = ", ".join(["NULL"] * (next(number) - 1))
        self._connection.execute("DEALLOCATE ALL")
        self._connection.execute(f"PREPARE asked AS {text}".encode())

    def kept_plan(self) -> Any:
        """Made when it is first asked for, and kept for whatever values come."""
        return self._explained("EXECUTE asked" + (f"({self._values})" if self._values else ""))

    def _explained(self, sql: str) -> Any:
        ((told,),) = self._connection.execute(f"EXPLAIN (FORMAT JSON) {sql}".encode()).fetchall()
        return told[0]["Plan"]

    def _faults_in(self, node: Mapping[str, Any], above: str = "") -> Iterator[str]:
        kind, index = node["Node Type"], node.get("Index Name", "")
        if kind == "Seq Scan" and node["Relation Name"] in FEW:
            yield f"reads {node['Relation Name']} from end to end"
        if index:
            table, columns = self._indexes[index]
            condition = node.get("Index Cond", "")
            if fault := _fault(table, columns, condition, one=above == "Limit"):
                yield f"{fault}: {index} by {condition or 'nothing'}"
        for below in node.get("Plans", ()):
            yield from self._faults_in(below, kind)


@contextmanager
def asking(url: str, *how: str) -> Iterator[Postgres]:
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        yield Postgres(connection, *how)


_INDEXES = """SELECT i.relname, t.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid JOIN pg_attribute a ON a.attrelid = i.oid
WHERE t.relnamespace = current_schema()::regnamespace GROUP BY 1, 2"""


def _fault(table: str, columns: Sequence[str], condition: str, *, one: bool) -> str:
    """Whether an index of these columns goes by this condition straight to few rows, or to `one`."""
    if table not in FEW:
        return ""
    if condition.count("= ANY") > 1:
        return "tries every pair"
    ways: dict[str, set[str]] = {}
    for column, how in _COMPARED.findall(condition):
        ways.setdefault(column, set()).add(how)
    met = {column for column, how in ways.items() if "=" in how or how >= {">=", "<="}}
    if columns[0] not in met:
        return f"reads {table} along an index and not by its first column"
    return "" if one or met & FEW[table] else f"reads too much of {table}"


def faults_on_sqlite(sent: Sent) -> list[str]:
    """Which of the tables that grow SQLite would read from end to end."""
    tables = {alias: table for table, alias in _ALIAS.findall(sent.sql)}
    steps = models.database.execute_sql(f"EXPLAIN QUERY PLAN {sent.sql}", sent.given).fetchall()
    scanned = [step.split()[1] for *_, step in steps if step.startswith("SCAN ")]
    return [table for name in scanned if (table := tables.get(name, name)) in FEW]


def fill(many: int = 20_000) -> None:
    """The database that is open, with this many lawyers and what comes of so many; quickly, and with no statistics."""
    models.database.execute_sql("SET session_replication_role = replica")
    for statement in _FILLING.split(";"):
        models.database.execute_sql(statement.replace("%", "%%").replace("many", str(many)))
    models.database.execute_sql("SET session_replication_role = DEFAULT")


_FILLING = """
INSERT INTO centre (code, name, address, policy, created_at)
SELECT 'c' || n, '', '', '{}', now() FROM generate_series(0, 7) n;
INSERT INTO lawyer (openid, licence_no, licence_claim, name, plain_name, firm, plain_firm, id_no_sealed, id_no_index,
phone_sealed, phone_claim, state, findings, created_at, updated_at)
SELECT 'o' || n, n, n, 'name', 'name', 'firm', 'firm', '', n, '', n, 'verified', '', now(), now()
FROM generate_series(1, many) n;
INSERT INTO roll_entry (licence_no, name, plain_name, firm, id_no_index, state, updated_at)
SELECT n, 'name', 'name', 'firm', n, 'active', now() FROM generate_series(1, many) n;
INSERT INTO session (token_hash, openid, created_at, expires_at)
SELECT md5(n::text), 'o' || n, now(), now() FROM generate_series(1, many) n;
INSERT INTO detainee (centre_id, key, name_index, name_sealed, ward, permit_case, updated_at)
SELECT 'c' || n % 8, md5('k' || n), md5('n' || n), '', '', false, now() FROM generate_series(1, many) n;
INSERT INTO slot (id, centre_id, date, starts_at, ends_at, seats, window_seats, taken, open, closed_reason)
SELECT 's' || n, 'c' || n % 8, current_date - 300 + n / 64, now() + interval '1 hour' * (n - 1000), now(), 50, 10, 12,
true, '' FROM generate_series(1, many) n;
INSERT INTO booking (ref, lawyer_id, centre_id, slot_id, starts_at, ends_at, minutes, state, active, detainee_key,
detainee_said, detainee_sealed, case_no, mandate, stage, companions, findings, created_at)
SELECT n, n % 5000, 'c' || n % 8, 's' || n, now() + interval '1 hour' * (n - many * 0.9), now(), 60,
CASE WHEN n % 10 = 0 THEN 'submitted' ELSE 'done' END, 1, md5('k' || n), md5(n::text), '', 'case' || n, 'entrusted',
'trial', '[]', '[]', now() FROM generate_series(1, many) n;
INSERT INTO change (booking_id, at, to_state, by, why) SELECT ref, now(), 'submitted', 'lawyer', '' FROM booking;
INSERT INTO notice (event, kind, channel, lawyer_id, booking, words, state, due_at, attempts, asked, created_at)
SELECT ref, 'submitted', 'sms', lawyer_id, ref, '{}', CASE WHEN state = 'done' THEN 'sent' ELSE 'due' END, now(), 0, 0,
now() FROM booking;
INSERT INTO kept_answer (lawyer_id, key, body_hash, booking, answer_sealed, created_at)
SELECT lawyer_id, ref, '', ref, repeat('x', 500), now() FROM booking;
INSERT INTO mandate (lawyer_id, centre_id, person, stage, name_sealed, seen, proven_at, proven_by, active, ended_why)
SELECT n, 'c' || n % 8, md5(n::text), 'trial', '', '[]', now(), '', 1, '' FROM generate_series(1, many) n;
INSERT INTO mandate_number (mandate_id, key) SELECT id, person FROM mandate;
INSERT INTO strike (booking_id, lawyer_id, kind, state, at)
SELECT ref, lawyer_id, 'no_show', 'used', now() FROM booking"""
