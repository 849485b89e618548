"""What `make run` needs before it starts anything: its three ports, and its data folder to itself."""

import fcntl
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"


class NoGround(Exception):
    """The demo cannot start here; the sentences say why and what to do."""


def port_wanted(environment: Mapping[str, str]) -> int:
    """PORT, 8000 where it is not given; the two after it are the stand-ins'. Raises NoGround."""
    given = environment.get("PORT") or "8000"
    if not (given.isascii() and given.isdigit() and 1024 <= int(given) <= 65533):
        raise NoGround(
            f"PORT must be a number from 1024 to 65533, not {given!r}.\nPORT 应为 1024 到 65533 之间的数字。"
        )
    return int(given)


def check_free(port: int) -> None:
    """Raises NoGround when one of the three ports is another's."""
    for one in range(port, port + 3):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", one))
            except OSError:
                raise NoGround(
                    f"Port {one} is taken by another program. Choose others: PORT={port + 1000} make run\n"
                    f"端口 {one} 已被其他程序占用，可换端口启动：PORT={port + 1000} make run"
                ) from None


@contextmanager
def claimed(var: Path = VAR) -> Iterator[Path]:
    """The data folder, ours while the block lasts, also against a second `make run`. Raises NoGround."""
    var.mkdir(mode=0o700, exist_ok=True)
    (var / "log").mkdir(exist_ok=True)
    with (var / "sandbox.pid").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise NoGround(
                f"The demo is running already (process {file.read().strip()}).\n演示已在运行，请先结束它。"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield var
        finally:
            file.truncate(0)  # so that `make clean` asks nobody else's process
