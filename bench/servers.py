"""The servers that are measured, as in service: PostgreSQL that survives a power cut, Redis, granian with keep-alive."""

import base64
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from bench.scale import PROCESSES, THREADS
from models.sealed import Keyring
from sandbox.runner import demo_env
from sandbox.servers import child, postgres, redis
from sandbox.servers.postgres import PostgresServer

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30


class NotUp(Exception):
    """A server did not start; its last words are in the message."""


@dataclass
class Ground:
    """A folder, a PostgreSQL and a Redis, and settings for all that is started on them."""

    folder: Path
    postgres: PostgresServer
    settings: dict[str, str]
    stack: ExitStack
    _served: "dict[int, Popen[bytes]]" = field(default_factory=dict)

    @property
    def keyring(self) -> Keyring:
        keys = (base64.b64decode(self.settings[name]) for name in ("FIELD_KEYS", "INDEX_KEY"))
        field_key, index_key = keys
        return Keyring([field_key], index_key)

    def serve(self, app: str, threads: int = THREADS, **settings: str) -> int:
        """Start an application as in service; answers its port. Raises NotUp."""
        port = free_port()
        process, log = self.start(app.replace(":", "-"), _granian(app, port, threads), **settings)
        wait(process, port, log)
        self._served[port] = process
        return port

    def end(self, port: int) -> None:
        """So that its connections to PostgreSQL are free for others."""
        child.end(self._served.pop(port))

    def start(self, name: str, words: list[str], **settings: str) -> "tuple[Popen[bytes], Path]":
        """Start Python with these words; answers the process and where it writes."""
        log = self.folder / f"{name}-{time.monotonic_ns()}.log"
        environment = (f"{key}={value}" for key, value in (self.settings | settings).items())
        process = child.start(["/usr/bin/env", *environment, sys.executable, *words], log, cwd=ROOT)
        self.stack.callback(child.end, process)
        return process, log


@contextmanager
def ground() -> Iterator[Ground]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="huijian-bench-")))
        database = stack.enter_context(postgres.running(durable=True))
        cache = stack.enter_context(redis.running(folder / "redis"))
        settings = demo_env.write(folder / "bench.env", 0, cache.url)
        yield Ground(folder, database, settings, stack)


def _granian(app: str, port: int, threads: int) -> list[str]:
    words = [
        "--interface",
        "wsgi",
        "--factory",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--http",
        "1",
        "--no-ws",
    ]
    words += ["--workers", str(PROCESSES), "--blocking-threads", str(threads), "--workers-kill-timeout", "5"]
    return ["-m", "granian", *words, app]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait(process: "Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return
        except urllib.error.HTTPError:  # it answers: that it has no such page does not matter
            return
        except OSError:
            time.sleep(0.05)
    raise NotUp(f"It did not start. It said:\n{child.tail(log, 15)}")
