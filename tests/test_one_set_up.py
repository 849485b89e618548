"""What is measured is what runs: bench, demo and units start as many processes and threads."""

import re
from pathlib import Path

from bench.scale import PROCESSES, THREADS
from sandbox.runner.commands import web

ROOT = Path(__file__).resolve().parent.parent


def test_everybody_starts_as_many():
    unit = (ROOT / "docs/deployment.md").read_text("utf-8")
    told = re.findall(r"--workers (\d+) --blocking-threads (\d+)", f"{unit} {' '.join(web(8000))}")
    assert set(told) == {(str(PROCESSES), str(THREADS))}
    assert len(told) == 2


def test_postgresql_has_room_for_them():
    """By default 100: a thread keeps one, and so does each teller; clock, two workers, imports; the rest is for people."""
    assert PROCESSES * (THREADS + 1) + 2 + 2 * 2 + 2 < 90
