"""Findings are made anew whenever somebody or something decides or acts, and lists that change put bookings up again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from booking.desk import Desk, findings_now, recheck
from booking.gate import arrivals, checks
from booking.lawyers import licences
from booking.record.actor import Actor
from booking.review import decisions, in_bulk, queue
from booking.roll import register, roll
from booking.roll.sheets import Row
from clock import at
from models import Audit, Booking, Detainee, Lawyer, RollEntry
from refusals import WrongState
from tests.booking.conftest import FRIDAY, Clock, applying, certain

Lawyers = Callable[[int], list[int]]
CHEN, CHIEF = Actor("review-pudong", "pudong"), Actor("chief")
DEADLINE = at(date(2026, 11, 26), time(18))
REVOKED = "律师名册显示该执业证已吊销"


def on_the_roll(lawyer: int, clock: Clock, **change: str) -> None:
    """The roll is brought again with another word about one lawyer."""
    one = Lawyer.get_by_id(lawyer)
    cells = {"licence_no": one.licence_no, "name": one.name, "firm": one.firm, "id_no": "11010519491231002X",
             "phone": "", "state": "执业", "valid_until": ""}  # fmt: skip
    report = roll.import_roll(CHIEF, clock(), [Row(2, cells | change)])
    assert report.written and not report.wrong


def held(clock: Clock, *people: tuple[str, str], **change: str) -> None:
    """The centre's register is brought again, whole."""
    rows = [
        Row(n, {"name": name, "id_no": id_no, "ward": "三监区", "case_no": "", "permit_case": "", **change})
        for n, (name, id_no) in enumerate(people, 2)
    ]
    report = register.import_register(CHIEF, clock(), "pudong", rows)
    assert report.written, report.wrong


def state(ref: str) -> str:
    return str(Booking.get_by_id(ref).state)


def codes(ref: str, clock: Clock) -> list[str]:
    return [one["code"] for one in findings_now.of([Booking.get_by_id(ref)], clock())[ref]]


@pytest.fixture
def two(desk: Desk, lawyers: Lawyers, clock: Clock) -> list[str]:
    """Two bookings without findings, each by a lawyer of its own, with the person's number."""
    refs = [desk.book(certain(lawyer)).ref for lawyer in lawyers(2)]
    assert [codes(ref, clock) for ref in refs] == [[], []]
    return refs


@pytest.fixture
def confirmed(two: list[str], desk: Desk) -> str:
    decisions.approve(CHEN, desk.now(), two[0])
    return two[0]


def lawyer_of(ref: str) -> int:
    return int(Booking.get_by_id(ref).lawyer_id)


def test_a_licence_revoked_since_is_confirmed_by_nobody(desk: Desk, two: list[str], clock: Clock) -> None:
    on_the_roll(lawyer_of(two[0]), clock, state="吊销")
    assert Booking.get_by_id(two[0]).findings == []  # what was true when it was made is kept
    assert [one.ref for one in queue.clean("pudong", clock())] == [two[1]]
    assert in_bulk.approve_clean(CHEN, clock(), two).skipped == [(two[0], "比对有发现，须逐个复核")]
    with pytest.raises(WrongState, match=f"{REVOKED}，不能通过"):
        decisions.approve(CHEN, clock(), two[0])
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    assert [state(ref) for ref in two] == ["rejected", "confirmed"]


def test_who_left_the_register_since_is_not_confirmed_by_the_clock(desk: Desk, two: list[str], clock: Clock) -> None:
    held(clock, ("某人", "440524188001010014"))
    assert codes(two[0], clock) == ["detainee_not_here"]
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    assert [state(ref) for ref in two] == ["rejected", "rejected"]


def test_what_was_found_and_is_mended_since_rejects_nobody(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    RollEntry.update(firm="新所").execute()
    ref = desk.book(certain(lawyer)).ref
    assert [one["code"] for one in Booking.get_by_id(ref).findings] == ["firm_differs"]
    Lawyer.update(firm="新所").execute()  # bound anew
    assert codes(ref, clock) == []
    clock.moment = DEADLINE
    decisions.decide_due(desk)
    assert state(ref) == "confirmed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "吊销"}, "licence_revoked"),
        ({"state": "停止执业"}, "licence_suspended"),
        ({"valid_until": "2026-11-01"}, "licence_expired"),
        ({"firm": "另一家律师事务所"}, "firm_differs"),
        ({"name": "另一人"}, "name_differs"),
    ],
)
def test_a_roll_that_says_something_else_puts_a_confirmed_booking_up_again(
    confirmed: str, clock: Clock, change: dict[str, str], code: str
) -> None:
    assert queue.changed("pudong", clock()) == []
    on_the_roll(lawyer_of(confirmed), clock, **change)
    (shown,) = queue.changed("pudong", clock())
    assert (shown.ref, [one["code"] for one in shown.again]) == (confirmed, [code])


def test_a_register_puts_up_those_of_its_own_centre_only(confirmed: str, two: list[str], clock: Clock) -> None:
    held(clock, ("某人", "440524188001010014"))
    assert [one.ref for one in queue.changed("pudong", clock())] == [confirmed]
    assert Booking.get_by_id(two[1]).again_since is not None  # waiting ones are marked, and seen in the queue
    assert queue.changed("qingpu", clock()) == []


