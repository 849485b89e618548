"""The demo as a person finds it, the real web server with worker and clock, and a real browser in front of it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from redis import Redis

import models
from booking.desk import Desk
from clock import now
from sandbox import world
from sandbox.runner.preflight import ROOT
from sandbox.servers import child
from seats.counters import SeatCounters
from tests.conftest import KEYRING
from tests.service import environment, free_port, web

expect.set_options(timeout=15_000)  # a machine with other work is slow, not wrong
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Nothing of a browser's own business with its maker: these tests have no network but this machine. It shows only our
# own pages, and its sandbox needs rights that a container seldom has.
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def installed() -> str | None:
    """The browser there is; `CHROMIUM=/path/to/it` names another."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = installed()
    if program is None:
        # The one thing pip can't bring. The run says loudly what was left out, and CI fails.
        pytest.skip("no Chromium on this machine: apt install chromium, or CHROMIUM=/path/to/it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*_FLAGS])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_world(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path, redis_server: Any) -> Path:
    """The demo's world as it is at this hour, to be copied."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    shutil.copy(empty_sqlite, path)
    models.open_database(f"sqlite:///{path}", KEYRING)
    with Redis.from_url(redis_server.url) as client:
        desk = Desk(SeatCounters(client))
        world.load(desk, now())
        desk.close()
    models.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    models.database.close()
    return path


@pytest.fixture
def demo(tmp_path: Path, demo_world: Path, redis_client: Any, redis_server: Any) -> Iterator[dict[str, str]]:
    """The settings of a running demo; its tables this test may read too; Redis is empty and fills itself."""
    shutil.copy(demo_world, tmp_path / "demo.db")
    url, port = f"sqlite:///{tmp_path / 'demo.db'}", free_port()
    models.open_database(url, KEYRING)
    env = environment(url, redis_server.url, PUBLIC_URL=f"http://127.0.0.1:{port}")
    with web(env, tmp_path / "web.log", port=port):
        yield env
    models.database.close()


@pytest.fixture
def worker(demo: dict[str, str], tmp_path: Path) -> Iterator[None]:
    with ExitStack() as running:
        for words in (["worker"], ["worker", "--imports"], ["clock"]):
            running.enter_context(_running(demo, words, tmp_path))
        yield


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(chromium: Browser, demo: dict[str, str], size: str) -> Iterator[Page]:
    """A fresh browser of this size; a script that fails, or that the policy forbids, fails the test."""
    context = chromium.new_context(
        viewport=SIZES[size], base_url=demo["PUBLIC_URL"], locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.set_default_timeout(10_000)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console",
        lambda said: wrong.append(said.text) if said.type == "error" and not _refused(said.text) else None,
    )
    yield page
    context.close()
    assert not wrong


@pytest.fixture
def as_officer(page: Page) -> Callable[[str], Page]:
    """Signed in by the demo's front door, one click."""

    def signed_in(account: str) -> Page:
        page.goto("/")
        page.locator(f"button[value={account}]").click()
        page.wait_for_url("**/console/**")
        return page

    return signed_in


def _refused(said: str) -> bool:
    """A refusal is an answer, of which the browser makes a line."""
    return re.search(r"responded with a status of 4\d\d", said) is not None


@contextmanager
def _running(env: dict[str, str], words: list[str], folder: Path) -> Iterator[None]:
    command = ["env", "-i", *(f"{name}={value}" for name, value in env.items())]
    command += [sys.executable, "-m", "flask", "--app", "app", *words]
    process: subprocess.Popen[bytes] = child.start(command, folder / f"{'-'.join(words)}.log", cwd=ROOT)
    try:
        yield
    finally:
        child.end(process)
