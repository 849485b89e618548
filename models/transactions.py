"""A transaction of two trips: BEGIN goes out with what is read, COMMIT with what is written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import peewee

from models import trips
from models.base import database, on_postgres
from models.statements import Statement, together

_BEGIN, _COMMIT, _ROLLBACK = Statement("BEGIN"), Statement("COMMIT"), Statement("ROLLBACK")


class Transaction:
    """On SQLite, where a trip is no way to go, `with transaction()` begins and commits as everywhere."""

    begun = done = False

    def ask(self, statements: Sequence[Statement]) -> list[Any]:
        """As `together`, inside the transaction."""
        if not on_postgres():
            return together(statements)
        before = [] if self.begun else [_BEGIN]
        self.begun = True
        return self._carry([*before, *statements])[len(before) :]

    def finish(self, statements: Sequence[Statement]) -> list[Any]:
        """The same, and on PostgreSQL it is committed: what must not be kept has to fail by itself."""
        if not on_postgres():
            return together(statements)
        answers = self._carry([*statements, _COMMIT])[:-1]
        self.done = True
        return answers

    def _carry(self, statements: Sequence[Statement]) -> list[Any]:
        with peewee.__exception_wrapper__:  # type: ignore[attr-defined]  # its stubs leave it out
            return trips.carry(database.connection(), statements)


@contextmanager
def transaction() -> Iterator[Transaction]:
    """Not inside another one. What was not finished is rolled back."""
    one = Transaction()
    if not on_postgres():
        with database.atomic():
            yield one
        return
    try:
        yield one
    finally:
        if one.begun and not one.done:
            with suppress(peewee.PeeweeException):  # a connection that broke has nothing to roll back
                one._carry([_ROLLBACK])
