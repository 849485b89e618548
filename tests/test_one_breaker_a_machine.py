"""Whoever finds a machine gone finds it out for all who ask the same one, in the assembled house."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask

from app import create_app
from circuit_breaker import CircuitOpen
from models import database
from tests.service import NOBODY, environment, settings

GONE = NOBODY.replace("http", "redis")
Built = Callable[..., APIFlask]


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    yield lambda **other: create_app(settings(environment(f"sqlite:///{tmp_path / 'none.db'}", GONE) | other))
    database.close()


def seats_are_asked(app: APIFlask) -> bool:
    asked: list[Any] = []
    try:
        app.extensions["huijian"].desk.seats.breaker.call(lambda: asked.append(1))
    except CircuitOpen:
        return False
    return bool(asked)


def a_session_is_asked_for(app: APIFlask) -> None:
    app.test_client().get("/api/v1/me", headers={"Authorization": "Bearer " + "t" * 43})


def test_what_the_sessions_found_out_the_seats_need_not(built: Built) -> None:
    app = built()
    assert seats_are_asked(app)
    a_session_is_asked_for(app)
    assert not seats_are_asked(app)


def test_seats_on_another_machine_are_asked_all_the_same(built: Built) -> None:
    """The negative control: it is the machine that is gone, not the word Redis."""
    app = built(SEATS_REDIS_URL="redis://127.0.0.1:10")
    a_session_is_asked_for(app)
    assert seats_are_asked(app)


def test_all_who_ask_one_machine_hold_its_one_breaker(built: Built) -> None:
    app = built()
    house, lawyers, account = (app.extensions[name] for name in ("huijian", "huijian.lawyers", "huijian.account"))
    holders = (lawyers.visitors, account.once, account.conversation.memory)
    assert {id(holder._breaker) for holder in holders} == {id(house.breaker)} == {id(house.desk.seats.breaker)}
