"""The demo's processes: restarted a few times, ended all, and none left behind."""

import signal
import sys
import time

import pytest

from sandbox.runner.supervisor import RESTARTS, Crew, Fallen
from tests.sandbox.processes import is_gone

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]
WITH_A_WORKER = [sys.executable, "-c", "import os, time; print(os.fork(), flush=True); time.sleep(60)"]
BROKEN = [sys.executable, "-c", "raise SystemExit('SECRET_KEYS is missing')"]


@pytest.fixture
def said():
    return []


@pytest.fixture
def crew(tmp_path, said):
    crew = Crew(tmp_path, tmp_path, said.append)
    yield crew
    crew.end()


def read(log):
    """The first line of a log, as soon as it is written."""
    until = time.monotonic() + 5
    while not (text := log.read_text()) and time.monotonic() < until:
        time.sleep(0.01)
    return text.strip()


def test_who_falls_while_the_demo_starts_stops_the_start_with_his_last_words(crew):
    crew.start("web", BROKEN)
    crew.members[0].process.wait(5)
    with pytest.raises(Fallen, match=r"web ended while starting(.|\n)*SECRET_KEYS is missing"):
        crew.check()


def test_who_falls_later_is_restarted_after_a_pause_and_that_is_said(crew, said):
    crew.start("worker", SLEEPER)
    first = crew.members[0].process
    first.kill()
    first.wait()
    crew.tend(now=100.0)
    crew.tend(now=100.5)
    assert crew.members[0].process is first
    crew.tend(now=101.0)
    assert crew.members[0].process.poll() is None
    assert "worker ended (code -9), restarting it" in said[0]


def test_who_falls_again_and_again_stays_down(crew, said):
    crew.start("clock", BROKEN)
    for second in range(4 * RESTARTS):
        crew.members[0].process.wait(5)
        crew.tend(now=float(second))
    assert crew.members[0].restarts == RESTARTS
    assert "stays down" in said[-1]
    assert len(said) == RESTARTS + 1


def test_a_worker_does_not_outlive_its_killed_server(crew, tmp_path):
    crew.start("web", WITH_A_WORKER)
    worker = int(read(tmp_path / "web.log").split()[0])
    crew.members[0].process.kill()
    crew.members[0].process.wait()
    crew.tend(now=0.0)
    assert is_gone(worker)


def test_who_does_not_end_when_asked_is_killed_and_that_is_said(crew, said, tmp_path):
    crew.start("web", SLEEPER)
    crew.start("worker", STUBBORN)
    assert read(tmp_path / "worker.log") == "up"
    processes = [member.process for member in crew.members]
    crew.end(within=0.3)
    assert [process.returncode for process in processes] == [-signal.SIGTERM, -signal.SIGKILL]
    assert len(said) == 1 and said[0].startswith("worker did not end")
