"""Half-sent bodies hold no thread for long, a slow one that goes on is served, and no refusal is lost behind a body."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPResponse
from select import select

import pytest
import requests

import slow_bodies
from app import create_app
from sandbox.servers import child
from slow_bodies import FEW, HASTE_S
from tests.service import environment, web

HEAD = b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
HALF = HEAD + b"Content-Length: 2000\r\n\r\n{"
WHOLE = HEAD + b'Content-Length: 12\r\n\r\n{"code": ""}'
THREADS = 8


def unguarded():
    """The house where every thread reads for itself."""
    app = create_app()
    app.wsgi_app = app.wsgi_app._app._app
    return app


def impatient():
    """The house with a second in place of ten, which says how many readers it has."""
    slow_bodies.PATIENCE_S = 1.0
    app = create_app()
    app.add_url_rule("/readers", "readers", lambda: str(len(readers())))
    return app


def readers():
    return {one for one in threading.enumerate() if one.name == "body-reader"}


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


def heard(connection):
    """The first that is said before the connection is shut."""
    found = b""
    with suppress(ConnectionError):
        while said := connection.recv(4000):
            found += said
    return found[:12]


def status(connection):
    """Of one answer, read to its end, in however many pieces it comes."""
    answer = HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer.status


def sent_away(connection):
    """On a busy machine the connection may be shut before the head of the answer has gone."""
    return heard(connection) in (b"HTTP/1.1 408", b"")


def until(true):
    for _ in range(2000):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it did not come to this")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_forty_half_sent_bodies_keep_nobody_out(house, tmp_path):
    with web(house, tmp_path / "web.log", app=f"{__name__}:impatient") as server, half_sent(server, 40) as connections:
        for _ in range(3):
            assert server.ask("POST", "/api/v1/session", json={"code": ""}).status_code == 422
            assert server.ask("GET", "/healthz").status_code == 200
        assert all(sent_away(one) for one in connections)
        until(lambda: int(server.ask("GET", "/readers").text) <= THREADS)  # those who waited have ended


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_the_guard_the_house_is_shut(house, tmp_path):
    with web(house, tmp_path / "web.log", app=f"{__name__}:unguarded") as server:  # noqa: SIM117
        with half_sent(server, 2 * THREADS), pytest.raises(requests.Timeout):
            for _ in range(3):  # the first may have come in before the last of them
                requests.get(f"{server.url}/healthz", timeout=1)
    with web(house, tmp_path / "web.log", app=f"{__name__}:unguarded") as server:
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
        slow.sendall(WHOLE[:-8])
        time.sleep(HASTE_S * 1.5)  # longer than a crowd is given
        slow.sendall(WHOLE[-8:])
        assert slow.recv(4000).startswith(b"HTTP/1.1 422")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_drips_is_sent_away_and_nobody_else_from_his_address(house, tmp_path):
    """An octet now and then buys no time, and costs those no connection who come by the same proxy, idle or not."""
    with web(house, tmp_path / "web.log", app=f"{__name__}:impatient") as server, connected(server) as idle:
        idle.sendall(WHOLE)
        assert status(idle) == 422
        with half_sent(server, FEW - 1) as dripping, ThreadPoolExecutor() as pool, requests.Session() as honest:
            dripped = [pool.submit(drip, one) for one in dripping]
            while not all(one.done() for one in dripped):
                answer = honest.post(f"{server.url}/api/v1/session", json={"code": ""}, timeout=20)
                assert answer.status_code == 422
            assert all(one.result() < 1000 for one in dripped)
        idle.sendall(WHOLE)
        assert status(idle) == 422


def drip(connection):
    """An octet every tenth of a second, until the other side has had enough; answers how many went."""
    sent = 0
    with suppress(ConnectionError):
        while sent < 1000 and not select([connection], [], [], 0.1)[0]:
            connection.sendall(b" ")
            sent += 1
    return sent


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_body_without_a_length_is_waited_for_as_long(house, tmp_path):
    """The sign-in reads it, and Flask would tell the late one why; but only without an answer the connection shuts."""
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    started = web(house, tmp_path / "web.log", app=f"{__name__}:impatient")
    with started as server, connected(server) as late, connected(server) as whole:
        late.sendall(chunked + b"c\r\n{")
        whole.sendall(chunked + b'c\r\n{"code": ""}\r\n0\r\n\r\n')
        assert whole.recv(4000).startswith(b"HTTP/1.1 422")
        assert sent_away(late)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_body_that_means_nothing_is_not_waited_for(house, tmp_path):
    """No answer to HEAD has a body, so none can lack an octet: the connection would stay, and its reader with it."""
    with web(house, tmp_path / "web.log") as server, connected(server) as one:
        one.sendall(b"HEAD /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000\r\n\r\n{")
        assert heard(one) == b"HTTP/1.1 200"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_house_is_shut_in_time_with_somebody_waiting(house, tmp_path):
    with web(house, tmp_path / "web.log", app=f"{__name__}:impatient") as server, half_sent(server, FEW):
        time.sleep(HASTE_S)  # granian may overhear a signal that comes together with connections
        assert child.end(server.process, within=20)
