"""The description is made from the code, and the code keeps to it."""

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis import GenerationMode, checks

PROMISED = [
    "post /session", "delete /session", "get /me", "post /me/licence", "patch /me/licence", "post /me/consents",
    "get /centres", "get /centres/{code}/days", "get /centres/{code}/slots", "post /bookings", "get /bookings",
    "get /bookings/{ref}", "post /bookings/{ref}/cancellation", "get /bookings/{ref}/pass",
    "get /bookings/{ref}/pass.svg", "get /bookings/{ref}/calendar.ics", "post /strikes/{strike_id}/appeal",
]  # fmt: skip
NOT_PROMISED = [
    checks.positive_data_acceptance,  # a well-formed wish may still be refused: no such slot, a used code
]

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)


@pytest.fixture
def description(app):
    return app.test_client().get("/api/v1/openapi.json").json


def test_it_tells_of_every_call(description):
    assert description["openapi"].startswith("3.1")
    told = {f"{method} {path}" for path, calls in description["paths"].items() for method in calls}
    assert told == {call.replace(" ", " /api/v1") for call in PROMISED}


def test_it_says_which_calls_need_a_session(description):
    calls = {call["operationId"]: call for path in description["paths"].values() for call in path.values()}
    assert [name for name, call in calls.items() if "security" not in call] == ["sign_in"]
    assert description["components"]["securitySchemes"]["session"]["scheme"] == "bearer"


def test_every_heading_has_its_calls(description):
    calls = [call for path in description["paths"].values() for call in path.values()]
    assert {tag["name"] for tag in description["tags"]} == {tag for call in calls for tag in call["tags"]}


def test_it_is_made_once_and_not_sent_again_to_who_has_it(app):
    """Made anew for everybody it is the dearest answer there is, and asks for no session."""
    client, made = app.test_client(), []
    app.spec_processor(lambda spec, complete=app.spec_callback: made.append(spec) or complete(spec))
    first, second = (client.get("/api/v1/openapi.json") for _ in range(2))
    assert first.data == second.data and len(made) == 1
    known = client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data, len(made)) == (304, b"", 1)
    other = client.get("/api/v1/openapi.json", headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.data) == (200, first.data)


def test_the_page_for_people_takes_nothing_from_elsewhere(app):
    client = app.test_client()
    page = client.get("/api/v1/docs")
    assert page.mimetype == "text/html"
    assert "http" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "page.js", "favicon-32x32.png"):
        assert f"docs/{name}" in page.text
        with client.get(f"/api/v1/docs/{name}") as file:
            assert file.status_code == 200


def test_whatever_is_sent_the_answer_is_as_described(app, lin):
    lin.book()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] != "sign_out":
            throw_at(operation, lin.token)


def throw_at(operation, token):
    modes = operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE)

    @hypothesis.given(case=modes)
    @hypothesis.settings(
        max_examples=15,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def throw(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=NOT_PROMISED)

    throw()
