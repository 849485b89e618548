"""What the hot way tells is what the slow way would have told, to the letter; and whatever is odd it leaves alone."""

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from models import Booking, Centre, Lawyer, Session
from tests.service import later
from tests.wechat.hot.conftest import Door

ID = "11010519491231002X"


def check(door: Door, ask: Any) -> Any:
    """Asserts that both are alike; answers what the hot way told, None where it left it."""
    hot, slow = door.both(ask)
    assert hot is None or hot == slow
    return hot


def is_full(hot: Any) -> bool:
    return hot is not None and hot[2].get("code") == "slot_full"


ORDINARY: list[dict[str, Any]] = [
    {},
    {"detainee": {"name": "周某"}},
    {"case_no": "（2026）沪0115刑初1号"},
    {"permit_no": "许1", "case_no": "案1"},
    {"companions": []},
    {"minutes": 45},
    {"mandate": "legal_aid", "stage": "investigation"},
    {"detainee": {"id_no": ID, "name": "阿卜杜拉·𠮷"}},
]
ODD: list[dict[str, Any]] = [
    {"minutes": 61},
    {"minutes": 0},
    {"minutes": "60"},
    {"minutes": True},
    {"minutes": 60.0},
    {"minutes": 10**30},
    {"unknown": 1},
    {"detainee": {"name": ""}},
    {"detainee": {"name": "  "}},
    {"detainee": {"name": " 周某 "}},
    {"detainee": {"name": "周\u200b某"}},
    {"detainee": {"name": "周\u0000某"}},
    {"detainee": {"name": "周\u034f某"}},
    {"detainee": {"name": "周" * 61}},
    {"detainee": {"name": "周某", "id_no": "110105194912310021"}},
    {"detainee": {"name": "周某", "id_no": "11010519491231002x"}},
    {"detainee": {"name": "周某", "id_no": "110105 19491231 002X"}},
    {"detainee": {"name": "周某", "id_no": "11010519490230002X"}},
    {"detainee": {"name": "周某", "id_no": None}},
    {"detainee": {"name": "周某", "id_no": "E12345678", "document": "passport"}},
    {"detainee": {"name": "周某", "custody_no": "2026031208"}},
    {"detainee": {"name": "周某", "extra": 1}},
    {"detainee": ["周某"]},
    {"mandate": "friend"},
    {"stage": None},
    {"case_no": ""},
    {"case_no": None},
    {"case_no": "a:b"},
    {"companions": [{"name": "甲", "role": "lawyer"}, {"name": "乙", "role": "lawyer"}]},
    {"companions": None},
    {"slot_id": "pudong-20261127-0831"},
    {"slot_id": "pudong"},
    {"slot_id": "看守所"},
    {"slot_id": None},
]
RAW: list[Any] = [
    lambda form: form[:-1] + b', "minutes": 60}',
    lambda form: form.replace(b'"minutes"', b'"min\\u0075tes"', 1),
    lambda form: form.replace(b'"name"', b'"name": "x", "name"', 1),
    lambda form: form[: len(form) // 2],
    lambda form: form + b" x",
    lambda form: b"\xef\xbb\xbf" + form,
    lambda form: form.replace("周".encode(), b"\xff", 1),
    lambda form: form.replace("周".encode(), b"\\ud800", 1),
    lambda form: form.replace(b"60", b"6e1", 1),
    lambda form: form.replace(b"60", b"NaN", 1),
    lambda form: form.replace(b"60", b"060", 1),
    lambda form: b"[" + form + b"]",
    lambda form: b"{}",
    lambda form: b"",
    lambda form: form + b" " * 70_000,
    lambda form: b"  " + form.replace(b",", b" , \n") + b"\n",
]


FINE = (1, len(RAW) - 1)  # another way to write a name, and blanks

HEADERS: list[dict[str, str]] = [
    {"Idempotency-Key": ""},
    {"Idempotency-Key": "with blank"},
    {"Idempotency-Key": "x" * 256},
    {"Idempotency-Key": "编号"},
    {"Authorization": ""},
    {"Authorization": "Bearer x"},
    {"Authorization": "Bearer " + "x" * 43},
    {"Authorization": "Basic eDp5"},
    {"Content-Type": ""},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/json; charset=utf-8"},
    {"Transfer-Encoding": "chunked"},
    {"X-Forwarded-Host": "evil.example"},
    {"If-None-Match": "*"},
]
LOOKS = ["/centres", "/centres/pudong/days", "/centres/pudong/slots?date={day}"]
ODD_LOOKS = [
    "/centres/",
    "/centres?x=1",
    "/centres/pudong",
    "/centres/pudong/days/",
    "/centres/pudong/days?date=2026-11-27",
    "/centres/nowhere/days",
    "/centres/nowhere/slots?date={day}",
    "/centres/pudong/slots",
    "/centres/pudong/slots?date=2026-02-30",
    "/centres/pudong/slots?date={day}&date=2026-11-30",
    "/centres/pudong/slots?date={day}&x=1",
    "/centres/pudong/slots?date=0001-01-01",
    "/centres/PUDONG/slots?date={day}",
    "/centres/pudong/slots?date=２０２６-11-27",
]
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "POST"]
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_full_slot_is_told_alike_and_hot(door: Door):
    for more in ORDINARY:
        hot = check(door, lambda more=more: door.book(door.form(**more)))
        assert hot is not None, more
        assert (hot[0], hot[2]["code"]) == ("409 CONFLICT", "slot_full"), more
        assert [slot["id"] for slot in hot[2]["nearest"]] == [door.free]


