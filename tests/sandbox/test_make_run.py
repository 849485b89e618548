"""What `make run` does, on a copy of the project so that a demo of one's own is left alone."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.runner import preflight

NOT_OURS = shutil.ignore_patterns(".*", "var", "__pycache__")


@pytest.fixture
def project(tmp_path):
    return Path(shutil.copytree(preflight.ROOT, tmp_path / "huijian", ignore=NOT_OURS))


@pytest.fixture
def port():
    """The first of three free ones in a row."""
    while True:
        try:
            first = random.randrange(20000, 60000)
            preflight.check_free(first)
            return first
        except preflight.NoGround:
            continue


@pytest.mark.timeout(180)
def test_it_walks_one_meeting_and_stays_up_until_ctrl_c(project, port):
    bare = {"PATH": os.environ["PATH"], "PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, "-m", "sandbox"], cwd=project, env=bare, encoding="utf-8", stdout=subprocess.PIPE
    ) as demo:
        try:
            said = until_up(demo)
            listed = subprocess.run(
                [sys.executable, "-m", "flask", "--app", "app", "review", "list"],
                cwd=project, env={"PATH": bare["PATH"]}, capture_output=True, encoding="utf-8",
            )  # fmt: skip
        finally:
            demo.send_signal(signal.SIGINT)
            last_words, _ = demo.communicate(timeout=60)
    assert "演示完成" in said
    assert listed.returncode == 0, listed.stderr
    assert "Ended; the data stays in var/" in last_words
    assert demo.returncode == 0
    preflight.check_free(port)


def until_up(demo):
    """What it says until it leaves the floor to us, or ends."""
    said = ""
    for line in demo.stdout:
        said += line
        if "var/log/" in line:
            break
    return said
