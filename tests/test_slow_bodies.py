"""Half-sent bodies hold no thread for long, a slow one that goes on is served, and no refusal is lost behind a body."""

import socket
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from select import select

import pytest
import requests

import slow_bodies
from app import create_app
from sandbox.servers import child
from slow_bodies import FEW, HASTE_S, PATIENCE_S, PIECE_BYTES, WHOLE_BYTES, Late, SlowBodies
from tests.service import environment, web

HEAD = b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
HALF = HEAD + b"Content-Length: 2000\r\n\r\n{"
WHOLE = HEAD + b'Content-Length: 12\r\n\r\n{"code": ""}'
THREADS = 8


def unguarded():
    """The house where every thread reads for itself."""
    app = create_app()
    app.wsgi_app = app.wsgi_app._app
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
        assert idle.recv(4000).startswith(b"HTTP/1.1 422")
        with half_sent(server, FEW - 1) as dripping, ThreadPoolExecutor() as pool, requests.Session() as honest:
            dripped = [pool.submit(drip, one) for one in dripping]
            while not all(one.done() for one in dripped):
                answer = honest.post(f"{server.url}/api/v1/session", json={"code": ""}, timeout=20)
                assert answer.status_code == 422
            assert all(one.result() < 1000 for one in dripped)
        idle.sendall(WHOLE)
        assert idle.recv(4000).startswith(b"HTTP/1.1 422")


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


class Held:
    """A body that does not come before it is let go."""

    def __init__(self):
        self.let_go = threading.Event()

    def read(self, size):
        assert self.let_go.wait(60)
        return b"x" * size


class Pieces:
    """A long body; of each read the size is kept."""

    def __init__(self, *pieces):
        self._pieces, self.sizes = iter(pieces), []

    def read(self, size):
        self.sizes.append(size)
        piece = next(self._pieces, b"")
        return piece if isinstance(piece, bytes) else piece.read(size)


def reading(environ, start_response):
    """An application that answers with all it was sent, and takes no notice of who is late."""
    found, body = b"", environ["wsgi.input"]
    for _ in range(2):  # where the first time is too late, nobody waits a second time
        with suppress(Late):
            found += body.read()
    start_response("200 OK", [])
    return BytesIO(found)


def sent(guard, body, length=2):
    """Status and octets of the answer, which promises one more where it is 408."""
    said, environ = [], {"REQUEST_METHOD": "POST", "wsgi.input": body}
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked"} if length is None else {"CONTENT_LENGTH": str(length)}
    answer = guard(environ, lambda *told: said.append(told))
    assert not isinstance(answer, list)  # granian would put the length right
    octets = b"".join(answer)
    if said[-1][0].startswith("408 "):
        assert ("Content-Length", "1") in said[-1][1] and octets == b""
        assert issubclass(said[-1][2][0], Late)  # so that it may be said after another answer was begun
    return said[-1][0][:3], octets


@pytest.fixture
def guard(monkeypatch):
    monkeypatch.setattr(slow_bodies, "HASTE_S", 0.05)
    return SlowBodies(reading)


@pytest.mark.parametrize("crowd", [False, True])
def test_a_few_are_waited_for_and_a_crowd_is_not(guard, monkeypatch, crowd):
    monkeypatch.setattr(slow_bodies, "PATIENCE_S", 60)
    bodies = [Held() for _ in range(FEW + crowd)]
    with ThreadPoolExecutor(FEW + 1) as pool:
        asked = [pool.submit(sent, guard, body) for body in bodies]
        if crowd:
            assert [one.result(20) for one in asked] == [("408", b"")] * len(bodies)
        else:
            until(lambda: len(guard._readers._slow) == FEW)
            monkeypatch.setattr(slow_bodies, "HASTE_S", 20)
            assert sent(guard, BytesIO(b"{}")) == ("200", b"{}")  # who is quick makes no crowd of them
        for body in bodies:
            body.let_go.set()
        assert crowd or [one.result(20) for one in asked] == [("200", b"xx")] * len(bodies)
    assert sent(guard, BytesIO(b"{}")) == ("200", b"{}") and not guard._readers._slow


@pytest.mark.parametrize("length", [2, WHOLE_BYTES, WHOLE_BYTES + 1, None])
def test_who_is_late_is_sent_away_and_his_reader_ends(guard, monkeypatch, length):
    assert (PATIENCE_S, HASTE_S, FEW) == (10, 0.5, 3)
    monkeypatch.setattr(slow_bodies, "PATIENCE_S", 0.1)
    before, body = readers(), Held()
    assert sent(guard, body, length) == ("408", b"")
    (reader,) = readers() - before
    body.let_go.set()
    reader.join(20)
    assert not reader.is_alive()


def test_a_long_body_is_read_in_pieces_each_with_its_own_time(guard, monkeypatch):
    whole, end = [b"x" * PIECE_BYTES] * 20, b"the end"
    for length in (len(whole) * PIECE_BYTES + len(end), None):
        body = Pieces(*whole, end)
        assert sent(guard, body, length) == ("200", b"".join(whole) + end)
        assert set(body.sizes) == {PIECE_BYTES}
    monkeypatch.setattr(slow_bodies, "PATIENCE_S", 1.0)
    body = Pieces(*whole, late := Held())
    assert sent(guard, body, 30 * PIECE_BYTES) == ("408", b"") and len(body.sizes) == len([*whole, late])
    late.let_go.set()


def test_a_reader_is_used_again_and_keeps_nothing():
    """A body that somebody holds would keep the connection open."""
    guard, before, bodies = SlowBodies(reading), readers(), [Pieces(b"{}") for _ in range(3)]
    assert [sent(guard, body) for body in bodies] == [("200", b"{}")] * 3
    (reader,) = readers() - before
    held = weakref.WeakSet(bodies)
    del bodies
    until(lambda: not held)
    del guard
    reader.join(20)
    assert not reader.is_alive()


def test_half_of_a_body_is_not_acted_on(guard):
    """Who has gone in the middle may have left what looks whole."""
    assert sent(guard, BytesIO(b"reason=ill"), length=30) == ("408", b"")
