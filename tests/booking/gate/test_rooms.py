"""The rooms of a centre: in the order it wants them, and none closed with somebody in it."""

import pytest

from booking.gate import rooms
from booking.record.actor import Actor
from models import Audit, Centre, Room
from refusals import WrongState


@pytest.fixture
def three(desk, clock) -> list[Room]:
    return [rooms.add(Actor("chief"), clock(), "pudong", name) for name in ("1号", "2号", "3号")]


def names() -> list[str]:
    return [room.name for room in rooms.every("pudong")]


def test_a_room_moves_up_and_down_by_one(three, clock):
    rooms.shift(Actor("chief"), clock(), three[2], True)
    assert names() == ["1号", "3号", "2号"]
    rooms.shift(Actor("chief"), clock(), three[0], False)
    assert names() == ["3号", "1号", "2号"]
    assert [row.subject for row in Audit.select().where(Audit.what == "room.order").order_by(Audit.id)] == [
        "3号",
        "1号",
    ]


def test_the_first_stays_first_and_the_last_last(three, clock):
    rooms.shift(Actor("chief"), clock(), three[0], True)
    rooms.shift(Actor("chief"), clock(), three[2], False)
    assert names() == ["1号", "2号", "3号"]
    assert not Audit.select().where(Audit.what == "room.order").exists()


def test_rooms_that_shared_a_place_are_put_in_order_too(three, clock):
    Room.update(place=0).execute()
    rooms.shift(Actor("chief"), clock(), three[1], True)
    assert names() == ["2号", "1号", "3号"]


def test_another_centres_rooms_keep_their_places(three, clock):
    Centre.create(code="qingpu", name="青浦区看守所", address="上海市青浦区", created_at=clock())
    other = rooms.add(Actor("chief"), clock(), "qingpu", "甲")
    before = other.place
    rooms.shift(Actor("chief"), clock(), three[0], False)
    assert Room.get_by_id(other.id).place == before


def test_an_order_that_changed_meanwhile_is_not_overwritten(three, clock, monkeypatch):
    as_seen = rooms.every("pudong")
    rooms.shift(Actor("chief"), clock(), three[2], True)
    monkeypatch.setattr(rooms, "every", lambda centre: as_seen)
    with pytest.raises(WrongState, match="顺序"):
        rooms.shift(Actor("chief"), clock(), three[0], False)
    monkeypatch.undo()
    assert names() == ["1号", "3号", "2号"]
