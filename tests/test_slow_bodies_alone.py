"""The layer that reads bodies for everybody, by itself: whom it waits for, whom it sends away, and what it keeps."""

import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO

import pytest

import slow_bodies
from slow_bodies import FEW, HASTE_S, PATIENCE_S, PIECE_BYTES, WHOLE_BYTES, Late, SlowBodies
from tests.test_slow_bodies import readers, until


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


def sent(guard, body, length=2, **who):
    """Status and octets of the answer, which promises one more where it is 408."""
    said, environ = [], {"REQUEST_METHOD": "POST", "wsgi.input": body} | who
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
