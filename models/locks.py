"""Locks on people, held to the end of the transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from peewee import OperationalError
from psycopg.errors import LockNotAvailable

from models.base import database, on_postgres
from models.statements import Statement, together

# Advisory locks, since they live in memory and need no row: taken in one statement, lawyers before detainees and each
# in order, so that no two transactions wait for one another in a circle. SQLite's IMMEDIATE transaction is one lock.
_ROLL = (0x726F6C6C, 0)  # of the two-number kind: never one of a person
_OFFICERS = (0x6F666669, 0)
_BROUGHT, _REGISTER = 0x62726F75, 0x72656769  # each with a centre
_IDENTITY = 0x6964656E  # with an ID number's index or a licence number; by the hash, as two may have one
_OF_IDENTITY = """SELECT pg_advisory_xact_lock(%s, h)
FROM (SELECT DISTINCT hashtext(c) AS h FROM unnest(%s::text[]) AS c ORDER BY 1) AS hashes"""
_LOCK = "SELECT count(pg_advisory_xact_lock(k)) FROM unnest(%s::bigint[]) AS k"
_OF_CENTRE = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
_SHARED = "SELECT pg_advisory_xact_lock_shared(%s, hashtext(c)) FROM unnest(%s::text[]) AS c"


def lock_people(lawyers: Iterable[int], detainee_keys: Iterable[str] = ()) -> None:
    """Whoever else wants to decide about these people waits, 3 seconds at most (OperationalError)."""
    together(locking(lawyers, detainee_keys))


def locking(lawyers: Iterable[int], detainee_keys: Iterable[str] = ()) -> list[Statement]:
    """The same as a statement to be carried out first; none where the transaction itself is the lock."""
    if not on_postgres():
        return []
    keys = [*sorted(set(lawyers)), *sorted({-(int(key[:15], 16)) - 1 for key in detainee_keys})]
    return [Statement(_LOCK, ("{" + ",".join(map(str, keys)) + "}",))]


def waited_in_vain(problem: OperationalError) -> bool:
    """Whether somebody held a lock for longer than one waits; on SQLite all wait for one lock, and it says nothing."""
    return isinstance(problem.__cause__ or problem.__context__, LockNotAvailable)


def lock_identity(*numbers: str) -> None:
    """Before the people, and before their rows are read: nobody else makes or verifies a row of this person, by the
    index of his ID number or by his licence number. An empty number is nobody's."""
    if on_postgres():
        together([Statement(_OF_IDENTITY, (_IDENTITY, [one for one in numbers if one]))])


def lock_roll() -> None:
    """Whoever else brings a roll of lawyers waits likewise: two compared with one state would both be written."""
    if on_postgres():
        together([Statement("SELECT pg_advisory_xact_lock(%s, %s)", _ROLL)])


def lock_imports(centre: str) -> None:
    """Whoever else brings a register of this centre waits likewise."""
    if on_postgres():
        together([Statement(_OF_CENTRE, (_BROUGHT, centre))])


def lock_register(centre: str) -> None:
    """After the people: nobody writes a booking by what he read of this register before."""
    if on_postgres():
        together([Statement(_OF_CENTRE, (_REGISTER, centre))])


def reading_registers(centres: Iterable[str]) -> list[Statement]:
    """After the people: the registers stay as they are to the end of the transaction. Many may at once."""
    return [Statement(_SHARED, (_REGISTER, sorted(set(centres))))] if on_postgres() else []


def lock_officers() -> None:
    """Whoever else changes what an officer may do waits likewise: two chiefs must not suspend each other at once."""
    if on_postgres():
        together([Statement("SELECT pg_advisory_xact_lock(%s, %s)", _OFFICERS)])


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """One transaction that waits for nothing longer than this. Raises OperationalError."""
    milliseconds = int(seconds * 1000)
    if on_postgres():
        with database.atomic():
            database.execute_sql(f"SET LOCAL statement_timeout = {milliseconds}")
            yield
        return
    (before,) = database.execute_sql("PRAGMA busy_timeout").fetchone()
    database.execute_sql(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        with database.atomic():
            yield
    finally:
        database.execute_sql(f"PRAGMA busy_timeout = {before}")
