"""An ended session that the roster does not know of yet is told nothing of its lawyer's own, and books nothing."""

from typing import Any

import pytest

from models import Booking, Lawyer
from tests.wechat.hot.conftest import Door
from tests.wechat.hot.test_roster import revoke, suspended
from wechat.api.hot.door import HotDoor


@pytest.fixture
def his(door: Door) -> dict[str, Any]:
    """Booked, and refused once for it: the next time he is refused before he takes a seat."""
    form = door.form(slot_id=door.free)
    assert door.book(form, key="his").status_code == 201
    assert refused(door, form) == "already_booked"
    return form


def refused(door: Door, form: dict[str, Any], key: str = "again") -> str:
    code: str = door.book(form, key=key).get_json()["code"]
    return code


def redis_forgets(door: Door) -> None:
    door.app.extensions["huijian"].redis.delete(*door.app.extensions["huijian"].redis.keys("visitor:*") or ["-"])


def test_he_books_nothing(door: Door):
    door.both(lambda: door.get("/centres/pudong/days"))
    revoke(door)
    made, before = Booking.select().count(), door.answered_hot
    assert refused(door, door.form(slot_id=door.free), key="new") == "unauthenticated"
    assert door.answered_hot == before + 1
    assert Booking.select().count() == made


def test_he_hears_nothing_of_what_is_his(door: Door, his: dict[str, Any]):
    revoke(door)
    redis_forgets(door)
    assert refused(door, his, key="his") == "unauthenticated"  # it was booked, in the sitting's words
    assert refused(door, his) == "unauthenticated"
    assert refused(door, his | {"minutes": 7}, key="his") == "unauthenticated"


def test_the_control_where_nobody_looks_twice(door: Door, his: dict[str, Any], monkeypatch):
    monkeypatch.setattr(HotDoor, "_look_twice", lambda door, token: None)
    revoke(door)
    redis_forgets(door)
    assert refused(door, his) == "already_booked"
    assert refused(door, his | {"minutes": 7}, key="his") == "idempotency_mismatch"


def test_who_was_suspended_a_moment_ago_is_told_so(door: Door, his: dict[str, Any]):
    suspended(Lawyer.get_by_id(door.lawyers[0]))
    redis_forgets(door)
    before = door.answered_hot
    assert refused(door, his) == "suspended"
    assert door.answered_hot == before  # by the slow way
    assert refused(door, door.form(slot_id=door.free, minutes=45), key="new") == "suspended"
