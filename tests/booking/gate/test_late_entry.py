"""What the printed list kept while the server was away is entered afterwards, and nothing of it is lost."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

import refusals
from booking.desk import Desk
from booking.gate import arrivals, late_entry, rooms
from booking.gate.late_entry import Times
from booking.record.actor import Actor
from booking.review import decisions
from clock import at
from models import Audit, Booking, Change, Room, Strike, Visit
from tests.booking.conftest import FRIDAY, Clock, applying


def clocked(hour: int, minute: int) -> datetime:
    return at(FRIDAY, time(hour, minute))


@pytest.fixture
def ref(desk: Desk, lawyers: Callable[[int], list[int]], clock: Clock) -> str:
    """Confirmed for 08:30 to 09:30; the server is back at 09:20."""
    ref = desk.book(applying(lawyers(1)[0])).ref
    decisions.approve(Actor("officer:chen"), desk.now(), ref)
    clock.moment = clocked(9, 20)
    return ref


@pytest.fixture
def room(world: None, clock: Clock) -> Room:
    return rooms.add(Actor("chief"), clock(), "pudong", "1号会见室")


def test_a_whole_visit_is_entered_as_it_happened(desk: Desk, ref: str, room: Room) -> None:
    times = Times(clocked(8, 10), clocked(8, 31), clocked(9, 15))
    assert late_entry.enter(Actor("gate"), desk.now(), ref, times, room=room.id).state == "done"
    visit = Visit.get_by_id(ref)
    assert (visit.arrived_at, visit.started_at, visit.ended_at) == times
    assert (visit.room_id, visit.occupies_id, visit.entered_late) == (room.id, None, True)
    steps = [(c.to_state, c.at, c.why) for c in Change.select().where(Change.by == "gate").order_by(Change.id)]
    assert steps == [
        ("arrived", clocked(9, 20), "补录：08:10已到场"),
        ("meeting", clocked(9, 20), "补录：08:31会见中"),
        ("done", clocked(9, 20), "补录：09:15已完成"),
    ]


def test_what_is_still_on_goes_on_and_holds_its_room(desk: Desk, ref: str, room: Room) -> None:
    late_entry.enter(Actor("gate"), desk.now(), ref, Times(clocked(8, 10)))
    assert (
        late_entry.enter(Actor("gate"), desk.now(), ref, Times(None, clocked(8, 31)), room=room.id).state == "meeting"
    )
    assert Visit.get_by_id(ref).occupies_id == room.id
    assert arrivals.finish(Actor("gate"), desk.now(), ref).state == "done"


@pytest.mark.parametrize(
    "times",
    [
        Times(),
        Times(clocked(7, 29)),
        Times(clocked(9, 21)),
        Times(clocked(8, 10) - timedelta(days=1)),
        Times(clocked(8, 40), clocked(8, 31)),
        Times(clocked(8, 10), None, clocked(9, 0)),
    ],
)
def test_impossible_times_are_refused_and_nothing_is_written(desk: Desk, ref: str, times: Times) -> None:
    with pytest.raises(refusals.Invalid):
        late_entry.enter(Actor("gate"), desk.now(), ref, times)
    assert Booking.get_by_id(ref).state == "confirmed" and not Visit.select().exists()


def test_papers_are_ticked_off_on_paper_too(desk: Desk, ref: str) -> None:
    with pytest.raises(refusals.Invalid, match="尚缺"):
        late_entry.enter(Actor("gate"), desk.now(), ref, Times(clocked(8, 10)), papers=[])


def test_one_who_came_in_time_loses_the_strike_and_the_state_stays(desk: Desk, ref: str, room: Room) -> None:
    arrivals.mark_no_shows(desk.now())
    times = Times(clocked(8, 10), clocked(8, 31))
    with pytest.raises(refusals.WrongState, match="撤销"):
        late_entry.enter(Actor("gate"), desk.now(), ref, times)
    assert Strike.get().state == "standing" and not Visit.select().exists()
    late_entry.enter(Actor("gate"), desk.now(), ref, times, room=room.id, waive=True)
    assert (Booking.get_by_id(ref).state, Strike.get().state) == ("no_show", "waived")
    assert Strike.get().waived_why == "系统停用期间律师已按时到场（补录08:10到场）"
    assert {audit.what for audit in Audit.select().where(Audit.who == "gate")} == {
        "strike.waive",
        "arrivals.late",
    }
    assert Visit.get_by_id(ref).occupies_id == room.id
    late_entry.enter(Actor("gate"), desk.now(), ref, Times(None, None, clocked(9, 15)))
    assert (Visit.get_by_id(ref).occupies_id, Visit.get_by_id(ref).ended_at) == (None, clocked(9, 15))


def test_a_room_forgotten_after_a_no_show_is_let_go_however_late(
    desk: Desk, ref: str, room: Room, clock: Clock
) -> None:
    arrivals.mark_no_shows(desk.now())
    late_entry.enter(Actor("gate"), desk.now(), ref, Times(clocked(8, 10), clocked(8, 31)), room=room.id, waive=True)
    clock.move(days=5)
    late_entry.enter(Actor("gate"), desk.now(), ref, Times(None, None, clocked(9, 15)))
    assert Visit.get_by_id(ref).occupies_id is None


def test_a_room_somebody_else_is_in_is_said_so(desk: Desk, ref: str, room: Room) -> None:
    beside = Booking.get_by_id(ref).__data__ | {"ref": "0THER000", "active": None, "detainee_claim": None}
    Booking.create(**beside)
    Visit.create(
        booking="0THER000", arrived_at=clocked(8, 0), started_at=clocked(8, 30), who="gate", room=room, occupies=room
    )
    with pytest.raises(refusals.WrongState, match="1号会见室”正由"):
        late_entry.enter(Actor("gate"), desk.now(), ref, Times(clocked(8, 10), clocked(8, 31)), room=room.id)
    assert Booking.get_by_id(ref).state == "confirmed"


def test_one_who_came_too_late_keeps_the_strike(desk: Desk, ref: str) -> None:
    arrivals.mark_no_shows(desk.now())
    with pytest.raises(refusals.WrongState, match="已过爽约时限"):
        late_entry.enter(Actor("gate"), desk.now(), ref, Times(clocked(8, 45)), waive=True)
    assert Strike.get().state == "standing" and not Visit.select().exists()


def test_the_same_paper_is_entered_once(desk: Desk, ref: str, clock: Clock) -> None:
    late_entry.enter(Actor("gate"), desk.now(), ref, Times(clocked(8, 10)))
    with pytest.raises(refusals.WrongState):
        late_entry.enter(Actor("another"), desk.now(), ref, Times(clocked(8, 12)))
    assert (Visit.get_by_id(ref).arrived_at, Visit.get_by_id(ref).who) == (clocked(8, 10), "gate")
    clock.move(days=4)
    with pytest.raises(refusals.WrongState, match="3天"):
        late_entry.enter(Actor("gate"), desk.now(), ref, Times(None, clocked(8, 31)))
