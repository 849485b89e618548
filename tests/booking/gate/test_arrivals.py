"""Rules 15 and 16: papers are ticked off, a meeting gets a room, and no room is given twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest

import refusals
from booking.desk import Desk
from booking.gate import arrivals, checks, rooms, today
from booking.gate.papers import papers_for
from booking.gate.passes import PassKeys
from booking.policy import Policy
from booking.record.actor import Actor
from booking.review import decisions
from clock import at
from models import Audit, Booking, Centre, Change, Lawyer, Room, Visit, database
from refusals import Refusal
from tests.booking.conftest import FRIDAY, Clock, add_slot, applying

Lawyers = Callable[[int], list[int]]
KEYS = PassKeys(["a secret for the passes of this test"])


@pytest.fixture
def coming(desk: Desk, lawyers: Lawyers, clock: Clock) -> list[str]:
    """Three confirmed bookings; it is half past eight, the gate has been open for an hour."""
    refs = [desk.book(applying(lawyer)).ref for lawyer in lawyers(3)]
    for ref in refs:
        decisions.approve(Actor("officer:chen"), desk.now(), ref)
    clock.moment = at(FRIDAY, time(8, 30))
    return refs


@pytest.fixture
def room(world: None, clock: Clock) -> Room:
    return rooms.add(Actor("chief"), clock(), "pudong", "1号会见室")


def test_the_papers_asked_for_follow_the_mandate() -> None:
    assert papers_for(Policy(), "entrusted")[2] == "授权委托书"
    assert papers_for(Policy(), "legal_aid")[2] == "法律援助公函"
    assert papers_for(Policy(papers=("身份证",)), "entrusted") == ("身份证",)


def test_a_missing_paper_is_named_and_nothing_changes(desk: Desk, coming: list[str]) -> None:
    with pytest.raises(refusals.Invalid, match="尚缺：授权委托书。"):
        arrivals.arrive(Actor("gate"), desk.now(), coming[0], papers=list(papers_for(Policy(), "entrusted")[:2]))
    assert Booking.get_by_id(coming[0]).state == "confirmed"
    assert not Visit.select().exists()


def test_a_paper_that_may_follow_is_written_down_with_the_reason(desk: Desk, coming: list[str]) -> None:
    arrivals.arrive(Actor("gate"), desk.now(), coming[0], papers=["律师执业证原件"], owed=" 律所今日寄到 ")
    visit = Visit.get_by_id(coming[0])
    assert (visit.papers, visit.papers_owed, visit.who) == (["律师执业证原件"], "律所今日寄到", "gate")
    assert Change.get(Change.to_state == "arrived").why == "证件后补：律所今日寄到"
    assert Audit.get(Audit.what == "arrivals.arrived").words == {"owed": "律所今日寄到"}


def test_a_visit_keeps_its_times_and_frees_its_room(desk: Desk, coming: list[str], room: Room, clock: Clock) -> None:
    begun = clock()
    arrivals.arrive(Actor("gate"), desk.now(), coming[0])
    clock.move(minutes=5)
    arrivals.start(Actor("gate"), desk.now(), coming[0], room.id)
    assert Visit.get_by_id(coming[0]).occupies_id == room.id
    clock.move(minutes=50)
    arrivals.finish(Actor("gate"), desk.now(), coming[0])
    visit = Visit.get_by_id(coming[0])
    assert (visit.room_id, visit.occupies_id) == (room.id, None)
    waits = [(moment - begun).total_seconds() / 60 for moment in (visit.arrived_at, visit.started_at, visit.ended_at)]
    assert waits == [0, 5, 55]


def test_a_room_that_is_taken_says_by_whom(desk: Desk, coming: list[str], room: Room) -> None:
    for ref in coming[:2]:
        arrivals.arrive(Actor("gate"), desk.now(), ref)
    arrivals.start(Actor("gate"), desk.now(), coming[0], room.id)
    with pytest.raises(refusals.WrongState, match=f"律师0律师（{coming[0]}）使用，08:30开始"):
        arrivals.start(Actor("gate"), desk.now(), coming[1], room.id)
    assert Booking.get_by_id(coming[1]).state == "arrived"
    assert Visit.get_by_id(coming[1]).started_at is None


def test_a_room_given_on_arrival_is_taken_from_the_start(desk: Desk, coming: list[str], room: Room) -> None:
    other = rooms.add(Actor("chief"), desk.now(), "pudong", "2号会见室")
    for ref in coming[:2]:
        arrivals.arrive(Actor("gate"), desk.now(), ref)
        arrivals.give_room(Actor("gate"), desk.now(), ref, room.id)  # waiting for it takes it from nobody
    arrivals.start(Actor("gate"), desk.now(), coming[0])
    with pytest.raises(refusals.WrongState, match="使用"):
        arrivals.start(Actor("gate"), desk.now(), coming[1])
    arrivals.give_room(Actor("gate"), desk.now(), coming[0], other.id)
    assert arrivals.start(Actor("gate"), desk.now(), coming[1]).state == "meeting"
    with pytest.raises(refusals.WrongState, match="使用"):
        arrivals.give_room(Actor("gate"), desk.now(), coming[1], other.id)
    assert Visit.get_by_id(coming[1]).occupies_id == room.id


def test_a_room_is_given_to_who_is_there_and_in_use_only(desk: Desk, coming: list[str], room: Room) -> None:
    with pytest.raises(refusals.WrongState, match="不能安排会见室"):
        arrivals.give_room(Actor("gate"), desk.now(), coming[0], room.id)
    arrivals.arrive(Actor("gate"), desk.now(), coming[0])
    arrivals.start(Actor("gate"), desk.now(), coming[0], room.id)
    with pytest.raises(refusals.WrongState, match=r"正由律师0律师.*使用，08:30开始，不能停用"):
        rooms.close(Actor("chief"), desk.now(), room)
    arrivals.finish(Actor("gate"), desk.now(), coming[0])
    rooms.close(Actor("chief"), desk.now(), room)
    arrivals.arrive(Actor("gate"), desk.now(), coming[1])
    with pytest.raises(refusals.WrongState, match="已停用"):
        arrivals.start(Actor("gate"), desk.now(), coming[1], room.id)
    Centre.create(code="qingpu", name="青浦区看守所", address="上海市", created_at=desk.now())
    theirs = rooms.add(Actor("chief"), desk.now(), "qingpu", "1号会见室")
    with pytest.raises(refusals.NotFound):
        arrivals.start(Actor("gate"), desk.now(), coming[1], theirs.id)


def test_a_room_has_one_name_and_one_place(desk: Desk, room: Room) -> None:
    with pytest.raises(refusals.AlreadyBound):
        rooms.add(Actor("chief"), desk.now(), "pudong", " 1号会见室 ")
    for name in ("", "长" * 21):
        with pytest.raises(refusals.Invalid):
            rooms.add(Actor("chief"), desk.now(), "pudong", name)
    with pytest.raises(refusals.NotFound):
        rooms.add(Actor("chief"), desk.now(), "nowhere", "1号会见室")
    rooms.add(Actor("chief"), desk.now(), "pudong", "10号会见室")
    assert [(one.name, one.place) for one in rooms.every("pudong")] == [("1号会见室", 1), ("10号会见室", 2)]
    rooms.close(Actor("chief"), desk.now(), room)
    with pytest.raises(refusals.WrongState):
        rooms.close(Actor("chief"), desk.now(), room)
    rooms.reopen(Actor("chief"), desk.now(), room)
    assert Room.get_by_id(room.id).state == "open"


def test_a_second_tab_is_told_that_it_is_done_already(desk: Desk, coming: list[str], clock: Clock) -> None:
    arrivals.arrive(Actor("gate"), desk.now(), coming[0])
    before = Visit.get_by_id(coming[0]).arrived_at
    clock.move(minutes=2)
    with pytest.raises(refusals.WrongState, match="已到场"):
        arrivals.arrive(Actor("another"), desk.now(), coming[0], papers=[], owed="不看")
    visit = Visit.get_by_id(coming[0])
    assert (visit.arrived_at, visit.who, visit.papers_owed) == (before, "gate", "")


def together(desk: Desk, refs: list[str], room: int) -> list[str]:
    barrier = threading.Barrier(len(refs))

    def start(ref: str) -> str:
        barrier.wait()
        try:
            return arrivals.start(Actor("gate"), desk.now(), ref, room).state
        except Refusal as refusal:
            return refusal.code
        finally:
            database.close()

    with ThreadPoolExecutor(len(refs)) as threads:
        return sorted(threads.map(start, refs))


def test_two_officers_never_start_two_meetings_in_one_room(desk: Desk, coming: list[str], room: Room) -> None:
    for ref in coming:
        arrivals.arrive(Actor("gate"), desk.now(), ref)
    assert together(desk, coming, room.id) == ["meeting", "wrong_state", "wrong_state"]
    assert Visit.select().where(Visit.occupies == room.id).count() == 1
    assert sorted(b.state for b in Booking.select()) == ["arrived", "arrived", "meeting"]


def test_without_the_unique_index_they_would(desk: Desk, coming: list[str], room: Room) -> None:
    for ref in coming:
        arrivals.arrive(Actor("gate"), desk.now(), ref)
    database.execute_sql("DROP INDEX visit_occupies_id")
    try:
        assert together(desk, coming, room.id) == ["meeting"] * 3
    finally:
        Visit.update(occupies=None).execute()
        database.execute_sql('CREATE UNIQUE INDEX visit_occupies_id ON visit ("occupies_id")')


def looked(text: str, desk: Desk, centre: str = "pudong") -> str:
    return checks.look(text, centre, KEYS, desk.now()).sign.kind


def test_a_reference_is_found_however_it_is_typed(desk: Desk, coming: list[str]) -> None:
    ref = coming[0]
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in ref)
    misread = ref.replace("0", "o").replace("1", "l").lower()
    for typed in (ref, f" {ref[:4]} {ref[4:]}\n", f"{ref[:4]}-{ref[4:]}", full_width, misread):
        found = checks.look(typed, "pudong", KEYS, desk.now())
        assert found.booking is not None and found.booking.ref == ref and found.sign.kind == "ready"
    assert looked("7K3", desk) == "unreadable"
    assert looked("ZZZZZZZZ", desk) == "unknown"
    assert looked("", desk) == "unreadable"
    assert looked("x" * 5000, desk) == "unreadable"


def test_a_pass_is_worth_what_the_gate_sees_now(desk: Desk, coming: list[str], clock: Clock) -> None:
    booking = Booking.get_by_id(coming[0])
    text = KEYS.issue(booking, Policy()).text
    assert looked(text, desk) == "ready"
    assert looked(text[:-4] + "AAAA", desk) == "forged"
    assert looked(PassKeys(["another house"]).issue(booking, Policy()).text, desk) == "forged"
    assert looked("HJ1.", desk) == "forged"
    clock.move(minutes=20)
    assert looked(text, desk) == "late"
    clock.move(hours=1)
    assert looked(text, desk) == "expired"
    clock.move(days=-1)
    assert looked(text, desk) == "wrong_day"
    clock.moment = at(FRIDAY, time(7))
    assert looked(text, desk) == "early"
    Booking.update(state="cancelled").where(Booking.ref == booking.ref).execute()
    assert looked(text, desk) == "cancelled"
    assert Booking.get_by_id(booking.ref).state == "cancelled" and not Visit.select().exists()


def test_a_pass_of_another_time_or_another_centre_tells_nothing_of_the_person(desk: Desk, coming: list[str]) -> None:
    booking = Booking.get_by_id(coming[0])
    text = KEYS.issue(booking, Policy()).text
    for typed, said in ((text, "elsewhere"), (booking.ref, "unknown")):
        assert checks.look(typed, "qingpu", KEYS, desk.now())[0] is None
        assert checks.look(typed, "qingpu", KEYS, desk.now()).sign.kind == said
    nobodys = checks.look("ZZZZZZZZ", "qingpu", KEYS, desk.now())
    assert checks.look(booking.ref, "qingpu", KEYS, desk.now()) == nobodys  # not even that there is one
    later = at(FRIDAY, time(10))
    Booking.update(starts_at=later).where(Booking.ref == booking.ref).execute()
    assert looked(text, desk) == "outdated"


def test_who_may_not_come_in_is_not_let_in(desk: Desk, coming: list[str], clock: Clock) -> None:
    for moment in (at(FRIDAY, time(7, 29)), at(FRIDAY, time(9, 30)), at(FRIDAY, time(8, 30)).replace(day=28)):
        clock.moment = moment
        with pytest.raises(refusals.WrongState):
            arrivals.arrive(Actor("gate"), desk.now(), coming[0])
    clock.moment = at(FRIDAY, time(8, 50))  # late, and here before the clock has noticed
    assert arrivals.arrive(Actor("gate"), desk.now(), coming[0]).state == "arrived"


def test_today_counts_who_is_where(desk: Desk, coming: list[str], room: Room, clock: Clock) -> None:
    add_slot("pudong", FRIDAY, time(10))
    for ref in coming[:2]:
        arrivals.arrive(Actor("gate"), desk.now(), ref)
    arrivals.start(Actor("gate"), desk.now(), coming[0], room.id)
    now = today.of("pudong", clock())
    morning, later = now.periods
    assert {state: many for state, many in morning.counts.items() if many} == {
        "confirmed": 1,
        "arrived": 1,
        "meeting": 1,
    }
    assert not later.coming and now.total("meeting") == 1 and now.over_time == 0
    assert {one.ref for one in now.next} == set(coming[1:])
    assert [(p.name, p.ref, p.lawyer, p.over) for p in now.places] == [("1号会见室", coming[0], "律师0", 0)]
    clock.move(minutes=71)
    after = today.of("pudong", clock())
    assert after.over_time == 1 and after.places[0].over == 11
    assert after.shown("") is after.periods[0] and after.shown(later.id) is not None
    assert today.of("qingpu", clock()).periods == ()


def test_today_is_the_same_until_something_happens(desk: Desk, coming: list[str], clock: Clock) -> None:
    before = today.of("pudong", clock()).version
    clock.move(seconds=20)
    assert today.of("pudong", clock()).version == before
    arrivals.arrive(Actor("gate"), desk.now(), coming[0])
    assert today.of("pudong", clock()).version != before


def test_today_takes_three_questions_however_many_there_are(
    desk: Desk, coming: list[str], clock: Clock, queries: list[str]
) -> None:
    queries.clear()
    today.of("pudong", clock())
    assert len(queries) == 3 and Lawyer.select().count() == 3
