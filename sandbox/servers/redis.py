"""An embedded Redis with our own configuration: kept on disk, never evicting, ended with its starter."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from sandbox.servers import child
from sandbox.servers.child import NotAvailable
from sandbox.servers.redis_program import find

LONGEST_SOCKET = 100  # bytes; macOS takes 103, Linux 107
START_SECONDS = 30  # a large append-only file takes a while to read

CONFIGURATION = """\
port {port}
bind 127.0.0.1
unixsocket "{socket}"
unixsocketperm 700
dir "{dir}"
pidfile "{dir}/redis.pid"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
set-proc-title no
"""


class RedisServer:
    """One server on one directory: its append-only file is there again at the next start.

    It listens on a Unix socket, and with a `port` on 127.0.0.1 too. It ends with the process that started it.
    """

    def __init__(self, directory: Path, port: int = 0) -> None:
        self.directory = directory.absolute()
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.port = port
        self.log = self.directory / "redis.log"
        self._short = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=0"

    @property
    def tcp_url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket(self) -> Path:
        return Path(self._short or self.directory, "redis.sock")

    def start(self) -> "RedisServer":
        """Returns when it answers PING. Raises NotAvailable with its own last words when it does not."""
        program = find()
        child.end_leftover(self.directory / "redis.pid", str(self._configuration_file))
        if not self._short and len(bytes(self.socket)) > LONGEST_SOCKET:
            self._short = tempfile.mkdtemp(prefix="huijian-")
        self.socket.unlink(missing_ok=True)
        self._configuration_file.write_text(self._configuration(), "utf-8")
        self._process = child.start([program, str(self._configuration_file)], self.log)
        self._wait_for_ping()
        return self

    def stop(self) -> None:
        """Ends it in order: everything accepted is on the disk."""
        if self._process:
            child.end(self._process)
        self._process = None
        if self._short:
            shutil.rmtree(self._short, ignore_errors=True)
            self._short = ""

    def kill(self) -> None:
        """kill -9: what was written in the last second may be gone."""
        if self._process:
            child.kill(self._process)
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def pause(self) -> None:
        """Stops it as a hung machine would: connections stay open and nothing answers, until `resume`."""
        self._running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        with self.client() as client:
            client.flushall()

    def client(self, timeout: float = 2) -> Redis:
        """Asks once, and waits `timeout` seconds for the answer."""
        once = Retry(NoBackoff(), 0)
        return Redis.from_url(self.url, retry=once, socket_timeout=timeout, decode_responses=True)

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise NotAvailable(f"the Redis in {self.directory} is not running")
        return self._process

    @property
    def _configuration_file(self) -> Path:
        return self.directory / "redis.conf"

    def _configuration(self) -> str:
        return CONFIGURATION.format(port=self.port, socket=self.socket, dir=self.directory)

    def _wait_for_ping(self) -> None:
        until = time.monotonic() + START_SECONDS
        while self.alive and time.monotonic() < until:
            try:
                with self.client() as client:
                    client.ping()
                return
            except RedisError:  # not listening yet, or still loading its file
                time.sleep(0.01)
        self.kill()
        raise NotAvailable(f"The embedded Redis did not start. It said:\n{child.tail(self.log)}")


@contextmanager
def running(directory: Path, port: int = 0) -> Iterator[RedisServer]:
    server = RedisServer(directory, port).start()
    try:
        yield server
    finally:
        server.stop()
