"""The CPU that what we started has used, by /proc: on Linux only."""

import os
from collections import defaultdict
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(but: int = 0) -> float:
    """Of all processes this one has started and they in turn, those that have ended included; not of `but` and its own."""
    used, children = _table()
    total, ahead = 0, children[os.getpid()]
    while ahead:
        pid = ahead.pop()
        if pid != but:
            total += used[pid]
            ahead += children[pid]
    return total / _TICKS


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
