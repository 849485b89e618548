"""Whoever leaves the relay something to carry wakes it by that alone: after the commit, on the word the relay hears."""

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest
from redis import Redis

import wake
from app import create_app
from booking.record.actor import Actor
from booking.roll import imports
from clock import at
from models import database as db
from sandbox.servers.redis import RedisServer
from sms import outbox
from tests.service import environment, settings
from tests.sms.conftest import WORDS, add_lawyer

NOW = at(date(2026, 11, 24), time(9))


@pytest.fixture
def woken() -> Iterator[list[bool]]:
    """Each time the relay was called, whether the database was out of its transaction by then."""
    heard: list[bool] = []
    wake.connect(lambda: heard.append(not db.in_transaction()))
    yield heard
    wake.connect(lambda: None)


def post(lawyer: int, ref: str = "7K3MPQ2X") -> None:
    outbox.post("confirmed", f"{ref}:confirmed", lawyer, ref, WORDS | {"ref": ref}, NOW)


def test_a_letter_wakes_the_relay_once_its_commit_is_done(database: str, woken: list[bool]) -> None:
    lawyer = add_lawyer().id
    with db.atomic():
        post(lawyer)
        assert woken == []
    assert woken == [True]


def test_a_letter_outside_a_transaction_wakes_at_once(database: str, woken: list[bool]) -> None:
    post(add_lawyer().id)
    assert woken == [True]


def test_a_letter_that_was_rolled_back_wakes_nobody(database: str, woken: list[bool]) -> None:
    lawyer = add_lawyer().id
    with pytest.raises(ZeroDivisionError), db.atomic():
        post(lawyer)
        raise ZeroDivisionError
    with db.atomic():
        pass  # the next commit of the same connection says nothing for it either
    assert woken == []


def test_a_roll_brought_wakes_the_relay(database: str, woken: list[bool]) -> None:
    imports.bring(Actor("chief"), NOW, "名册.csv", b"x", None)
    assert woken == [True]


def test_the_assembled_house_is_heard_where_its_relay_listens(
    tmp_path: Path, redis_client: Redis, redis_server: RedisServer
) -> None:
    create_app(settings(environment(f"sqlite:///{tmp_path / 'none.db'}", redis_server.url)))
    with redis_client.pubsub(ignore_subscribe_messages=True) as ear:
        ear.subscribe(wake.WORD)
        ear.get_message(timeout=1)
        wake.relay()
        assert ear.get_message(timeout=2) is not None
    wake.connect(lambda: None)
    db.close()