@SQLITE
def test_an_odd_form_is_told_alike(door: Door):
    for more in ODD:
        assert not is_full(check(door, lambda more=more: door.book(door.form(**more)))), more


@SQLITE
def test_an_odd_body_is_told_alike(door: Door):
    for number, change in enumerate(RAW):
        body = change(json.dumps(door.form(), ensure_ascii=False).encode())
        hot = check(door, lambda body=body: door.book(body))
        assert is_full(hot) == (number in FINE), number


@SQLITE
def test_odd_headers_are_told_alike(door: Door):
    for headers in HEADERS:
        check(door, lambda headers=headers: door.book(**headers))
        for path in LOOKS:
            check(door, lambda headers=headers, path=path: door.get(path.format(day=door.day), **headers))


@SQLITE
def test_another_method_is_told_alike(door: Door):
    before = Booking.select().count()
    for method, path in product(METHODS, [*LOOKS, "/bookings"]):
        where = path.format(day=door.day)
        check(door, lambda method=method, where=where: door.ask(method, where, door.form(), **{"Idempotency-Key": "k"}))
    assert Booking.select().count() == before


def test_looks_are_told_alike_and_hot(door: Door):
    for path in LOOKS:
        hot = check(door, lambda path=path: door.get(path.format(day=door.day)))
        assert hot is not None, path
        assert hot[0] == "200 OK"


@SQLITE
def test_an_odd_question_is_told_alike(door: Door):
    for path in ODD_LOOKS:
        check(door, lambda path=path: door.get(path.format(day=door.day)))


def test_every_standing_is_told_alike(door: Door):
    """Changed long enough ago for every process to have seen it: this one has not met him yet."""
    for lawyer, (state, change) in zip(door.lawyers[1:], STANDINGS.items(), strict=False):
        door.token = door.token_of(lawyer)
        change(Lawyer.id == lawyer, Session.openid == Lawyer.get_by_id(lawyer).openid)
        assert check(door, door.book) is None, state
        days = check(door, lambda: door.get("/centres/pudong/days"))
        assert (days is None) == (state in ("revoked", "expired")), state


STANDINGS: dict[str, Callable[..., object]] = {
    "pending": lambda his, session: Lawyer.update(state="pending").where(his).execute(),
    "refused": lambda his, session: Lawyer.update(state="refused").where(his).execute(),
    "suspended": lambda his, session: Lawyer.update(suspended_until=later(9999)).where(his).execute(),
    "unbound": lambda his, session: Lawyer.update(openid=None, state="refused").where(his).execute(),
    "revoked": lambda his, session: Session.update(revoked_at=later(0)).where(session).execute(),
    "expired": lambda his, session: Session.update(expires_at=later(0)).where(session).execute(),
    "a stranger": lambda his, session: Session.update(openid="oStranger").where(session).execute(),
}


def test_whoever_holds_a_seat_of_a_full_slot_gets_his_answer_again(door: Door):
    lawyer = door.lawyers[-1]
    door.token = door.token_of(lawyer)
    key = f"key-{lawyer}-{door.full}"
    hot = check(door, lambda: door.book(key=key))
    assert hot is not None
    assert hot[2]["code"] == "idempotency_mismatch"
    assert check(door, lambda: door.book(key="another"))[2]["code"] == "slot_full"


def test_a_booking_and_its_repetition(door: Door):
    form = door.form(slot_id=door.free)
    hot, slow = door.both(lambda: door.book(form, key="free"))
    assert hot is not None
    assert (hot[0], slow[0]) == ("201 CREATED", "200 OK")
    assert hot[1:] == slow[1:]
    assert check(door, lambda: door.book(form, key="free"))[0] == "200 OK"
    assert check(door, lambda: door.book(form | {"minutes": 45}, key="free"))[2]["code"] == "idempotency_mismatch"
    for code in ("already_booked", "already_booked"):  # the second time before he takes a seat
        assert check(door, lambda: door.book(form, key="again"))[2]["code"] == code


def test_a_centre_changed_is_told_within_a_moment(door: Door):
    assert check(door, lambda: door.get("/centres")) is not None
    Centre.update(name="浦东").execute()
    door.hot._looks._centres.invalidate_day("")
    assert check(door, lambda: door.get("/centres"))[2]["centres"][0]["name"] == "浦东"
