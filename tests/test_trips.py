"""Many statements in one trip: the same answers as one by one, and a trip that fails leaves the line as it was."""

from datetime import UTC, datetime

import pytest
from peewee import DataError, IntegrityError, OperationalError, ProgrammingError

import models
from models.statements import Statement, together
from models.transactions import transaction

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)

MOMENT = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)


def one_by_one(statements):
    cursors = [models.database.execute_sql(*statement) for statement in statements]
    return [cursor.fetchall() if cursor.description else cursor.rowcount for cursor in cursors]


def test_answers_are_those_of_one_by_one(database):
    statements = [
        Statement("SELECT %s::int, %s::text, %s::timestamptz, NULL::text", (7, "会见 100%", MOMENT)),
        Statement("SELECT n, mod(n, 2) = 0 FROM generate_series(1, %s::int) AS n", (3,)),
        Statement("SELECT 1 WHERE false"),
        Statement("SELECT count(*) FROM unnest(%s::bigint[])", ([1, 2, 3],)),
        Statement("UPDATE centre SET name = name"),
    ]
    for _ in range(3):  # prepared by the second time
        assert [list(map(tuple, a)) if isinstance(a, list) else a for a in together(statements)] == one_by_one(
            statements
        )


def test_numbers_of_every_size_go_in_by_one_text(database):
    for number in (1, 2**15, 2**31, 2**40, -1):
        assert together([Statement("SELECT %s", (number,))] * 2) == [[(number,)]] * 2


def test_what_is_larger_than_the_line_goes_both_ways(database):
    large = "会" * 1_000_000
    assert together([Statement("SELECT %s::text", (large,))] * 4) == [[(large,)]] * 4


def test_after_a_failure_the_line_is_as_before(database):
    with pytest.raises(ProgrammingError):
        together([Statement("SELECT 41 + 1"), Statement("SELECT no_such_thing"), Statement("SELECT 43")])
    assert together([Statement("SELECT 41 + 1"), Statement("SELECT 43")]) == [[(42,)], [(43,)]]


@pytest.mark.parametrize("odd", ["\ud800", "\0", object()])
def test_a_value_that_cannot_be_sent_is_told_before_anything_goes_out(database, odd):
    with pytest.raises((UnicodeEncodeError, DataError, ProgrammingError)):
        together([Statement("SELECT 41 + 1"), Statement("SELECT %s::text", (odd,))])
    assert together([Statement("SELECT 41 + 1"), Statement("SELECT 43")]) == [[(42,)], [(43,)]]


def test_a_line_that_is_cut_is_told_and_the_next_is_new(database):
    with pytest.raises(OperationalError):
        together([Statement("SELECT 1"), Statement("SELECT pg_terminate_backend(pg_backend_pid())")])
    models.database.close()
    assert together([Statement("SELECT 1"), Statement("SELECT 2")]) == [[(1,)], [(2,)]]


def test_what_is_not_finished_is_rolled_back(database):
    add = Statement("INSERT INTO holiday_table (year, source, imported_at) VALUES (2031, 'x', now())")
    count = Statement("SELECT count(*) FROM holiday_table WHERE year = 2031")
    with transaction() as here:
        here.ask([add])
    assert together([count, count])[0] == [(0,)]
    with transaction() as here:
        here.ask([count])
        here.finish([add])
    assert together([count, count])[0] == [(1,)]
    with pytest.raises(IntegrityError), transaction() as here:
        here.ask([count])
        here.finish([add])
    assert together([count, count])[0] == [(1,)]
