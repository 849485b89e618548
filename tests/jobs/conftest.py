"""The carrier's cast of tests/sms, and the service's own worker and clock as processes."""

import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.runner import demo_env
from tests.conftest import FIELD_KEY, INDEX_KEY
from tests.sms.conftest import (
    CODES,
    KEY_ID,
    KEY_SECRET,
    SIGN_NAME,
    aliyun_client,
    asking,
    carrier,
    chen,
    delivery,
    drop,
    watch,
)

__all__ = ["aliyun_client", "asking", "carrier", "chen", "delivery", "drop", "watch"]


def soon(is_so: Callable[[], Any], within: float = 30) -> None:
    """Waits until it is so; fails when it is not in time."""
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)


@pytest.fixture
def environment(database, redis_server, redis_client, carrier, tmp_path) -> dict[str, str]:
    """The settings of the demo, for the tests' own servers."""
    settings = demo_env.write(tmp_path / "demo.env", 9000, redis_server.url) | {
        "DATABASE_URL": database,
        "FIELD_KEYS": b64encode(FIELD_KEY).decode(),
        "INDEX_KEY": b64encode(INDEX_KEY).decode(),
        "ALIYUN_SMS_ENDPOINT": carrier.url,
        "ALIYUN_ACCESS_KEY_ID": KEY_ID,
        "ALIYUN_ACCESS_KEY_SECRET": KEY_SECRET,
        "SMS_SIGN_NAME": SIGN_NAME,
        "SMS_TEMPLATES": json.dumps(CODES),
    }
    return os.environ | settings


@pytest.fixture
def start(environment, tmp_path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start `flask worker` or `flask clock`, which dies at the checkpoint `fault` if one is named."""
    running: list[subprocess.Popen] = []

    def started(*words: str, fault: str = "") -> subprocess.Popen:
        command = [sys.executable, "-m", "flask", "--app", "app", *(words or ("worker",))]
        with (tmp_path / f"{len(running)}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                env=environment | {"HUIJIAN_FAULT": fault},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        running.append(process)
        return process

    yield started
    for process in running:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    """The worker and its child, at once, as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
