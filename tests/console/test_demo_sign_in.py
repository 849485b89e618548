"""One click in the demo; in production there is no such route."""

from collections.abc import Iterator

import pytest
from apiflask import APIFlask

import console
from app import create_app
from models import Officer, database
from tests.console.conftest import NO_WECHAT
from tests.service import NOBODY, environment, settings
from tests.test_config import PRODUCTION


@pytest.fixture
def demo(desk, redis_client) -> APIFlask:
    app = APIFlask("huijian", static_folder=None, spec_path=None, docs_path=None)
    app.testing = True
    for account in ("gate-pudong", "chief-pudong", "somebody-else"):
        Officer.create(account=account, name="演示", role="gate", centre="pudong", created_at=desk.now())
    console.register(
        app,
        desk=desk,
        redis=redis_client,
        asking=None,
        secret_keys=["passes"],
        public_url="http://localhost",
        wechat=NO_WECHAT,
        demo_accounts=["gate-pudong", "chief-pudong"],
    )
    return app


@pytest.fixture
def production(tmp_path) -> Iterator[APIFlask]:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    yield create_app(settings(environment(url, NOBODY.replace("http", "redis"), **PRODUCTION | {"DATABASE_URL": url})))
    database.close()


def test_who_was_suspended_is_told_so_and_gets_no_cookie(demo):
    Officer.update(state="suspended").where(Officer.account == "gate-pudong").execute()
    answer = demo.test_client().post("/console/demo-sign-in", data={"account": "gate-pudong"})
    assert answer.status_code == 404 and "停用" in answer.text
    assert "huijian=" not in str(answer.headers)


def test_one_click_and_the_officer_is_in(demo):
    client = demo.test_client()
    assert client.get("/console/sign-in").text.count("console/demo-sign-in") == 2
    answer = client.post("/console/demo-sign-in", data={"account": "gate-pudong", "next": "/console/me"})
    assert (answer.status_code, answer.location) == (303, "/console/me")
    assert "gate-pudong" in client.get("/console/me").text


@pytest.mark.parametrize("account", ["somebody-else", "", "nobody", "\x00"])
def test_only_the_cast_comes_in_by_a_click(demo, account):
    answer = demo.test_client().post("/console/demo-sign-in", data={"account": account})
    assert answer.status_code == 404
    assert "huijian=" not in str(answer.headers)


def test_in_production_there_is_no_such_route(production):
    answer = production.test_client().post("/console/demo-sign-in", data={"account": "gate-pudong"})
    assert answer.status_code in (404, 405)
    assert not [rule for rule in production.url_map.iter_rules() if "demo" in rule.rule]
    assert "演示" not in production.test_client().get("/console/sign-in").text
