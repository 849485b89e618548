"""The assembled house, asked by everybody who may come in: no address, method or value is a fault of ours."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from apiflask import APIFlask
from werkzeug.test import TestResponse

import clock
import models
from app import create_app
from console.door import rights, sessions
from console.door.csrf import HEADER, proof_of
from models import Booking, Centre, Lawyer, Officer, Slot, schema
from sandbox import world
from sandbox.servers.redis import RedisServer
from tests.booking.conftest import applying
from tests.conftest import KEYRING
from tests.console.conftest import an_officer
from tests.service import environment, settings, signed_in
from tests.test_every_door import METHODS

LAWYERS = ("verified", "pending", "suspended")
OFFICERS = tuple(
    f"{role} of {where}"
    for role in (rights.GATE, rights.REVIEWER, rights.CHIEF, rights.AUDITOR)
    for where in ("pudong", "bureau")
)
HOSTILE = (
    *("", "x" * 5000, "\x00", "a\x00b", "../", "../../etc/passwd", "看守所", "9" * 400, "-1", "１２"),
    *("' OR 1=1 --", "%s{}"),
)
COMING = ("officer_session", "session")  # rows that only say that somebody came


Ask = Callable[[str, str], TestResponse]


class House(NamedTuple):
    app: APIFlask
    given: dict[str, str]  # a sensible value for each parameter of a path

    def path(self, rule: str, values: dict[str, Any] | None = None) -> str:
        for name, value in (values or self.given).items():
            for kind in ("", "int:", "path:"):
                rule = rule.replace(f"<{kind}{name}>", quote(str(value), safe=""))
        return rule

    def caller(self, who: str) -> Ask:
        """How this one asks; he is signed in, or this fails."""
        client = self.app.test_client()
        if who in LAWYERS:
            own, headers = "/api/v1/me", {"Authorization": f"Bearer {signed_in(lawyer(who).id)}"}
        else:
            token = sessions.begin(officer(who), clock.now())
            client.set_cookie("huijian", token)
            own, headers = "/console/me", {HEADER: proof_of(token)}
        assert client.get(own, headers=headers).status_code == 200
        return lambda method, path: client.open(path, method=method, headers=headers)


def lawyer(who: str) -> Lawyer:
    return Lawyer.get(Lawyer.openid == f"o-{who}")


def officer(who: str) -> Officer:
    role, _, where = who.partition(" of ")
    return an_officer(role, None if where == "bureau" else where, clock.now())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, redis_server: RedisServer) -> Iterator[House]:
    url = f"sqlite:///{tmp_path_factory.mktemp('house') / 'house.db'}"
    models.open_database(url, KEYRING)
    schema.upgrade()
    models.database.close()  # whoever assembles a house opens it anew
    redis_server.flush()
    app = create_app(settings(environment(url, redis_server.url)))
    behind = app.extensions["huijian"]
    world.furnish(behind.desk, clock.now())
    yield House(app, cast(behind.desk))
    behind.desk.close()
    models.database.close()
    redis_server.flush()


def cast(desk: Any) -> dict[str, str]:
    """Three lawyers to ask, a meeting of the first, and who and what else is there to be named."""
    people = Lawyer.select().where(Lawyer.state == "verified").order_by(Lawyer.id).limit(2)
    for one, who in zip(people, ("verified", "suspended"), strict=True):
        until = clock.now() + timedelta(days=90) if who == "suspended" else None
        Lawyer.update(openid=f"o-{who}", suspended_until=until).where(Lawyer.id == one.id).execute()
    Lawyer.update(openid="o-pending").where(Lawyer.state == "pending").execute()
    Centre.update(policy={"opens_days_before": 30}).execute()
    soon = (Slot.date >= clock.now().date() + timedelta(days=3)) & (Slot.centre == "pudong") & Slot.open
    slot = Slot.select().where(soon).order_by(Slot.starts_at).first()
    ref = desk.book(applying(people[0].id, slot=slot.id)).ref
    numbers = dict.fromkeys(("strike_id", "strike", "notice", "roll_import", "room", "mandate"), "1")
    words = {"name": "console.css", "filename": "index.html", "secret": "demo-secret-of-the-receipts"}
    there = {"ref": ref, "code": "pudong", "slot_id": slot.id, "lawyer": str(people[0].id)}
    return numbers | words | there | {"account": Officer.select().order_by(Officer.account).first().account}


def rules(app: APIFlask) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.rule, set()).update(rule.methods or ())
    return found


def rows() -> dict[str, int]:
    tables = {table._meta.table_name: table for table in models.TABLES}
    return {name: table.select().count() for name, table in tables.items() if name not in COMING}


def test_every_parameter_of_a_path_has_a_sensible_value(house):
    named = {name for rule in house.app.url_map.iter_rules() for name in rule.arguments}
    assert named <= house.given.keys()
    assert Booking.select().count() == 1


@pytest.mark.parametrize("who", LAWYERS + OFFICERS)
def test_what_can_be_read_is_never_a_fault(house, who):
    ask = house.caller(who)
    for rule, named in rules(house.app).items():
        if "GET" in named:
            answer = ask("GET", house.path(rule))
            assert answer.status_code < 500, (rule, answer.status)


@pytest.mark.parametrize("who", LAWYERS + OFFICERS)
def test_a_method_that_no_route_of_a_path_names_is_405_and_changes_nothing(house, who):
    ask = house.caller(who)
    routes, before, asked = house.app.url_map.bind("localhost"), rows(), 0
    for rule in rules(house.app):
        path = house.path(rule)
        for method in set(METHODS) - set(routes.allowed_methods(path)):
            answer = ask(method, path)
            assert answer.status_code == 405, (method, path, answer.status)
            asked += 1
    assert asked > 400
    assert rows() == before


@pytest.mark.parametrize("who", ("verified", "chief of bureau"))
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda value: ascii(value[:12]))
def test_a_hostile_value_in_a_path_is_refused_or_finds_nothing(house, who, hostile):
    ask = house.caller(who)
    for rule, named in rules(house.app).items():
        if "<" in rule:
            path = house.path(rule, dict.fromkeys(house.given, hostile))
            for method in named - {"OPTIONS", "HEAD"}:
                answer = ask(method, path)
                assert answer.status_code < 500, (method, rule, answer.status)


@pytest.mark.parametrize("who", LAWYERS + OFFICERS)
def test_an_empty_form_at_a_sensible_address_is_never_a_fault(house, who):
    """Last, since a few of these say yes: who is there arrives, who is suspended is let in again."""
    ask = house.caller(who)
    for rule, named in rules(house.app).items():
        if "<" in rule:
            for method in named - {"GET", "OPTIONS", "HEAD"}:
                answer = ask(method, house.path(rule))
                assert answer.status_code < 500, (method, rule, answer.status)
