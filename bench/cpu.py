"""The CPU that what we started has used, by /proc: on Linux only."""

import os
from collections import defaultdict
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(but: int = 0) -> float:
    """Of all processes this one has started and they in turn, those that have ended included; not of `but` and its own."""
    return sum(by_what(but).values())


def by_what(but: int = 0) -> dict[str, float]:
    """The same by what they are: `web`, `postgres`, `redis`, `others`."""
    used, children = _table()
    found: dict[str, float] = defaultdict(float)
    ahead = [(pid, "others") for pid in children[os.getpid()]]
    while ahead:
        pid, what = ahead.pop()
        if pid != but:
            what = _what(pid) or what
            found[what] += used[pid] / _TICKS
            ahead += [(child, what) for child in children[pid]]
    return found


def _what(pid: int) -> str:
    try:
        said = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    marks = {b"granian": "web", b"postgres": "postgres", b"valkey": "redis", b"redis-server": "redis"}
    return next((what for mark, what in marks.items() if mark in said), "")


def _table() -> tuple[dict[int, int], dict[int, list[int]]]:
    """Ticks by pid, its own and those of the children it has waited for; and the children of each."""
    used: dict[int, int] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        used[int(folder.name)] = sum(map(int, fields[11:15]))
        children[int(fields[1])].append(int(folder.name))
    return used, children
