"""Every route × every role × own and other centre × nobody, in one table."""

from datetime import time

import pytest
from apiflask import APIFlask

from booking.desk import Desk
from booking.gate import rooms
from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.roll import imports
from console.door.rights import ASKS, AUDITOR, MENU, OWN, PUBLIC, RIGHTS
from models import Booking, Centre, Lawyer, Notice, Officer, Strike
from tests.booking.conftest import FRIDAY, SLOT, add_slot, applying

ROLES = ("gate", "reviewer", "chief", "auditor")
CHANGING = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def known(desk: Desk, app: APIFlask, lawyers) -> dict[str, tuple[str, str]]:
    """What can stand in an address: the argument's name → Pudong's own value of it, and Qingpu's."""
    slot = add_slot("qingpu", FRIDAY, time(10))
    one, other = lawyers(2)
    own, foreign = desk.book(applying(one)).ref, desk.book(applying(other, slot.id)).ref
    rolls = [
        str(imports.bring(Actor("chief"), desk.now(), "a.csv", b"x", centre).id) for centre in ("pudong", "qingpu")
    ]
    notices = [failed_notice(ref) for ref in (own, foreign)]
    strikes = [strike_for(ref, desk) for ref in (own, foreign)]
    # The verified are seen from everywhere.
    Lawyer.update(state="refused").where(Lawyer.id == other).execute()
    for centre in ("pudong", "qingpu"):
        Officer.create(account=f"one-of-{centre}", name="某", role="gate", centre=centre, created_at=desk.now())
    return {
        "account": ("one-of-pudong", "one-of-qingpu"),
        "ref": (own, foreign),
        "roll_import": (rolls[0], rolls[1]),
        "lawyer": (str(one), str(other)),
        "notice": (notices[0], notices[1]),
        "strike": (strikes[0], strikes[1]),
        "slot_id": (SLOT, slot.id),
        "mandate": (a_mandate(own, desk), a_mandate(foreign, desk)),
        "room": (a_room("pudong", desk), a_room("qingpu", desk)),
    }


def a_room(centre: str, desk: Desk) -> str:
    return str(rooms.add(Actor("chief"), desk.now(), centre, "1号").id)


def a_mandate(ref: str, desk: Desk) -> str:
    pair = mandates.of_booking(Booking.get_by_id(ref))._replace(person="0" * 32)
    return str(mandates.prove(Actor("chief"), desk.now(), pair, "某", "trial").id)


def failed_notice(ref: str) -> str:
    Notice.update(state="failed").where(Notice.booking == ref).execute()
    return str(Notice.get(Notice.booking == ref).id)


def strike_for(ref: str, desk: Desk) -> str:
    lawyer = Booking.get_by_id(ref).lawyer_id
    return str(Strike.create(booking=ref, lawyer=lawyer, kind="no_show", state="standing", at=desk.now()).id)


def routes(app: APIFlask) -> list[tuple[str, str, str, frozenset[str]]]:
    """Endpoint, method, rule, arguments of every route that asks for a session."""
    return [
        (rule.endpoint.removeprefix("console."), method, rule.rule, frozenset(rule.arguments))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and rule.endpoint.removeprefix("console.") not in PUBLIC
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def call(browser, method, rule, values) -> int:
    path = rule.replace("<int:", "<").replace("<path:", "<")
    for name, value in values.items():
        path = path.replace(f"<{name}>", str(value))
    answer = browser.post(path) if method == "POST" else browser.get(path)
    assert answer.status_code < 500, (method, path, answer.text)
    return answer.status_code


def test_every_route_has_its_row_and_every_row_its_route(app):
    there = {endpoint for endpoint, _, _, _ in routes(app)}
    assert there == set(RIGHTS)
    assert {endpoint for endpoint, _ in MENU} <= there
    public = {r.endpoint.removeprefix("console.") for r in app.url_map.iter_rules()} & PUBLIC
    assert public == PUBLIC


def test_whatever_changes_something_says_so_and_an_auditor_changes_nothing(app):
    for endpoint, method, rule, _ in routes(app):
        assert method in ("GET", *CHANGING)
        changes = method in CHANGING and endpoint not in OWN | ASKS
        assert RIGHTS[endpoint].changes == changes, (method, rule)
        assert not changes or AUDITOR not in RIGHTS[endpoint].roles, (method, rule)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_the_table_says_and_nothing_else(app, signed_in, known, role):
    for endpoint, method, rule, arguments in routes(app):
        values = {name: known[name][0] for name in arguments}
        status = call(signed_in(role), method, rule, values)
        if role in RIGHTS[endpoint].roles:
            assert status not in (401, 403, 404, 405), (role, method, rule, status)
        else:
            assert status == 403, (role, method, rule, status)


@pytest.mark.parametrize("role", ROLES)
def test_what_belongs_to_another_centre_does_not_exist(app, signed_in, known, role):
    """Loaded before anything else is looked at: 404 whatever is sent with it."""
    before = [(b.ref, b.state) for b in Booking.select().order_by(Booking.ref)]
    for endpoint, method, rule, arguments in routes(app):
        if arguments:
            values = {name: known[name][1] for name in arguments}
            expected = 404 if role in RIGHTS[endpoint].roles else 403
            assert call(signed_in(role), method, rule, values) == expected, (role, method, rule)
        elif role in RIGHTS[endpoint].roles:
            assert call(signed_in(role), method, f"{rule}?centre=qingpu", {}) == 404, (role, method, rule)
    assert before == [(b.ref, b.state) for b in Booking.select().order_by(Booking.ref)]


def test_the_bureau_sees_every_centre(app, signed_in, known):
    for endpoint, method, rule, arguments in routes(app):
        if "chief" in RIGHTS[endpoint].roles and method == "GET":
            values = {name: known[name][1] for name in arguments}
            status = call(signed_in("chief", None), method, f"{rule}?centre=qingpu", values)
            assert status in (200, 303), (method, rule, status)
            assert Centre.select().count() == 2


def test_nobody_gets_in_without_a_session(app, stranger, known):
    for endpoint, method, rule, arguments in routes(app):
        values = {name: known[name][0] for name in arguments}
        status = call(stranger, method, rule, values)
        assert status == (303 if method == "GET" else 401), (endpoint, method, rule)
