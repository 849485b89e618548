"""The commands as typed at a terminal, on a real desk in the demo world."""

import json
from collections.abc import Callable
from datetime import date, time
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

import clock
from booking.desk import Desk
from sandbox import world
from seats.counters import SeatCounters
from terminal import COMMANDS

NOW = clock.at(date(2026, 11, 24), time(9))  # a Tuesday

Terminal = Callable[..., Result]


@pytest.fixture
def desk(database: str, redis_client: Any) -> Desk:
    return Desk(SeatCounters(redis_client), lambda: NOW)


@pytest.fixture
def furnished(desk: Desk) -> Desk:
    world.furnish(desk, NOW)
    return desk


@pytest.fixture
def house(desk: Desk) -> SimpleNamespace:
    return SimpleNamespace(desk=desk, load_demo=world.load, asking=None)


@pytest.fixture
def flask(house: SimpleNamespace) -> Terminal:
    """`flask("centre", "list")` is what was answered; it must not have ended in a bug."""
    app = Flask("huijian")
    app.extensions["huijian"] = house
    for command in COMMANDS:
        app.cli.add_command(command)

    def run(*words: object) -> Result:
        result = app.test_cli_runner().invoke(args=[str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return run


def told(result: Result) -> Any:
    """What was answered with --json."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
