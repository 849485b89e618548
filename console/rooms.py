"""会见室: named, taken out of use and back by the chief."""

from typing import Literal

from flask import Response
from pydantic import Field

from booking.gate import rooms
from console.door import back, console, here, page, say
from console.door.forms import Form, read
from console.door.scope import centre_shown
from models import Room


class NewRoom(Form):
    name: str = Field(min_length=1, max_length=rooms.LONGEST_NAME)


class RoomPosition(Form):
    to: Literal["up", "down"]


@console.get("/rooms", endpoint="rooms")
def rooms_page() -> str:
    centre = centre_shown()
    return page("rooms.html", centre=centre, rooms=rooms.every(centre.code))


@console.post("/rooms")
def add_room() -> Response:
    made = rooms.add(here().actor, here().now, centre_shown().code, read(NewRoom).name)
    say(f"已登记会见室“{made.name}”")
    return back("console.rooms", centre=made.centre_id)


@console.post("/rooms/<int:room>/closing")
def close_room(room: int) -> Response:
    found = _room_here(room)
    rooms.close(here().actor, here().now, found)
    say(f"会见室“{found.name}”已停用")
    return back("console.rooms", centre=found.centre_id)


@console.post("/rooms/<int:room>/reopening")
def reopen_room(room: int) -> Response:
    found = _room_here(room)
    rooms.reopen(here().actor, here().now, found)
    say(f"会见室“{found.name}”已恢复使用")
    return back("console.rooms", centre=found.centre_id)


@console.post("/rooms/<int:room>/place")
def place_room(room: int) -> Response:
    """One up or one down in the list."""
    found, to = _room_here(room), read(RoomPosition).to
    rooms.shift(here().actor, here().now, found, to == "up")
    return back("console.rooms", centre=found.centre_id)


def _room_here(room: int) -> Room:
    """Raises NotFound, also for another centre's."""
    return rooms.of(centre_shown().code, room)
