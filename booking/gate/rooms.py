"""Meeting rooms: named, opened and closed by the centre, and given to one meeting at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import reduce
from operator import or_

from peewee import Case, IntegrityError, fn

from booking import by_id
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Booking, Lawyer, Room, Visit, database
from refusals import AlreadyBound, Invalid, NotFound, WrongState

LONGEST_NAME = 20


def every(centre: str) -> list[Room]:
    return Room.of_centre(centre)


def of(centre: str, room: int) -> Room:
    """Raises NotFound, also for another centre's."""
    known = 0 < room < 2**31  # more is no column's number
    found = Room.get_or_none(Room.id == room, Room.centre == centre) if known else None
    if found is None:
        raise NotFound("没有这个会见室")
    return found


def named(centre: str, name: str) -> Room:
    """Raises NotFound."""
    found = Room.get_or_none(Room.centre == centre, Room.name == name.strip())
    if found is None:
        raise NotFound(f"没有名为{name}的会见室")
    return found


def add(actor: Actor, now: datetime, centre: str, name: str) -> Room:
    """The last in the list. Raises Invalid, NotFound for an unknown centre, AlreadyBound where the name is taken."""
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(f"会见室名称须为1至{LONGEST_NAME}字")
    by_id.centre(centre)
    last = Room.select(fn.COALESCE(fn.MAX(Room.place), 0) + 1).where(Room.centre == centre)
    row = {"centre": centre, "name": name, "state": "open", "place": last}
    with database.atomic():
        if not Room.insert(row).on_conflict_ignore().as_rowcount().execute():
            raise AlreadyBound(f"会见室“{name}”已登记")
        note(actor, now, Kind.ROOM_ADD, name, centre=centre)
    return named(centre, name)


def close(actor: Actor, now: datetime, room: Room) -> None:
    """Raises WrongState while a meeting is on in it, saying which, and when it is closed already."""
    free = ~fn.EXISTS(Visit.select(Visit.booking).where(Visit.occupies == room.id))
    try:
        _turn(actor, now, room, "open", "closed", free, f"会见室“{room.name}”已停用")
    except WrongState:
        if Visit.select().where(Visit.occupies == room.id).exists():
            raise WrongState(f"{_taken(room)}，不能停用") from None
        raise


def reopen(actor: Actor, now: datetime, room: Room) -> None:
    """Raises WrongState when it is open already."""
    _turn(actor, now, room, "closed", "open", Room.id == room.id, f"会见室“{room.name}”已在使用")


def shift(actor: Actor, now: datetime, room: Room, up: bool) -> None:
    """One place up or down in the list; the first stays first. Raises WrongState where the order changed meanwhile."""
    before = every(str(room.centre_id))
    order, at = [one.id for one in before], [one.id for one in before].index(room.id)
    to = min(max(at + (-1 if up else 1), 0), len(order) - 1)
    if to == at:
        return
    order.insert(to, order.pop(at))
    places = Case(Room.id, [(one, place) for place, one in enumerate(order, 1)])
    same = reduce(or_, ((Room.id == one.id) & (Room.place == one.place) for one in before))
    with database.atomic():
        if Room.update(place=places).where(same).execute() != len(order):
            raise WrongState("会见室的顺序刚刚有变化，请重看后再调整")
        note(actor, now, Kind.ROOM_ORDER, room.name, centre=room.centre_id)


def to_use(centre: str, room: int) -> Room:
    """A room a meeting may be given. Raises NotFound, WrongState for a closed one."""
    found = of(centre, room)
    if found.state != "open":
        raise WrongState(f"会见室“{found.name}”已停用")
    return found


@contextmanager
def exclusively(room: Room | None) -> Iterator[None]:
    """Around the transaction that gives a room: the second to give it is told who has it. Raises WrongState."""
    try:
        yield
    except IntegrityError:
        if room is None:
            raise
        raise WrongState(_taken(room)) from None


def _taken(room: Room) -> str:
    there = Visit.select(Visit, Booking, Lawyer).join(Booking).join(Lawyer).where(Visit.occupies == room.id)
    if (visit := there.first()) is None:
        return f"会见室“{room.name}”刚刚被占用，请重选"
    since = f"{visit.started_at:%H:%M}" if visit.started_at else ""
    return f"会见室“{room.name}”正由{visit.booking.lawyer.name}律师（{visit.booking_id}）使用，{since}开始"


def _turn(actor: Actor, now: datetime, room: Room, before: str, after: str, where: object, otherwise: str) -> None:
    with database.atomic():
        here = (Room.id == room.id) & (Room.state == before)
        if not Room.update(state=after).where(here, where).execute():
            raise WrongState(otherwise)
        what = Kind.ROOM_CLOSE if after == "closed" else Kind.ROOM_OPEN
        note(actor, now, what, room.name, centre=room.centre_id)
    room.state = after
