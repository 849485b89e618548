"""The embedded Redis: kept on disk, dead with its starter, and plain about what it lacks."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from sandbox.servers import redis, redis_program
from sandbox.servers.child import NotAvailable
from tests.sandbox.processes import is_gone


@pytest.fixture
def server(tmp_path):
    with redis.running(tmp_path / "redis") as running:
        yield running


def until(question, seconds=5.0):
    """The first true answer, or the last false one."""
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.02)
    return answer


def test_what_was_written_a_second_ago_survives_a_kill(server):
    with server.client() as client:
        client.set("seats", 12)
        assert until(lambda: client.info("persistence")["aof_pending_bio_fsync"] == 0)
    time.sleep(1.1)  # appendfsync everysec
    server.kill()
    assert not server.alive
    server.start()
    with server.client() as client:
        assert client.get("seats") == "12"


def test_everything_accepted_survives_an_orderly_stop(server):
    with server.client() as client:
        client.set("seats", 11)
    server.restart()
    with server.client() as client:
        assert client.get("seats") == "11"


def test_it_never_throws_a_seat_away_to_make_room(server):
    with server.client() as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_paused_server_answers_nothing_until_it_is_resumed(server):
    server.pause()
    with server.client(timeout=0.2) as client, pytest.raises(RedisError):
        client.ping()
    server.resume()
    with server.client() as client:
        assert client.ping()


def test_a_flushed_server_is_empty(server):
    with server.client() as client:
        client.set("seats", 12)
        server.flush()
        assert client.dbsize() == 0


def test_with_a_port_it_listens_on_this_machine_only(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free_port = probe.getsockname()[1]
    with redis.running(tmp_path, port=free_port) as server, server.client() as client:
        assert server.tcp_url == f"redis://127.0.0.1:{free_port}/0"
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
        assert client.config_get("port") == {"port": str(free_port)}


def test_a_folder_too_deep_for_a_socket_gets_a_short_one_which_is_removed(tmp_path):
    with redis.running(tmp_path / ("deep" * 25) / "看守所 预约") as server:
        path = server.socket
        assert len(bytes(path)) <= 100
        with server.client() as client:
            assert client.ping()
    assert not path.parent.exists()


def test_it_ends_with_a_starter_that_is_killed(tmp_path):
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    with starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.send_signal(signal.SIGKILL)
    if sys.platform == "linux":
        assert is_gone(pid)
    with redis.running(tmp_path) as successor:  # elsewhere the next start ends what was left
        assert successor.pid != pid
        assert is_gone(pid)


STARTER = """
import sys, time
from pathlib import Path
from sandbox.servers.redis import RedisServer
print(RedisServer(Path(sys.argv[1])).start().pid, flush=True)
time.sleep(60)
"""


def test_where_no_server_is_found_the_refusal_says_what_to_install(monkeypatch, tmp_path):
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho Redis server v=5.0.6 sha=00000000:0\n")
    old.chmod(0o755)
    monkeypatch.setattr(redis_program, "_candidates", lambda: iter([str(old), str(tmp_path / "none")]))
    with pytest.raises(NotAvailable, match=r"5\.0\.6(.|\n)*does not run(.|\n)*redis-server"):
        redis_program.find()


def test_a_configuration_it_refuses_is_told_in_its_own_words(monkeypatch, tmp_path):
    monkeypatch.setattr(redis, "CONFIGURATION", redis.CONFIGURATION + "no-such-word yes\n")
    with pytest.raises(NotAvailable, match="no-such-word"):
        redis.RedisServer(Path(tmp_path)).start()
