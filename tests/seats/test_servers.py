"""The counters on one server, behind Sentinel, and on a Cluster of three: the same scripts, the same answers."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

import clock
from jobs import work_queue
from sandbox.servers import child, redis_program
from seats.counters import Day, SeatCounters
from seats.servers import connect
from tests.service import free_port

FRIDAY = date(2026, 11, 27)
BUS = 10000  # a node talks to the others on its port and this


def start(stack: ExitStack, folder: Path, port: int, *words: str) -> Redis:
    folder.mkdir()
    command = [redis_program.find(), *words, "--port", str(port), "--dir", str(folder), "--bind", "127.0.0.1"]
    process: subprocess.Popen[bytes] = child.start(command, folder / "log")
    stack.callback(child.kill, process)
    client = stack.enter_context(Redis(port=port))
    until(lambda: client.ping())
    return client


def until(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(RedisError):  # not listening yet
            if true():
                return
        time.sleep(0.05)
    raise AssertionError(f"it never came true: {true}")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    ports = [port for port in range(21000, 31000, 7) if is_free(port) and is_free(port + BUS)][:3]
    with ExitStack() as stack:
        words = ("--cluster-enabled", "yes", "--save", "")
        nodes = [start(stack, tmp_path / str(port), port, *words) for port in ports]
        for node, (first, last) in zip(nodes, ((0, 5460), (5461, 10922), (10923, 16383)), strict=True):
            node.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
        for port in ports[1:]:
            nodes[0].execute_command("CLUSTER MEET", "127.0.0.1", port)
        until(lambda: all(node.cluster("info")["cluster_state"] == "ok" for node in nodes))
        yield f"redis+cluster://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}"


@pytest.fixture
def sentinel(tmp_path: Path) -> Iterator[str]:
    master, watcher = free_port(), free_port()
    (tmp_path / "sentinel.conf").write_text(f"sentinel monitor seats 127.0.0.1 {master} 1\n", "utf-8")
    with ExitStack() as stack:
        start(stack, tmp_path / "master", master, "--save", "")
        start(stack, tmp_path / "watcher", watcher, str(tmp_path / "sentinel.conf"), "--sentinel")
        yield f"redis+sentinel://127.0.0.1:{watcher}/seats?db=0"


@pytest.mark.parametrize("kind", ["cluster", "sentinel", "single"])
def test_the_scripts_run_on_every_kind_of_server(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("redis_server").url if kind == "single" else request.getfixturevalue(kind)
    client = connect(url)
    seats = SeatCounters(client)
    for n in range(6):  # over all nodes
        day = Day("pudong", FRIDAY + timedelta(days=n))
        assert seats.load(day, {"a": 3, "b": 2}, [("a", "FIRST000")]) == 2
        assert seats.reserve(day, "a", "SECOND00", 1, clock.now()) == (1, 1)
        assert seats.settle(day, [("a", "SECOND00")]) == 0
        assert seats.give_back(day, ["FIRST000"], remember=True) == 1
        assert seats.left(day) == {"a": 2, "b": 2}
        assert seats.balance(day, {"a": 5}) == 0
        assert seats.left(day)["a"] == 4
    seats.wake()
    client.flushall()
    client.close()


def test_the_queue_runs_behind_sentinel(sentinel: str) -> None:
    shared = connect(sentinel)
    with work_queue.own_connection(shared, socket_timeout=None) as own:
        work_queue.put(work_queue.notices(own), [7])
        assert work_queue.waiting(work_queue.notices(own)) == {7}
    shared.close()
