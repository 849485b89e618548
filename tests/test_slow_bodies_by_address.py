"""A crowd of slow bodies from one address costs nobody elsewhere his own; all together leave threads enough."""

import secrets
import socket
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPException
from io import BytesIO

import pytest

import slow_bodies
from app import create_app
from networks import sender
from slow_bodies import FEW, HASTE_S, MOST, PIECE_BYTES, SlowBodies
from tests.service import environment, web
from tests.test_slow_bodies import HALF, WHOLE, status, until
from tests.test_slow_bodies_alone import Held, Pieces, reading, sent

THREADS = 32  # as in service: with fewer than MOST that bound is never seen
ATTACKER, HONEST = "127.0.0.9", "127.0.0.1"


@pytest.fixture
def guard(monkeypatch):
    monkeypatch.setattr(slow_bodies, "HASTE_S", 0.05)
    monkeypatch.setattr(slow_bodies, "PATIENCE_S", 60)
    return SlowBodies(reading)


class Slow:
    """One that waits, until it is let go or sent away."""

    def __init__(self, pool, guard, address, length=2, pieces=()):
        held, before = Held(), set(guard._readers._slow)
        body, self.let_go = Pieces(*pieces, held) if pieces else held, held.let_go.set
        environ = {"REMOTE_ADDR": address}
        self.told: Future[tuple[str, bytes]] = pool.submit(sent, guard, body, length, **environ)
        until(lambda: self.told.done() or set(guard._readers._slow) - before)

    @property
    def away(self):
        return self.told.result(20)[0] == "408"

    @property
    def waits(self):
        return not self.told.done()


@contextmanager
def slow(guard, *addresses):
    """One after the other."""
    with ThreadPoolExecutor(len(addresses)) as pool, ExitStack() as after:
        ones = []
        for address in addresses:
            ones.append(Slow(pool, guard, address))
            after.callback(ones[-1].let_go)
        yield ones


@pytest.mark.parametrize(("his", "others", "cut_off"), [
    ("198.51.100.1", "198.51.100.2", False),
    ("198.51.100.1", "198.51.100.1", True),
    ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
    ("2001:db8:0:1::1", "2001:db8:0:1::2", True),
])  # fmt: skip
def test_a_crowd_costs_no_other_address_its_own(guard, his, others, cut_off):
    """The same address, or one of the same /64, is the control: then he is of the crowd."""
    crowd = FEW if cut_off else FEW + 1
    with slow(guard, his, *[others] * crowd) as (one, *rest):
        assert all(other.away for other in rest)
        if cut_off:
            assert one.away
        else:
            one.let_go()
            assert one.told.result(20) == ("200", b"xx")


def test_a_crowd_costs_no_other_address_its_long_body(guard):
    with ThreadPoolExecutor(FEW + 2) as pool:
        long = Slow(pool, guard, HONEST, None, [b"x" * PIECE_BYTES])
        crowd = [Slow(pool, guard, ATTACKER) for _ in range(FEW + 1)]
        assert all(one.away for one in crowd) and long.waits
        for one in (long, *crowd):
            one.let_go()
        assert long.told.result(20)[0] == "200"


def lone(many):
    return [f"198.51.100.{number}" for number in range(1, many + 1)]


def test_of_too_many_in_all_the_address_with_most_goes_first(guard):
    with slow(guard, *lone(MOST - 2), ATTACKER, ATTACKER) as ones:
        assert all(one.waits for one in ones)
    with slow(guard, *lone(MOST - 2), ATTACKER, ATTACKER, "203.0.113.1") as (*others, first, second, last):
        assert first.away and second.away and all(one.waits for one in (*others, last))


def test_where_each_has_one_it_is_who_has_waited_longest(guard):
    with slow(guard, *lone(MOST)) as ones:
        assert all(one.waits for one in ones)
    with slow(guard, *lone(MOST + 1)) as (first, *others):
        assert first.away and all(one.waits for one in others)


@pytest.mark.parametrize(("hops", "said", "found"), [
    (0, "203.0.113.1", "127.0.0.1"), (1, None, "127.0.0.1"), (1, "", "127.0.0.1"), (2, "203.0.113.1", "127.0.0.1"),
    (1, "203.0.113.1", "203.0.113.1"), (1, "10.0.0.1, 203.0.113.1", "203.0.113.1"),
    (2, "10.0.0.1, 203.0.113.1 ,10.0.0.2", "203.0.113.1"),
])  # fmt: skip
def test_behind_proxies_it_is_whom_the_outermost_names(hops, said, found):
    """What stands before that anybody may have written."""
    environ = {"REMOTE_ADDR": "127.0.0.1"} | ({} if said is None else {"HTTP_X_FORWARDED_FOR": said})
    assert sender(environ, hops) == found


@pytest.mark.parametrize(("hops", "cut_off"), [(1, False), (0, True)])
def test_behind_a_proxy_people_are_told_apart(guard, hops, cut_off):
    """Without its word they are all one address, its own."""
    guard, told = SlowBodies(reading, hops), []
    bodies = [Held() for _ in range(FEW + 1)]
    with ThreadPoolExecutor(FEW + 1) as pool:
        for number, body in enumerate(bodies):
            who = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": f"198.51.100.{number}"}
            told.append(pool.submit(sent, guard, body, **who))
        until(lambda: all(one.done() for one in told) or len(guard._readers._slow) == FEW + 1)
        for body in bodies:
            body.let_go.set()
        assert [one.result(20)[0] for one in told] == ["408" if cut_off else "200"] * (FEW + 1)
    assert sent(guard, BytesIO(b"{}")) == ("200", b"{}")


def alike():
    """The control: whoever it is counts as one."""
    slow_bodies.network_of = lambda _: "everybody"
    return create_app()


@contextmanager
def flood(port):
    """Half bodies from one address, some twenty a second, each as long as it is suffered."""
    over = threading.Event()

    def run():
        with ExitStack() as held:
            while not over.wait(0.05):
                with suppress(OSError):
                    one = held.enter_context(connected(port, ATTACKER))
                    one.sendall(HALF)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def connected(port, address):
    return socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(address, 0))


def in_two_parts(port):
    """The status of an honest body, or 0 where the connection was shut."""
    with suppress(OSError, HTTPException), connected(port, HONEST) as one:
        one.sendall(WHOLE[:-8])
        time.sleep(HASTE_S * 1.5)
        one.sendall(WHOLE[-8:])
        return status(one)
    return 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("app", "served"), [("app:create_app", True), (f"{__name__}:alike", False)])
def test_half_bodies_from_one_address_cut_off_nobody_elsewhere(database, redis_server, tmp_path, app, served):
    log, env = tmp_path / f"{secrets.token_hex(4)}.log", environment(database, redis_server.url)
    with web(env, log, app=app, threads=THREADS) as server:
        port = int(server.url.rpartition(":")[2])
        with flood(port), ThreadPoolExecutor(2) as pool:
            time.sleep(HASTE_S * 2)
            told = list(pool.map(lambda _: in_two_parts(port), range(8)))
    assert (told == [422] * 8) is served, told
