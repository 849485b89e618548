"""到场: scan a pass or type its reference, check the papers, give a room; and enter from paper what happened meanwhile."""

from datetime import datetime, time

from flask import Response
from pydantic import Field

from booking import words
from booking.desk import findings_now
from booking.gate import arrivals, checks, late_entry, rooms
from booking.gate.late_entry import Times
from booking.gate.papers import papers_for
from booking.lawyers import proof
from booking.policy import Policy
from booking.record.kinds import Kind
from clock import at
from console.door import back, console, here, note_look, page, say
from console.door.context import door
from console.door.forms import Form, read
from console.door.rights import CHIEF, GATE, may
from console.door.scope import booking_in_scope, centre_shown
from models import Booking, Room, Visit, rows_of
from models.states import State
from refusals import Forbidden, Invalid


class Sought(Form):
    """A pass's signed text, or a reference. Sent by POST: a pass is nothing for an address."""

    text: str = Field("", max_length=checks.MOST_TYPED)


class Papers(Form):
    papers: list[str] = Field(default_factory=list, max_length=20)
    owed: str = Field("", max_length=150)


class InRoom(Form):
    room: int | None = Field(None, ge=1, le=2**31 - 1)


class GivenRoom(Form):
    room: int = Field(ge=1, le=2**31 - 1)


class FromPaper(Papers):
    arrived: time | None = None
    started: time | None = None
    ended: time | None = None
    room: int | None = Field(None, ge=1, le=2**31 - 1)
    waive: bool = False


@console.get("/arrivals", endpoint="arrivals")
def arrivals_page() -> str:
    centre_shown()
    return page("arrivals.html", sign=None)


@console.post("/arrivals/search")
def find_arrival() -> str | Response:
    """On to the card; or it is said large why there is none."""
    text, centre = read(Sought).text, centre_shown().code
    found = checks.look(text, centre, door().pass_keys, here().now)
    if found.booking is None or found.sign.kind == "expired":
        return page("arrivals.html", sign=found.sign, booking=found.booking)
    return back("console.arrival", ref=found.booking.ref)


@console.get("/arrivals/<ref>")
def arrival(ref: str) -> str:
    booking = booking_in_scope(ref)
    note_look(Kind.BOOKING_SEEN, booking.ref, at="到场")
    came, sign = Visit.of_booking(booking.ref), checks.sign(booking, here().now)
    return page(
        "arrival.html",
        booking=booking,
        mandate=proof.shown(booking),
        sign=sign,
        lets_in=sign.kind in checks.LET_IN,
        found=findings_now.of([booking], here().now)[booking.ref],
        came=came,
        free=_free_rooms(booking, came),
        any_rooms=bool(rooms.every(booking.centre_id)),
        papers=papers_for(Policy.of(booking.centre), booking.mandate),
        roles_along=words.COMPANIONS,
        words=words,
        may_owe=here().officer.role in (GATE, CHIEF),
        may_miss=_is_late(booking),
        may_waive=may(here().officer.role, "waive_strike"),
    )


@console.post("/arrivals/<ref>/arrival")
def arrive(ref: str) -> Response:
    booking = booking_in_scope(ref)
    given = read(Papers)
    _may_owe(given.owed)
    arrivals.arrive(here().actor, here().now, booking.ref, given.papers, given.owed)
    return _on(booking, "已登记到场")


@console.post("/arrivals/<ref>/start")
def start_meeting(ref: str) -> Response:
    """In a room, wherever the centre has said which there are."""
    booking, room = booking_in_scope(ref), read(InRoom).room
    placed = Visit.select().where(Visit.booking == booking.ref, Visit.room.is_null(False)).exists()
    if booking.state == State.ARRIVED and room is None and not placed and rooms.every(booking.centre_id):
        raise Invalid("请选择会见室", errors=[{"field": "room", "message": "请选择会见室"}])
    arrivals.start(here().actor, here().now, booking.ref, room)
    return _on(booking, "会见已开始")


@console.post("/arrivals/<ref>/room")
def give_room(ref: str) -> Response:
    booking = booking_in_scope(ref)
    arrivals.give_room(here().actor, here().now, booking.ref, read(GivenRoom).room)
    return _on(booking, "会见室已安排")


@console.post("/arrivals/<ref>/finish")
def finish_meeting(ref: str) -> Response:
    booking = booking_in_scope(ref)
    arrivals.finish(here().actor, here().now, booking.ref)
    return _on(booking, "会见已结束，会见室已空出")


@console.post("/arrivals/<ref>/no-show")
def miss(ref: str) -> Response:
    booking = booking_in_scope(ref)
    arrivals.no_show(here().actor, here().desk.now(), booking.ref)
    return _on(booking, "已记爽约一次，并短信告知律师")


@console.post("/arrivals/<ref>/paper")
def enter_late(ref: str) -> Response:
    """Taking back a strike needs who may waive one."""
    booking = booking_in_scope(ref)
    given = read(FromPaper)
    _may_owe(given.owed)
    if given.waive and not may(here().officer.role, "waive_strike"):
        raise Forbidden("撤销爽约须由复核民警或所领导补录")
    times = Times(*(_on_day(booking, clock) for clock in (given.arrived, given.started, given.ended)))
    late_entry.enter(
        here().actor, here().desk.now(), booking.ref, times, room=given.room,
        papers=given.papers, owed=given.owed, waive=given.waive,
    )  # fmt: skip
    return _on(booking, "已按纸质记录补录")


def _on(booking: Booking, words: str) -> Response:
    say(words)
    return back("console.arrival", ref=booking.ref)


def _may_owe(owed: str) -> None:
    if owed and here().officer.role not in (GATE, CHIEF):
        raise Forbidden("证件后补须由核验窗口民警或所领导决定")


def _on_day(booking: Booking, clock: time | None) -> datetime | None:
    return None if clock is None else at(booking.starts_at.date(), clock.replace(tzinfo=None))


def _is_late(booking: Booking) -> bool:
    late_from = Policy.of(booking.centre).late_from(booking.starts_at)
    return booking.state == State.CONFIRMED and here().now >= late_from


def _free_rooms(booking: Booking, came: Visit | None) -> list[Room]:
    """Open, and with nobody in them but these."""
    taken = {room for (room,) in rows_of(Visit.select(Visit.occupies).where(Visit.occupies.is_null(False)))}
    taken.discard(came.occupies_id if came else None)
    return [room for room in rooms.every(booking.centre_id) if room.state == "open" and room.id not in taken]
