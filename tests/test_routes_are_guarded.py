"""Every route of the whole service asks for a session. Those that don't are named here, aloud, with why."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from apiflask import APIFlask

from app import create_app
from models import database
from sandbox.runner.preflight import ROOT
from tests.service import NOBODY, environment, settings

PUBLIC = {
    ("POST", "/api/v1/session"),  # this is where a session comes from
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/docs"),
    ("GET", "/api/v1/docs/<name>"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/healthz"),  # the load balancer has no session
    ("GET", "/readyz"),
    ("GET", "/metrics"),  # inside only
    (
        "GET",
        "/wechat/bot",
    ),  # WeChat signs both with the account's token; nothing is parsed before that is checked
    ("POST", "/wechat/bot"),
    ("POST", "/sms/receipts/<secret>"),  # the secret is in the path
    ("GET", "/console/sign-in"),  # this is where officers' sessions come from
    ("POST", "/console/sign-in"),
    ("POST", "/console/first-sign-in"),  # by a one-time code
    ("GET", "/wechat/oauth"),  # by WeChat: there and back
    ("GET", "/wechat/oauth/callback"),
    ("GET", "/console/static/<path:name>"),
    ("POST", "/console/demo-sign-in"),  # mounted in the demo only
    ("GET", "/"),  # the demo's front door
    ("GET", "/demo/<path:filename>"),
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[APIFlask]:
    """The whole service; behind it neither Redis nor tables: who is turned away at the door needs nothing."""
    env = environment(f"sqlite:///{tmp_path / 'none.db'}", NOBODY.replace("http", "redis"))
    yield create_app(settings(env))
    database.close()


def calls(app: APIFlask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_but_the_public_ones_asks_for_a_session(app):
    guarded = calls(app) - PUBLIC
    assert len(guarded) >= 15
    for method, rule in guarded:
        path = re.sub(r"<(?:\w+:)?(\w+)>", "7", rule)
        answer = app.test_client().open(path, method=method)
        if not rule.startswith("/console/"):
            assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated"), (method, rule)
        elif method == "GET":
            to = f"/console/sign-in?next={path}"
            assert (answer.status_code, unquote(answer.location)) == (303, to), rule
        else:
            assert (answer.status_code, "unauthenticated" in answer.text) == (401, True), (method, rule)


def test_the_public_routes_are_exactly_these(app):
    assert {
        (method, rule) for method, rule in calls(app) if not rule.startswith(("/api/v1/", "/console/"))
    } | PUBLIC == PUBLIC
    assert calls(app) >= PUBLIC


@pytest.mark.parametrize("file", ["app.py", ".env", "var/demo.env", "var/huijian.db", ".git/config", "README.md"])
def test_no_file_of_the_project_is_served(app, file):
    assert app.test_client().get(f"/{file}").status_code == 404
    assert (ROOT / "app.py").exists()


def test_figures_are_shown_inside_only(app):
    client = app.test_client()
    assert client.get("/metrics", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "8.8.8.8"}).status_code == 404
