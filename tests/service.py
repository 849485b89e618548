"""The service as processes: the real web server in front of the databases of a test."""

import base64
import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from clock import now
from config import Settings
from models import Lawyer, Session
from sandbox.runner.preflight import ROOT
from sandbox.servers import child
from sms.templates import TEMPLATES
from tests.conftest import FIELD_KEY, INDEX_KEY

SECRET_KEY = "demo key of the tests: 32 bytes long or more"
NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there


def environment(database_url: str, redis_url: str, **other: str) -> dict[str, str]:
    """Every setting, with the keys of the tests; nothing of the machine's own but where programs are."""
    wechat = {
        f"WECHAT_{name}_{what}": value
        for name in ("MINIPROGRAM", "ACCOUNT", "WEBSITE")
        for what, value in (("APPID", "wxdemo000000000001"), ("SECRET", "demo-secret"))
    }
    own = {
        "PATH": os.environ["PATH"],
        "HUIJIAN_ENV": "demo",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEYS": SECRET_KEY,
        "FIELD_KEYS": base64.b64encode(FIELD_KEY).decode(),
        "INDEX_KEY": base64.b64encode(INDEX_KEY).decode(),
        "WECHAT_ACCOUNT_TOKEN": "demo-token-of-the-account-0001",
        "WECHAT_ACCOUNT_AES_KEY": "A" * 43,
        "WECHAT_API_URL": NOBODY,
        "ALIYUN_ACCESS_KEY_ID": "demo-key",
        "ALIYUN_ACCESS_KEY_SECRET": "demo-secret",
        "ALIYUN_SMS_ENDPOINT": NOBODY,
        "SMS_SIGN_NAME": "会见预约",
        "SMS_TEMPLATES": json.dumps({kind: f"SMS_{kind}" for kind in TEMPLATES}),
        "SMS_RECEIPT_SECRET": "demo-secret-of-the-receipts",
        "PUBLIC_URL": NOBODY,
    }
    return own | wechat | other


class Web:
    """A running web server and how to talk to it."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]"):
        self.url, self.process = f"http://127.0.0.1:{port}", process

    def ask(self, method: str, path: str, token: str = "", **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        return requests.request(method, self.url + path, headers=headers, timeout=20, **more)

    def book(self, token: str, slot: str, key: str, **other: Any) -> requests.Response:
        body = {
            "slot_id": slot,
            "minutes": 60,
            "detainee": {"name": "某甲"},
            "mandate": "entrusted",
            "stage": "trial",
        }
        return self.ask("POST", "/api/v1/bookings", token, json=body | other, headers={"Idempotency-Key": key})


@contextmanager
def web(
    env: dict[str, str],
    log: Path,
    workers: int = 1,
    port: int | None = None,
    app: str = "app:create_app",
    threads: int = 8,
) -> Iterator[Web]:
    """As it is started in service, with fewer threads where it doesn't matter."""
    port = port or free_port()
    words = [
        "--interface",
        "wsgi",
        "--factory",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--http",
        "1",
        "--no-ws",
    ]
    words += ["--workers", str(workers), "--blocking-threads", str(threads), "--respawn-failed-workers"]
    command = ["env", "-i", *(f"{name}={value}" for name, value in env.items())]
    process = child.start([*command, sys.executable, "-m", "granian", *words, app], log, cwd=ROOT)
    try:
        server = Web(port, process)
        _wait(server, log)
        yield server
    finally:
        child.end(process)


def _wait(server: Web, log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.process.poll() is None:
        try:
            if server.ask("GET", "/healthz").ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError(f"the web server did not come up:\n{child.tail(log)}")


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signed_in(lawyer: int) -> str:
    """A token of this lawyer, without the way through WeChat."""
    token, moment = secrets.token_urlsafe(32), now()
    Session.create(
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        openid=Lawyer.get_by_id(lawyer).openid,
        created_at=moment,
        expires_at=moment + timedelta(days=1),
    )
    return token


def later(seconds: float) -> datetime:
    return now() + timedelta(seconds=seconds)


def settings(env: dict[str, str]) -> Settings:
    """The same environment, for an app in the test's own process."""
    given: dict[str, Any] = {name.lower(): value for name, value in env.items() if name != "PATH"}
    return Settings(_env_file=None, **(given | {"sms_templates": json.loads(env["SMS_TEMPLATES"])}))
