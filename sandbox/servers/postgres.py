"""A PostgreSQL for the tests and measurements, in a temporary directory, gone with its starter."""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from sandbox.servers import child
from sandbox.servers.child import NotAvailable
from sandbox.servers.postgres_program import find

START_SECONDS = 30
ALWAYS = {
    "listen_addresses": "",
    "max_connections": "300",
    "timezone": "Asia/Shanghai",
    "logging_collector": "off",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer:
    """One server on a Unix socket of its own. `durable` survives a power cut, as in service."""

    def __init__(self, durable: bool = False) -> None:
        self.options = ALWAYS | ({} if durable else FORGETFUL)
        self.user = unprivileged_user() if os.geteuid() == 0 else ""
        self.home = Path(tempfile.mkdtemp(prefix="huijian-pg-", dir=_short_folder()))
        self.log = self.home / "postgres.log"
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The database `postgres`; for tables of one's own take `fresh()`."""
        return self._url_of("postgres")

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        name = f"huijian_{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name}")
        return self._url_of(name)

    def drop(self, url: str) -> None:
        """Ends whoever is still connected to it, and removes it."""
        name = url.partition("@/")[2].partition("?")[0]
        self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def create(self) -> "PostgresServer":
        """Lays the data directory. Raises NotAvailable with what initdb said."""
        if self.user:
            os.chown(self.home, pwd.getpwnam(self.user).pw_uid, -1)
        self.programs = reachable(find(), self.home, self.user) if self.user else find()
        words = [
            "-D",
            str(self.home / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        initdb = child.start([str(self.programs / "initdb"), *words], self.log, user=self.user, cwd=self.home)
        if initdb.wait(60):
            raise NotAvailable(f"PostgreSQL's initdb failed. It said:\n{child.tail(self.log)}")
        return self

    def start(self) -> "PostgresServer":
        """Returns when it takes connections. Raises NotAvailable with its own last words when it does not."""
        settings = [word for name, value in self.options.items() for word in ("-c", f"{name}={value}")]
        command = [
            str(self.programs / "postgres"),
            "-D",
            str(self.home / "data"),
            "-k",
            str(self.home),
            *settings,
        ]
        self._process = child.start(command, self.log, user=self.user, cwd=self.home)
        until = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < until:
            try:
                self._say("SELECT 1")
                return self
            except psycopg.OperationalError:  # not listening yet, or still recovering
                time.sleep(0.02)
        self.kill()
        raise NotAvailable(f"PostgreSQL did not start. It said:\n{child.tail(self.log)}")

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, nothing committed is lost."""
        if self._process:
            child.end(self._process, by=signal.SIGINT)
        self._process = None

    def kill(self) -> None:
        if self._process:
            child.kill(self._process)
        self._process = None

    def remove(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    def _url_of(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.home}"

    def _say(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=3) as connection:
            connection.execute(statement.encode())


@contextmanager
def running(durable: bool = False) -> Iterator[PostgresServer]:
    server = PostgresServer(durable)
    try:
        yield server.create().start()
    finally:
        server.stop()
        server.remove()


def unprivileged_user() -> str:
    """PostgreSQL refuses to run as root. Whoever is there already will do; nobody is added."""
    known = {person.pw_name for person in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise NotAvailable("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as.")


def reachable(programs: Path, home: Path, user: str) -> Path:
    """The programs themselves, or a copy where `user` can run them (for a checkout in /root, say)."""
    if all(folder.stat().st_mode & 0o001 for folder in (programs, programs / "postgres", *programs.parents)):
        return programs
    install, package = programs.parent, programs.parent.parent
    copy = home / "programs"
    shutil.copytree(install, copy / package.name / install.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # a wheel's lie beside its package
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name)
    for path in (copy, *copy.rglob("*")):
        os.chown(path, pwd.getpwnam(user).pw_uid, -1, follow_symlinks=False)
    return copy / package.name / install.name / "bin"


def _short_folder() -> str:
    """Where a socket's path stays under the 103 bytes that macOS takes."""
    return tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"
