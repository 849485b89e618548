"""Somebody's lock is not let go: who sits in the same batch gets his seat all the same."""

import psycopg
import pytest
from peewee import OperationalError

from booking.desk.application import Receipt
from booking.desk.decision import decide_batch
from booking.desk.sittings import Coming
from models import Booking, database
from tests.booking.conftest import applying


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_only_the_one_who_is_locked_out_goes_without(desk, lawyers, clock, request):
    held, free = lawyers(2)
    url = request.getfixturevalue("database")
    asked = [applying(held), applying(free)]
    batch = [desk._come_in(Coming.of(one, desk.board.offer(one.slot_id), clock())) for one in asked]
    database.execute_sql("SET lock_timeout = 200")
    with psycopg.connect(url) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_xact_lock(%s)", (held,))
        outcomes = decide_batch(batch)
    assert isinstance(outcomes[0], OperationalError)
    assert isinstance(outcomes[1], Receipt)
    assert [booking.lawyer_id for booking in Booking.select()] == [free]
