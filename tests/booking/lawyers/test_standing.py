"""Rules 10 to 13: no-shows, strikes, the suspension they lead to, and how it ends."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

import refusals
from booking.desk import Desk
from booking.gate import arrivals
from booking.lawyers import standing
from booking.record.actor import Actor
from booking.review import decisions
from clock import at
from models import Audit, Booking, Lawyer, Notice, Strike, Suspension
from tests.booking.conftest import Clock, add_slot, applying

Lawyers = Callable[[int], list[int]]


def a_confirmed_meeting(desk: Desk, lawyer: int, clock: Clock, day: date) -> Booking:
    """On `day` at 10:00, booked three days before."""
    slot = add_slot("pudong", day, time(10))
    clock.moment = at(date.fromordinal(day.toordinal() - 3), time(12))
    ref = desk.book(applying(lawyer, slot=slot.id)).ref
    return decisions.approve(Actor("officer:chen"), desk.now(), ref)


def miss(desk: Desk, lawyer: int, clock: Clock, day: date) -> Booking:
    booking = a_confirmed_meeting(desk, lawyer, clock, day)
    clock.moment = at(day, time(10, 15))
    assert arrivals.mark_no_shows(desk.now()) == 1
    return Booking.get_by_id(booking.ref)


def told_by_themselves() -> list[str]:
    """What was told about no one booking."""
    return [n.kind for n in Notice.select().where(Notice.booking.is_null()).order_by(Notice.id)]


def test_a_lawyer_who_comes_is_marked_and_gets_no_strike(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    booking = a_confirmed_meeting(desk, lawyers(1)[0], clock, date(2026, 12, 1))
    with pytest.raises(refusals.WrongState, match="不是今天的预约"):
        arrivals.arrive(Actor("officer:gate"), desk.now(), booking.ref)
    clock.moment = at(date(2026, 12, 1), time(8, 59))
    with pytest.raises(refusals.WrongState, match="来早了：10:00会见，09:00起"):
        arrivals.arrive(Actor("officer:gate"), desk.now(), booking.ref)
    clock.moment = at(date(2026, 12, 1), time(9, 30))
    for step in (arrivals.arrive, arrivals.start, arrivals.finish):
        step(Actor("officer:gate"), desk.now(), booking.ref)
    clock.move(hours=2)
    assert arrivals.mark_no_shows(desk.now()) == 0
    assert not Strike.select().exists()
    assert [c.to_state for c in booking.history()] == ["submitted", "confirmed", "arrived", "meeting", "done"]


def test_a_state_never_skips_and_never_goes_back(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    booking = a_confirmed_meeting(desk, lawyers(1)[0], clock, date(2026, 12, 1))
    clock.moment = at(date(2026, 12, 1), time(9, 30))
    with pytest.raises(refusals.WrongState):
        arrivals.start(Actor("officer:gate"), desk.now(), booking.ref)
    arrivals.arrive(Actor("officer:gate"), desk.now(), booking.ref)
    with pytest.raises(refusals.WrongState):
        decisions.approve(Actor("officer:chen"), desk.now(), booking.ref)
    with pytest.raises(refusals.WrongState):
        arrivals.arrive(Actor("officer:gate"), desk.now(), booking.ref)


def test_fifteen_minutes_late_is_a_no_show_and_one_strike(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    booking = a_confirmed_meeting(desk, lawyers(1)[0], clock, date(2026, 12, 1))
    clock.moment = at(date(2026, 12, 1), time(10, 14, 59))
    assert arrivals.mark_no_shows(desk.now()) == 0
    clock.move(seconds=1)
    assert arrivals.mark_no_shows(desk.now()) == 1
    assert arrivals.mark_no_shows(desk.now()) == 0
    assert Strike.select().count() == 1
    assert Booking.get_by_id(booking.ref).state == "no_show"
    assert [n.words["strikes"] for n in Notice.select().where(Notice.kind == "no_show")] == ["1"]


def test_three_no_shows_suspend_and_after_ninety_days_the_lawyer_books_again(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    (lawyer,) = lawyers(1)
    for day in (1, 2, 3):
        assert not Lawyer.get_by_id(lawyer).is_suspended(clock())
        miss(desk, lawyer, clock, date(2026, 12, day))
    until = at(date(2027, 3, 3), time(10, 15))
    assert standing.of(Lawyer.get_by_id(lawyer), clock())[1:] == (3, until)
    assert {s.state for s in Strike.select()} == {"used"}

    add_slot("pudong", date(2026, 12, 7), time(10))
    with pytest.raises(refusals.Suspended, match="2027年3月3日 10:15") as refused:
        desk.book(applying(lawyer, slot="pudong-20261207-1000"))
    assert refused.value.extra["suspended_until"] == until

    clock.moment = until
    assert standing.end_suspensions(desk.now()) == 1
    assert standing.end_suspensions(desk.now()) == 0
    add_slot("pudong", date(2027, 3, 8), time(10))
    assert desk.book(applying(lawyer, slot="pudong-20270308-1000")).ref
    assert told_by_themselves() == ["suspended", "suspension_over"]


def test_the_suspension_ends_on_its_instant(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    lawyer = Lawyer.get_by_id(lawyers(1)[0])
    lawyer.suspended_until = datetime.fromisoformat("2026-11-24T10:00:00+08:00")
    assert lawyer.is_suspended(at(date(2026, 11, 24), time(9, 59, 59)))
    assert not lawyer.is_suspended(at(date(2026, 11, 24), time(10)))


def test_a_waived_strike_ends_the_suspension_it_led_to(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    for day in (1, 2, 3):
        miss(desk, lawyer, clock, date(2026, 12, day))
    first = Strike.select().order_by(Strike.id).get()
    standing.appeal(lawyer, first.id, "当日系统故障，已到场", desk.now())
    with pytest.raises(refusals.WrongState):
        standing.appeal(lawyer, first.id, "再次申诉", desk.now())
    standing.waive(Actor("officer:chief"), desk.now(), first.id, why="核实已到场")
    assert standing.of(Lawyer.get_by_id(lawyer), clock())[1:] == (1, None)
    assert sorted(s.state for s in Strike.select()) == ["standing", "standing", "waived"]
    assert Suspension.get().lifted_at == clock()
    assert told_by_themselves() == ["suspended", "suspension_over"]
    clock.move(days=100)
    assert standing.end_suspensions(desk.now()) == 0
    with pytest.raises(refusals.WrongState):
        standing.waive(Actor("officer:chief"), desk.now(), first.id, why="再次撤销")


def test_anothers_strike_is_not_appealed(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    mine, other = lawyers(2)
    miss(desk, mine, clock, date(2026, 12, 1))
    with pytest.raises(refusals.NotFound):
        standing.appeal(other, Strike.get().id, "不是我的", desk.now())


def test_a_strike_waived_after_the_suspension_brings_no_other_back(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    for day in (1, 2, 3):
        miss(desk, lawyer, clock, date(2026, 12, day))
    clock.move(days=91)
    assert standing.end_suspensions(desk.now()) == 1
    standing.waive(Actor("officer:chief"), desk.now(), Strike.select().order_by(Strike.id).get().id, why="核实已到场")
    assert standing.of(Lawyer.get_by_id(lawyer), clock())[1:] == (3, None)


def test_of_two_suspensions_only_the_last_is_told_over(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    for days in (10, 20, 20):
        until = clock() + timedelta(days=days)
        Suspension.create(lawyer=lawyer, since=clock(), until=until)
        Lawyer.update(suspended_until=until).where(Lawyer.id == lawyer).execute()
    clock.move(days=10)
    assert standing.end_suspensions(desk.now()) == 1
    assert told_by_themselves() == []
    clock.move(days=10)
    assert standing.end_suspensions(desk.now()) == 2
    assert told_by_themselves() == ["suspension_over"]


def test_an_officer_marks_who_did_not_come_once_it_is_late(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    booking = a_confirmed_meeting(desk, lawyers(1)[0], clock, date(2026, 12, 1))
    clock.moment = at(date(2026, 12, 1), time(10, 14))
    with pytest.raises(refusals.WrongState, match="10:15起"):
        arrivals.no_show(Actor("officer:gate"), desk.now(), booking.ref)
    clock.move(minutes=1)
    assert arrivals.no_show(Actor("officer:gate"), desk.now(), booking.ref).state == "no_show"
    assert [(strike.booking_id, strike.kind) for strike in Strike.select()] == [(booking.ref, "no_show")]
    assert [c.by for c in booking.history()][-1] == "officer:gate"
    assert Audit.select().where(Audit.what == "arrivals.no_show", Audit.subject == booking.ref).count() == 1
    with pytest.raises(refusals.WrongState, match="爽约"):
        arrivals.no_show(Actor("officer:gate"), desk.now(), booking.ref)
    assert arrivals.mark_no_shows(desk.now()) == 0


def test_who_has_come_is_not_marked_by_an_officer(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    booking = a_confirmed_meeting(desk, lawyers(1)[0], clock, date(2026, 12, 1))
    clock.moment = at(date(2026, 12, 1), time(9, 30))
    arrivals.arrive(Actor("officer:gate"), desk.now(), booking.ref)
    clock.move(hours=2)
    with pytest.raises(refusals.WrongState):
        arrivals.no_show(Actor("officer:gate"), desk.now(), booking.ref)
    assert not Strike.select().exists()


def test_the_missed_meeting_is_told_before_the_suspension(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    lawyer = lawyers(1)[0]
    for day in (1, 2, 3):
        miss(desk, lawyer, clock, date(2026, 12, day))
    told = [n for n in Notice.select().order_by(Notice.id) if n.kind in ("no_show", "suspended")]
    assert [n.kind for n in told] == ["no_show", "no_show", "no_show", "suspended"]
    assert [n.words["strikes"] for n in told[:3]] == ["1", "2", "3"]


def test_a_suspension_is_lifted_once_told_and_its_strikes_stay_used(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    with pytest.raises(refusals.WrongState):
        standing.lift(Actor("chief-pudong"), desk.now(), lawyer, "系统误记")
    for day in (1, 2, 3):
        miss(desk, lawyer, clock, date(2026, 12, day))
    with pytest.raises(refusals.Invalid):
        standing.lift(Actor("chief-pudong"), desk.now(), lawyer, " ")
    assert standing.lift(Actor("chief-pudong"), desk.now(), lawyer, "系统误记").suspended_until is None
    assert {s.state for s in Strike.select()} == {"used"}
    assert Notice.select().where(Notice.kind == "suspension_over").count() == 1
    (lifted,) = Audit.select().where(Audit.what == "suspension.lift")
    assert (lifted.who, lifted.subject) == ("chief-pudong", f"lawyer-{lawyer}")
    with pytest.raises(refusals.WrongState):
        standing.lift(Actor("chief-pudong"), desk.now(), lawyer, "系统误记")
    with pytest.raises(refusals.NotFound):
        standing.lift(Actor("chief-pudong"), desk.now(), 99, "系统误记")
