"""The assembled house, asked from outside: nothing a client can send is a fault of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask

from app import create_app
from models import database
from tests.service import NOBODY, environment, settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "HEAD", "OPTIONS")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[APIFlask]:
    """The whole service; behind it neither Redis nor tables."""
    folder: Path = tmp_path_factory.mktemp("house")
    yield create_app(settings(environment(f"sqlite:///{folder / 'none.db'}", NOBODY.replace("http", "redis"))))
    database.close()


def paths(app: APIFlask) -> dict[str, set[str]]:
    """Each path without parameters, with the methods that it names."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if not rule.arguments:
            found.setdefault(rule.rule, set()).update(rule.methods or ())
    return found


def test_the_description_of_the_service_is_served_and_tells_of_the_lawyers_calls_alone(app):
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    described = answer.json["paths"]
    assert "post" in described["/api/v1/bookings"]
    assert all(path.startswith("/api/v1/") for path in described)


def test_a_method_that_no_route_of_a_path_names_is_405(app):
    """`/console/arrivals/search` is also a booking's page by its pattern: all routes that fit a path count."""
    client, asked, routes = app.test_client(), 0, app.url_map.bind("localhost")
    for path in paths(app):
        for method in set(METHODS) - set(routes.allowed_methods(path)):
            answer = client.open(path, method=method)
            assert answer.status_code == 405, (method, path, answer.status)
            asked += 1
    assert asked > 100


def test_nobody_in_particular_meets_a_fault_of_ours_nowhere(app):
    """503 is the honest word of a house without its database; anything else from 500 up is a fault."""
    for path, named in paths(app).items():
        for method in named:
            answer = app.test_client().open(path, method=method)
            assert answer.status_code < 500 or answer.status_code == 503, (method, path, answer.status)
