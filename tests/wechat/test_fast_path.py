"""What is answered before Flask is what Flask would have answered, to the letter; and the odd is left to Flask."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from booking.desk import Desk
from clock import now
from models import Booking, Lawyer, Slot
from tests.booking.conftest import FRIDAY, add_lawyers, applying
from tests.wechat.conftest import Phone, a_booking
from wechat.api.fast_path import FastPath

SLOTS = f"/centres/pudong/slots?date={FRIDAY}"


@pytest.fixture
def full(desk: Desk, lin: Phone) -> None:
    """The slot is taken, and somebody was told so: from now on it is remembered."""
    desk.board._full._seconds = 60
    for lawyer in add_lawyers(12, now()):
        desk.book(applying(lawyer))
    assert told(lin.book("the-first"))[2]["code"] == "slot_full"


def both(phone: Phone, ask: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> tuple[bool, Any, Any]:
    """Whether it was answered before Flask, that answer, and Flask's."""
    counted = phone.client.application.extensions.setdefault("counted", [])
    before, swift = len(counted), ask()
    answered = len(counted) > before
    with monkeypatch.context() as patch:
        patch.setattr(FastPath, "_slots", lambda *asked: None)
        patch.setattr(FastPath, "_book", lambda *asked: None)
        return answered, told(swift), told(ask())


def told(answer: Any) -> Any:
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    body = answer.json if answer.is_json else json.loads(answer.text)
    assert len(answer.headers["X-Request-Id"]) == 16
    return answer.status, headers, {name: value for name, value in body.items() if name != "request_id"}


def test_the_slots_of_a_day(lin, monkeypatch):
    answered, swift, flask = both(lin, lambda: lin.get(SLOTS), monkeypatch)
    assert answered
    assert swift == flask


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_only_a_post_books(lin, method):
    """Each of these made a booking: what was not a GET was taken for one."""
    headers = {"Idempotency-Key": "other-method", "Authorization": f"Bearer {lin.token}"}
    answer = lin.client.open("/api/v1/bookings", method=method, json=a_booking(), headers=headers)
    assert answer.status_code == 405
    assert not Booking.select().exists()


def test_a_full_slot(lin, full, monkeypatch):
    answered, swift, flask = both(lin, lambda: lin.book("another"), monkeypatch)
    assert answered
    assert swift == flask
    assert (swift[0], swift[2]["code"], swift[2]["nearest"]) == ("409 CONFLICT", "slot_full", [])


@pytest.mark.parametrize(
    "path",
    [
        f"/centres/nowhere/slots?date={FRIDAY}",
        "/centres/pudong/slots",
        "/centres/pudong/slots?date=2026-02-30",
        f"/centres/pudong/slots?date={FRIDAY}&date=2026-11-30",
        f"/centres/pudong/slots?date={FRIDAY}&x=1",
        f"/centres/PUDONG/slots?date={FRIDAY}",
        "/centres/pudong/slots?date=２０２６-11-27",
    ],
)
def test_an_odd_question_about_slots_is_flasks(lin, path, monkeypatch):
    answered, swift, flask = both(lin, lambda: lin.get(path), monkeypatch)
    assert not answered
    assert swift == flask


ODD_BODIES: list[dict[str, Any]] = [
    {"minutes": 61},
    {"minutes": "60"},
    {"minutes": True},
    {"unknown": 1},
    {"detainee": {"name": ""}},
    {"detainee": {"name": "某甲", "id_no": "110105194912310021"}},
    {"mandate": "friend"},
    {"companions": [{"name": "甲", "role": "lawyer"}, {"name": "乙", "role": "lawyer"}]},
    {"slot_id": "pudong-20261127-0831"},
    {"slot_id": None},
]


@pytest.mark.parametrize("odd", ODD_BODIES)
def test_an_odd_booking_is_refused_alike(lin, full, odd, monkeypatch):
    ask = lambda: lin.post("/bookings", a_booking() | odd, headers={"Idempotency-Key": "odd"})  # noqa: E731
    _, swift, flask = both(lin, ask, monkeypatch)
    assert swift == flask
    assert swift[2]["code"] != "slot_full"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Idempotency-Key": "with blank"},
        {"Idempotency-Key": "x" * 256},
        {"Idempotency-Key": "k", "Authorization": "Bearer x"},
    ],
)
def test_odd_headers_are_flasks(lin, full, headers, monkeypatch):
    answered, swift, flask = both(lin, lambda: lin.post("/bookings", a_booking(), headers=headers), monkeypatch)
    assert not answered
    assert swift == flask


def test_a_doubled_name_in_the_body_is_flasks(lin, full, monkeypatch):
    body = json.dumps(a_booking())[:-1] + ', "minutes": 60}'

    def ask() -> Any:
        headers = {"Authorization": f"Bearer {lin.token}", "Idempotency-Key": "twice"}
        return lin.client.post("/api/v1/bookings", data=body, content_type="application/json", headers=headers)

    answered, swift, flask = both(lin, ask, monkeypatch)
    assert not answered
    assert swift == flask
    assert swift[0] == "400 BAD REQUEST"


def test_nobody_is_told_anything_without_a_session(lin, full, monkeypatch):
    lin.delete("/session")
    for ask in (lambda: lin.get(SLOTS), lambda: lin.book("dead")):
        answered, swift, flask = both(lin, ask, monkeypatch)
        assert not answered
        assert swift == flask
        assert swift[0] == "401 UNAUTHORIZED"


def test_a_booking_and_its_repetition(lin, monkeypatch):
    answered, swift, flask = both(lin, lambda: lin.book("free"), monkeypatch)
    assert answered
    assert (swift[0], flask[0]) == ("201 CREATED", "200 OK")
    assert swift[1:] == flask[1:]
    assert both(lin, lambda: lin.book("free"), monkeypatch)[1] == flask


@pytest.mark.parametrize(
    "code", ["already_booked", "outside_window", "slot_closed", "idempotency_mismatch", "rate_limited"]
)
def test_a_refusal_is_told_alike(lin, desk, clock, monkeypatch, code):
    assert lin.book("mine").status_code == 201
    key, more = "another", {}
    if code == "outside_window":
        clock.move(days=2)
    elif code == "slot_closed":
        Slot.update(open=False, closed_reason="设备检修").execute()
        desk.board._plans.invalidate_day("pudong")
    elif code == "idempotency_mismatch":
        key, more = "mine", {"minutes": 45}
    elif code == "rate_limited":
        for n in range(30):
            lin.book(f"try-{n}")
    answered, swift, flask = both(lin, lambda: lin.book(key, **more), monkeypatch)
    assert answered
    assert swift == flask
    assert swift[2]["code"] == code


def test_a_suspended_lawyer_is_flasks(lin, monkeypatch):
    Lawyer.update(suspended_until=now() + timedelta(days=9)).execute()
    lin.sign_in()
    answered, swift, flask = both(lin, lambda: lin.book("never"), monkeypatch)
    assert not answered
    assert swift == flask
    assert swift[2]["code"] == "suspended"
