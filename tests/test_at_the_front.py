"""What strangers send before any door is reached: odd hosts and headers; and what the proxy before it must let through."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask

from app import create_app
from console.door.rights import RIGHTS
from models import database
from tests.service import NOBODY, environment, settings
from tests.test_config import PRODUCTION
from wechat.api.validation import MAX_BODY_BYTES

ROOT = Path(__file__).resolve().parent.parent
PUBLIC = "huijian.example.gov.cn"
UNITS = {"k": 1024, "m": 1024 * 1024}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    """As in production, behind one proxy; behind it neither Redis nor tables."""
    folder = tmp_path_factory.mktemp("front")
    env = environment(f"sqlite:///{folder / 'none.db'}", NOBODY.replace("http", "redis")) | PRODUCTION
    env |= {"PUBLIC_URL": f"https://{PUBLIC}", "PROXY_HOPS": "1", "TRUSTED_HOSTS": "probe.internal"}
    yield create_app(settings(env))
    database.close()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:443", f"{PUBLIC}.evil.example", "a b", "@", "127.0.0.2"]
)
@pytest.mark.parametrize("path", ["/console", "/console/", "/healthz", "/api/v1/centres", "/nowhere"])
def test_a_host_that_is_not_ours_is_refused_and_led_nowhere(app: APIFlask, host: str, path: str) -> None:
    for headers in ({"Host": host}, {"Host": PUBLIC, "X-Forwarded-Host": host}):
        answer = app.test_client().get(path, headers=headers)
        assert answer.status_code == 400, headers
        assert "Location" not in answer.headers


@pytest.mark.parametrize("host", [PUBLIC, f"{PUBLIC}:443", "127.0.0.1:8000", "localhost", "probe.internal"])
def test_our_own_names_are_served(app: APIFlask, host: str) -> None:
    assert app.test_client().get("/healthz", headers={"Host": host}).status_code == 200


def test_the_demo_is_asked_for_by_any_name(tmp_path: Path) -> None:
    """Its ports move, and a phone in the same network comes by an address."""
    env = environment(f"sqlite:///{tmp_path / 'none.db'}", NOBODY.replace("http", "redis"))
    assert settings(env | {"HUIJIAN_ENV": "demo"}).hosts is None


@pytest.mark.parametrize("said", ["abc", "1.2.3.4:555", "[::1]:80", "127.0.0.1", "", "9" * 5000])
def test_metrics_are_shown_to_nobody_who_comes_through_a_proxy(app: APIFlask, said: str) -> None:
    answer = app.test_client().get("/metrics", headers={"X-Forwarded-For": said, "Host": "127.0.0.1"})
    assert answer.status_code == 404


@pytest.mark.parametrize("host", [PUBLIC, f"{PUBLIC}:443", PUBLIC.upper(), f"{PUBLIC.title()}:8443"])
def test_metrics_are_not_shown_by_the_public_name(app: APIFlask, host: str) -> None:
    assert app.test_client().get("/metrics", headers={"Host": host}).status_code in (400, 404)


def test_what_is_written_is_nobody_elses_to_read(app: APIFlask, tmp_path: Path) -> None:
    (tmp_path / "dump").write_text("")
    assert (tmp_path / "dump").stat().st_mode & 0o077 == 0
    assert os.umask(0o077) == 0o077


def proxy() -> str:
    page = (ROOT / "docs/deployment.md").read_text("utf-8")
    found = re.search(r"```nginx\n(.*?)```", page, re.DOTALL)
    assert found
    return found[1]


def room(text: str) -> int:
    found = re.search(r"client_max_body_size (\d+)([km])", text)
    assert found
    return int(found[1]) * UNITS[found[2]]


def test_the_proxy_lets_through_what_the_doors_take() -> None:
    """And no more than it must: one size for everything, another where a door takes files."""
    everywhere, _, rest = proxy().partition("location")
    assert room(everywhere) >= MAX_BODY_BYTES
    wide = {name: right.room for name, right in RIGHTS.items() if right.room > room(everywhere)}
    assert wide.keys() == {"bring_roll"}
    (imports,) = re.findall(r"location = /console/import \{(.*?)\}", proxy(), re.DOTALL)
    assert wide["bring_roll"] <= room(imports) < 2 * wide["bring_roll"]
    assert rest.count("client_max_body_size") == 1


def test_the_proxy_waits_for_bodies_and_says_to_come_by_tls() -> None:
    assert proxy().count("proxy_request_buffering on;") == 2 and "proxy_request_buffering off" not in proxy()
    assert "Strict-Transport-Security" in proxy().partition("location")[0]
