"""The rooms of a centre: in the order it wants them, and none closed with somebody in it."""

import pytest

from booking.gate import rooms
from models import Audit, Centre, Room
from refusals import WrongState


@pytest.fixture
def three(desk, clock) -> list[Room]:
    return [rooms.add("pudong", name, clock(), "chief") for name in ("1号", "2号", "3号")]


def names() -> list[str]:
    return [room.name for room in rooms.every("pudong")]


def test_a_room_moves_up_and_down_by_one(three, clock):
    rooms.shift(three[2], True, clock(), "chief")
    assert names() == ["1号", "3号", "2号"]
    rooms.shift(three[0], False, clock(), "chief")
    assert names() == ["3号", "1号", "2号"]
    assert [row.subject for row in Audit.select().where(Audit.what == "room.order").order_by(Audit.id)] == [
        "3号",
        "1号",
    ]


def test_the_first_stays_first_and_the_last_last(three, clock):
    rooms.shift(three[0], True, clock(), "chief")
    rooms.shift(three[2], False, clock(), "chief")
    assert names() == ["1号", "2号", "3号"]
    assert not Audit.select().where(Audit.what == "room.order").exists()


def test_rooms_that_shared_a_place_are_put_in_order_too(three, clock):
    Room.update(place=0).execute()
    rooms.shift(three[1], True, clock(), "chief")
    assert names() == ["2号", "1号", "3号"]


def test_another_centres_rooms_keep_their_places(three, clock):
    Centre.create(code="qingpu", name="青浦区看守所", address="上海市青浦区", created_at=clock())
    other = rooms.add("qingpu", "甲", clock(), "chief")
    before = other.place
    rooms.shift(three[0], False, clock(), "chief")
    assert Room.get_by_id(other.id).place == before


def test_an_order_that_changed_meanwhile_is_not_overwritten(three, clock, monkeypatch):
    as_seen = rooms.every("pudong")
    rooms.shift(three[2], True, clock(), "chief")
    monkeypatch.setattr(rooms, "every", lambda centre: as_seen)
    with pytest.raises(WrongState, match="顺序"):
        rooms.shift(three[0], False, clock(), "chief")
    monkeypatch.undo()
    assert names() == ["1号", "3号", "2号"]
