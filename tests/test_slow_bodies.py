"""Half-sent bodies hold no thread for long, a slow one that goes on is served, and no refusal is lost behind a body."""

import socket
import time
from contextlib import ExitStack, contextmanager, suppress
from select import select

import pytest
import requests

from app import create_app
from slow_bodies import FEW, HASTE_S, PATIENCE_S, Waiting, _Wait, hang_up
from tests.service import environment, web

HEAD = b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
HALF = HEAD + b"Content-Length: 2000\r\n\r\n{"
THREADS = 8


def unguarded():
    """The house with nobody who hangs up."""
    app = create_app()
    app.wsgi_app = app.wsgi_app._app
    return app


@pytest.fixture
def house(database, redis_server):
    return environment(database, redis_server.url)


@contextmanager
def half_sent(server, many):
    with ExitStack() as held:
        connections = [held.enter_context(connected(server)) for _ in range(many)]
        for one in connections:
            one.sendall(HALF)
        yield connections


def connected(server):
    return socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=20)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_forty_half_sent_bodies_keep_nobody_out(house, tmp_path):
    with web(house, tmp_path / "web.log") as server, half_sent(server, 5 * THREADS):
        for _ in range(3):
            assert server.ask("POST", "/api/v1/session", json={"code": ""}).status_code == 422
            assert server.ask("GET", "/healthz").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_the_guard_the_house_is_shut(house, tmp_path):
    with web(house, tmp_path / "web.log", app="tests.test_slow_bodies:unguarded") as server:  # noqa: SIM117
        with half_sent(server, 2 * THREADS), pytest.raises(requests.Timeout):
            for _ in range(3):  # the first may have come in before the last of them
                requests.get(f"{server.url}/healthz", timeout=1)
    with web(house, tmp_path / "web.log", app="tests.test_slow_bodies:unguarded") as server:
        assert refused(server, 10) < 10


def refused(server, many):
    """Answers to bodies that come a moment after their headers, to a door that wants none of them."""
    head = b"POST /api/v1/bookings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n"
    answers = []
    for _ in range(many):
        with connected(server) as one, suppress(ConnectionError):
            one.sendall(head)
            select([one], [], [], 0.1)  # whoever answers before the body has come has answered now
            for _ in range(6):
                one.sendall(b"x" * 10_000)
                time.sleep(0.002)
            answers.append(one.recv(12))
    return answers.count(b"HTTP/1.1 401")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_refusal_is_lost_behind_a_body_nobody_wants(house, tmp_path):
    """A connection shut over unread octets loses the answer that was on its way."""
    with web(house, tmp_path / "web.log") as server:
        assert refused(server, 10) == 10
        assert server.ask("POST", "/api/v1/session", data=b"x" * 300_000).status_code == 413


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_body_in_pieces_is_served_whole(house, tmp_path):
    with web(house, tmp_path / "web.log") as server, connected(server) as slow:
        body = b'{"code": ""}'
        slow.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body[:4])
        time.sleep(HASTE_S * 1.5)  # longer than a crowd is given
        slow.sendall(body[4:])
        assert slow.recv(4000).startswith(b"HTTP/1.1 422")


def waiting(now, *waited):
    made = Waiting()
    for one in waited:
        _Wait(made._waits, "10.0.0.1", now - one).__enter__()
    told = {address: len(waits) for address, waits in made.overdue(now).items()}
    assert not told or made.overdue(now + HASTE_S) == {}  # the same ones are not hung up on again while they go
    return told


def test_a_few_are_waited_for_and_a_crowd_is_not():
    few, crowd = [HASTE_S] * FEW, [HASTE_S] * (FEW + 1)
    assert waiting(1000.0, *few) == {} and waiting(1000.0, *crowd) == {"10.0.0.1": FEW + 1}
    assert waiting(1000.0, PATIENCE_S) == {"10.0.0.1": 1} and waiting(1000.0, PATIENCE_S - 0.01) == {}
    assert waiting(1000.0, *few, HASTE_S - 0.51) == {}  # who has only just begun is no crowd


def test_who_is_silent_is_hung_up_on_and_nobody_else():
    with socket.create_server(("127.0.0.1", 0)) as door, ExitStack() as held:
        callers = [held.enter_context(socket.create_connection(door.getsockname(), timeout=5)) for _ in range(3)]
        taken = [held.enter_context(door.accept()[0]) for _ in callers]
        for one in callers:
            one.sendall(b"{")
        taken[2].sendall(b"answered")
        time.sleep(0.2)
        callers[1].sendall(b"more")
        assert hang_up("10.0.0.1", [0.1]) == 0  # nobody from there
        assert hang_up("127.0.0.1", [0.1]) == 1
        assert callers[0].recv(1) == b""  # silent, and never answered
        assert callers[2].recv(20) == b"answered" and taken[1].recv(10) == b"{more"