def test_a_yes_stands_until_something_else_is_new(confirmed: str, clock: Clock) -> None:
    on_the_roll(lawyer_of(confirmed), clock, firm="另一家律师事务所")
    decisions.keep(CHEN, clock(), confirmed)
    assert queue.changed("pudong", clock()) == []
    assert Audit.get(Audit.what == "review.kept").who == CHEN.account
    assert recheck.look(clock()) == 0
    with pytest.raises(WrongState, match="没有待看的变动"):
        decisions.keep(CHEN, clock(), confirmed)
    on_the_roll(lawyer_of(confirmed), clock, firm="另一家律师事务所", valid_until="2026-11-01")
    assert len(queue.changed("pudong", clock())) == 1


def test_nobody_keeps_what_the_roll_bars(confirmed: str, clock: Clock) -> None:
    on_the_roll(lawyer_of(confirmed), clock, state="吊销")
    with pytest.raises(WrongState, match="不能保留"):
        decisions.keep(CHEN, clock(), confirmed)
    assert len(queue.changed("pudong", clock())) == 1


def test_what_is_put_right_by_the_next_roll_is_up_no_more(confirmed: str, clock: Clock) -> None:
    on_the_roll(lawyer_of(confirmed), clock, firm="另一家律师事务所")
    on_the_roll(lawyer_of(confirmed), clock)
    assert queue.changed("pudong", clock()) == []


def test_a_licence_that_runs_out_by_itself_is_found_by_the_clock(confirmed: str, clock: Clock) -> None:
    RollEntry.update(valid_until=date(2026, 11, 25)).execute()
    assert recheck.look(clock()) == 0
    clock.move(days=2)
    assert recheck.look(clock()) == 2  # the confirmed one and the one that waits
    assert recheck.look(clock()) == 0
    assert [one.ref for one in queue.changed("pudong", clock())] == [confirmed]


def test_others_applying_later_put_nothing_up(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    """Else anybody could have a true defender's meeting looked at again and again."""
    first, *others = lawyers(4)
    ref = desk.book(certain(first)).ref
    decisions.approve(CHEN, clock(), ref)
    for other in others:
        desk.book(replace(applying(other), detainee=certain(first).detainee))
    assert codes(ref, clock) == ["detainee_may_conflict"]
    assert recheck.look(clock()) == 0


@pytest.fixture
def today(confirmed: str, clock: Clock) -> str:
    clock.moment = at(FRIDAY, time(8))
    return confirmed


def test_the_gate_says_large_what_changed_and_lets_in(today: str, clock: Clock) -> None:
    assert checks.sign(Booking.get_by_id(today), clock()).kind == "ready"
    on_the_roll(lawyer_of(today), clock, firm="另一家律师事务所")
    said = checks.sign(Booking.get_by_id(today), clock())
    assert (said.kind, said.words) == ("changed", "通过以后名册有变动，请先核对")
    assert "律师事务所与律师名册不一致" in said.more
    assert arrivals.arrive(Actor("gate"), clock(), today).state == "arrived"


def test_what_a_reviewer_said_yes_to_is_said_no_more_at_the_gate(today: str, clock: Clock) -> None:
    on_the_roll(lawyer_of(today), clock, firm="另一家律师事务所")
    decisions.keep(CHEN, clock(), today)
    assert checks.sign(Booking.get_by_id(today), clock()).kind == "ready"


def test_a_barred_licence_does_not_pass_the_gate(today: str, clock: Clock) -> None:
    on_the_roll(lawyer_of(today), clock, state="停止执业")
    said = checks.sign(Booking.get_by_id(today), clock())
    assert (said.kind, said.words) == ("barred", "律师名册显示该执业证已停止执业")
    with pytest.raises(WrongState, match="已停止执业"):
        arrivals.arrive(Actor("gate"), clock(), today)
    assert state(today) == "confirmed"


def test_an_identity_taken_back_is_found_of_who_booked_online(confirmed: str, clock: Clock) -> None:
    licences.unbind(CHIEF, clock(), lawyer_of(confirmed), "手机遗失")
    assert codes(confirmed, clock) == ["identity_not_verified"]
    Booking.update(way="window").execute()  # there an officer has seen who it is
    assert codes(confirmed, clock) == []


def test_what_can_not_be_read_does_not_pass_for_nothing(confirmed: str, clock: Clock) -> None:
    Booking.update(detainee_sealed="gone00.AAAA").execute()
    assert codes(confirmed, clock) == ["findings_unreadable"]


def test_many_are_compared_with_as_many_questions_as_one(
    desk: Desk, lawyers: Lawyers, clock: Clock, queries: list[Any]
) -> None:
    refs = [desk.book(certain(lawyer)).ref for lawyer in lawyers(8)]
    bookings = list(Booking.in_full().where(Booking.ref.in_(refs)))
    queries.clear()
    findings_now.of(bookings[:1], clock())
    few = len(queries)
    queries.clear()
    findings_now.of(bookings, clock())
    assert len(queries) == few <= 10  # two about the persons and eight in one trip


def test_of_nobody_nothing_is_asked(database: str, queries: list[Any]) -> None:
    assert findings_now.of([], at(FRIDAY, time(8))) == {}
    assert queries == [] and not Detainee.select().exists()
