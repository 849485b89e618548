"""Lawyers who are known read for themselves: no hand changes, and a few of them cannot shut the house."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import clock
import known_bodies
from app import create_app
from known_bodies import MOST, SHORT_BYTES, KnownBodies
from tests.booking.conftest import add_lawyers
from tests.service import environment, settings, signed_in, web
from tests.test_slow_bodies import connected, until

HALF = "POST /api/v1/bookings HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\nContent-Length: 2000\r\n\r\n{{"


class Coming:
    """A body that comes when it is let go."""

    def __init__(self, octets: bytes = b"xx"):
        self.let_go, self._octets = threading.Event(), octets

    def read(self, size: int) -> bytes:
        assert self.let_go.wait(60)
        return self._octets


def behind(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """What stands behind: says whether the body was read when it came here."""
    body = environ["wsgi.input"]
    return [b"read " + body.read(9) if isinstance(body, BytesIO) else b"not read"]


def ask(door: KnownBodies, body: Any, who: str | None = "lin", method: str = "POST", **more: str) -> bytes:
    environ = {"REQUEST_METHOD": method, "CONTENT_LENGTH": "2", "wsgi.input": body, "who": who} | more
    return b"".join(door(environ, lambda *told: lambda octets: None))


@pytest.fixture
def door() -> KnownBodies:
    return KnownBodies(behind, lambda environ: environ["who"])


@contextmanager
def waiting(door: KnownBodies, many: int) -> Iterator[tuple[ThreadPoolExecutor, list[Future[bytes]]]]:
    """So many lawyers who have sent half."""
    bodies = [Coming() for _ in range(many)]
    with ThreadPoolExecutor(many + 2) as pool:
        asked = [pool.submit(ask, door, body, f"lawyer {n}") for n, body in enumerate(bodies)]
        until(lambda: len(door._reading) == min(many, MOST))
        try:
            yield pool, asked
        finally:
            for body in bodies:
                body.let_go.set()


def test_the_known_reads_for_himself_and_strangers_do_not(door: KnownBodies) -> None:
    assert ask(door, BytesIO(b"{}")) == b"read {}"
    assert ask(door, Coming(), who=None) == b"not read"
    assert ask(door, Coming(), method="PUT") == b"not read"
    assert ask(door, Coming(), HTTP_TRANSFER_ENCODING="chunked") == b"not read"
    for length in ("", "0", "-2", "x", str(SHORT_BYTES + 1)):
        assert ask(door, Coming(), CONTENT_LENGTH=length) == b"not read"
    assert not door._reading


def test_one_who_stops_has_one_thread_for_it(door: KnownBodies) -> None:
    with waiting(door, 1):
        assert ask(door, Coming(), "lawyer 0") == b"not read"
        assert ask(door, BytesIO(b"{}"), "another") == b"read {}"


@pytest.mark.parametrize("most", [MOST, MOST + 1])
def test_there_is_a_bound_for_all(door: KnownBodies, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """The second line is the control: with room for one more he reads."""
    with waiting(door, MOST):
        monkeypatch.setattr(known_bodies, "MOST", most)
        body = Coming()
        body.let_go.set()
        assert ask(door, body, "another") == (b"not read" if most == MOST else b"read xx")


def test_who_breaks_off_is_not_acted_on_and_reads_again(door: KnownBodies) -> None:
    class Gone:
        def read(self, size: int) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        ask(door, Gone())
    assert ask(door, BytesIO(b"{}")) == b"read {}"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_in_the_house_a_half_that_ends_there_is_nobodys_booking(
    database: str, redis_client: Any, redis_server: Any
) -> None:
    """What is read too short is sent away by the layer behind, as everywhere."""
    token = signed_in(add_lawyers(1, clock.now())[0])
    app = create_app(settings(environment(database, redis_server.url)))
    said: list[str] = []
    start: Callable[..., Any] = lambda status, headers, problem=None: said.append(status)  # noqa: E731
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/bookings", "CONTENT_LENGTH": "20", "wsgi.input": Short(b"{}"),
        "HTTP_AUTHORIZATION": f"Bearer {token}", "HTTP_HOST": "127.0.0.1", "SERVER_NAME": "x", "SERVER_PORT": "80",
    }  # fmt: skip
    assert b"".join(app.wsgi_app(environ, start)) == b""
    assert said[-1].startswith("408 ")
    app.extensions["huijian"].desk.close()


class Short(BytesIO):
    """Notes who reads it: the layer behind would by a thread of its own."""

    def read(self, size: int | None = -1) -> bytes:
        assert threading.current_thread() is threading.main_thread()
        return super().read(size)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_half_sent_bodies_of_one_lawyer_keep_nobody_out(database: str, redis_server: Any, tmp_path: Path) -> None:
    """Ten connections of his: one is waited for, the others are sent away like a stranger's."""
    token = signed_in(add_lawyers(1, clock.now())[0])
    house = environment(database, redis_server.url)
    with web(house, tmp_path / "web.log") as server:
        server.ask("GET", "/api/v1/centres", token)  # he is in the roster
        connections = [connected(server) for _ in range(10)]
        for one in connections:
            one.sendall(HALF.format(token).encode())
        assert server.ask("POST", "/api/v1/bookings", token, json={}).status_code == 422
        assert server.ask("GET", "/healthz").status_code == 200
        for one in connections:
            one.close()
