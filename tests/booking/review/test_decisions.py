"""Rule 8: officers decide, and what nobody decided decides itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time

import pytest

import refusals
from booking.desk import Desk
from booking.desk.application import Application
from booking.record.actor import Actor
from booking.review import decisions, queue
from booking.words import NOT_VERIFIED_IN_TIME
from clock import at
from models import Audit, Booking, Centre, Detainee, Lawyer, Notice, RollEntry, Slot, Strike
from models.detainees import id_key, name_key
from seats.counters import Day
from tests.booking.conftest import FRIDAY, SLOT, Clock, add_slot, applying, certain

Lawyers = Callable[[int], list[int]]


def kinds() -> list[str]:
    return [notice.kind for notice in Notice.select().order_by(Notice.id)]


def in_custody(name: str, id_no: str, now: object, **more: object) -> None:
    key = id_key(id_no)
    sealed = Detainee.name_sealed.seal(name, key=key)
    Detainee.create(
        centre="pudong",
        key=key,
        name_index=name_key(name),
        name_sealed=sealed,
        ward="三监区",
        updated_at=now,
        **more,
    )


def test_an_approved_booking_is_confirmed_told_and_written_down(desk: Desk, lawyers: Lawyers) -> None:
    ref = desk.book(applying(lawyers(1)[0])).ref
    assert decisions.approve(Actor("officer:chen"), desk.now(), ref).state == "confirmed"
    assert kinds() == ["submitted", "confirmed"]
    assert [(a.who, a.what, a.subject) for a in Audit.select()] == [("officer:chen", "review.confirmed", ref)]
    assert Slot.get_by_id(SLOT).taken == 1


@pytest.mark.usefixtures("no_rest")
def test_a_rejected_booking_gives_its_seat_back_and_says_why(desk: Desk, lawyers: Lawyers) -> None:
    ref = desk.book(applying(lawyers(1)[0])).ref
    rejected = decisions.reject(desk, Actor("officer:chen"), ref, reason="委托手续不全")
    assert (rejected.state, rejected.decision_reason, rejected.active) == ("rejected", "委托手续不全", None)
    assert kinds() == ["submitted", "rejected"]
    assert Slot.get_by_id(SLOT).taken == 0
    assert desk.seats.left(Day("pudong", FRIDAY))[SLOT] == 12


def test_nobody_decides_twice(desk: Desk, lawyers: Lawyers) -> None:
    ref = desk.book(applying(lawyers(1)[0])).ref
    decisions.approve(Actor("officer:chen"), desk.now(), ref)
    with pytest.raises(refusals.WrongState):
        decisions.reject(desk, Actor("officer:wu"), ref, reason="晚了一步")
    with pytest.raises(refusals.WrongState):
        decisions.approve(Actor("officer:wu"), desk.now(), ref)
    assert kinds() == ["submitted", "confirmed"]


def test_a_rejection_needs_a_reason(desk: Desk, lawyers: Lawyers) -> None:
    ref = desk.book(applying(lawyers(1)[0])).ref
    with pytest.raises(refusals.Invalid):
        decisions.reject(desk, Actor("officer:chen"), ref, reason="  ")
    with pytest.raises(refusals.NotFound):
        decisions.approve(Actor("officer:chen"), desk.now(), "00000000")


def test_at_the_deadline_a_clean_booking_is_confirmed_by_itself(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    ref = desk.book(certain(lawyers(1)[0])).ref
    clock.move(days=2, hours=8, minutes=59)
    assert decisions.decide_due(desk) == 0
    clock.move(minutes=1)  # 18:00 of the day before
    assert decisions.decide_due(desk) == 1
    assert decisions.decide_due(desk) == 0
    assert Booking.get_by_id(ref).state == "confirmed"
    assert kinds() == ["submitted", "confirmed"]


def test_at_the_deadline_a_booking_with_findings_is_rejected_and_officers_see_why(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    (lawyer,) = lawyers(1)
    RollEntry.delete().execute()
    ref = desk.book(certain(lawyer)).ref
    clock.move(days=2, hours=9)
    decisions.decide_due(desk)
    booking = Booking.get_by_id(ref)
    assert booking.state == "rejected"
    assert booking.decision_reason == NOT_VERIFIED_IN_TIME
    assert "不在律师名册" in booking.history()[-1].why


def test_what_was_never_decided_is_not_held_against_the_lawyer(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    ref = desk.book(applying(lawyers(1)[0])).ref
    clock.move(days=4)
    decisions.decide_due(desk)
    assert Booking.get_by_id(ref).state == "rejected"
    assert Booking.get_by_id(ref).decision_reason == NOT_VERIFIED_IN_TIME
    assert not Strike.select().exists()


def findings(ref: str) -> list[str]:
    return [finding["code"] for finding in Booking.get_by_id(ref).findings]


def test_the_lawyer_is_compared_with_the_roll(desk: Desk, lawyers: Lawyers) -> None:
    one, two, three = lawyers(3)
    RollEntry.update(state="suspended", valid_until=date(2026, 1, 1)).where(
        RollEntry.licence_no == Lawyer.get_by_id(one).licence_no
    ).execute()
    RollEntry.update(name="别人", firm="别的律师事务所").where(
        RollEntry.licence_no == Lawyer.get_by_id(two).licence_no
    ).execute()
    assert findings(desk.book(applying(one)).ref) == ["licence_suspended", "licence_expired"]
    assert findings(desk.book(applying(two)).ref) == ["name_differs", "firm_differs"]
    assert findings(desk.book(applying(three)).ref) == []


def test_the_detainee_is_looked_up_where_the_centre_has_a_register(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    one, two, three, four, five = lawyers(5)
    in_custody("钱途", "11010519491231002X", clock())
    in_custody("孙平", "440524188001010014", clock())
    in_custody("孙平", "320311770706001000", clock())
    assert findings(desk.book(applying(one, detainee="钱途")).ref) == []
    assert findings(desk.book(applying(two, detainee="查无此人")).ref) == ["detainee_not_here"]
    assert findings(desk.book(applying(three, detainee="孙平")).ref) == ["detainee_ambiguous"]
    named = {"name": "钱多", "id_no": "440524188001010014"}
    assert findings(desk.book(replace(applying(four), detainee=named)).ref) == ["detainee_name_differs"]
    assert findings(desk.book(applying(five, detainee="钱途")).ref) == ["detainee_may_conflict"]


def test_a_permit_case_is_not_confirmed_without_the_permit(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    in_custody("钱途", "11010519491231002X", clock(), permit_case=True)
    ref = desk.book(applying(lawyer, detainee="钱途")).ref
    assert findings(ref) == ["permit_missing"]
    with pytest.raises(refusals.WrongState, match="许可"):
        decisions.approve(Actor("officer:chen"), desk.now(), ref)
    assert (
        decisions.approve(Actor("officer:chen"), desk.now(), ref, permit_no="沪许〔2026〕1号").permit_no
        == "沪许〔2026〕1号"
    )


def meet_earlier(desk: Desk, application: Application, clock: Clock) -> None:
    """A meeting that is over by now: it counts as history and is in nobody's way."""
    ref = desk.book(application).ref
    over = {"starts_at": clock(), "ends_at": clock(), "detainee_claim": None, "state": "done"}
    Booking.update(over).where(Booking.ref == ref).execute()


def test_a_third_defender_is_found(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    one, two, three = lawyers(3)
    person = {"name": "钱途", "id_no": "11010519491231002X"}
    for lawyer in (one, two):
        meet_earlier(desk, replace(applying(lawyer), detainee=person), clock)
    assert findings(desk.book(replace(applying(three), detainee=person)).ref) == ["third_defender"]


def test_one_lawyer_for_two_suspects_of_a_case_is_found(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    add_slot("pudong", FRIDAY, time(10))
    meet_earlier(desk, applying(lawyer, detainee="钱途", case_no="沪刑〔2026〕7号"), clock)
    second = applying(lawyer, slot="pudong-20261127-1000", detainee="同案犯", case_no="沪刑〔2026〕7号")
    assert findings(desk.book(second).ref) == ["co_suspects"]


def test_who_only_asks_for_two_of_a_case_is_told_nothing_by_it(desk: Desk, lawyers: Lawyers) -> None:
    """What becomes of the one would tell him whether the other is held, and in which case."""
    (lawyer,) = lawyers(1)
    add_slot("pudong", FRIDAY, time(10))
    desk.book(applying(lawyer, detainee="钱途", case_no="沪刑〔2026〕7号"))
    second = applying(lawyer, slot="pudong-20261127-1000", detainee="同案犯", case_no="沪刑〔2026〕7号")
    assert findings(desk.book(second).ref) == []


def test_who_comes_along_is_compared_too(desk: Desk, lawyers: Lawyers) -> None:
    one, two = lawyers(2)
    colleague = Lawyer.get_by_id(two)
    known = {"name": colleague.name, "role": "lawyer", "licence_no": colleague.licence_no}
    stranger = {"name": "生人", "role": "lawyer", "licence_no": "13101201999999999"}
    assert findings(desk.book(replace(applying(one), companions=[known])).ref) == []
    assert findings(desk.book(replace(applying(two), companions=[stranger])).ref) == ["companion_not_on_roll"]


def test_an_interpreter_needs_an_approval_and_a_third_lawyer_has_no_place(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    lawyer_along = {"name": "甲", "role": "lawyer", "licence_no": "13101201999999999"}
    with pytest.raises(refusals.Invalid) as refused:
        desk.book(replace(applying(lawyer), companions=[lawyer_along, lawyer_along]))
    assert refused.value.extra["errors"][0]["field"] == "companions"
    ref = desk.book(replace(applying(lawyer), companions=[{"name": "乙", "role": "interpreter"}])).ref
    assert findings(ref) == ["interpreter_approval"]


def test_the_queue_shows_the_soonest_first_and_one_centre_only_where_asked(desk: Desk, lawyers: Lawyers) -> None:
    refs = {desk.book(applying(lawyer)).ref for lawyer in lawyers(3)}
    assert {booking.ref for booking in queue.listed("pudong")} == refs
    assert queue.listed("qingpu") == []
    assert Centre.select().count() == 1


def test_a_meeting_that_has_begun_is_not_approved_only_to_be_missed(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    ref = desk.book(applying(lawyers(1)[0])).ref
    clock.moment = at(FRIDAY, time(8, 30))
    with pytest.raises(refusals.WrongState, match="会见时间已到"):
        decisions.approve(Actor("officer:chen"), desk.now(), ref)


@pytest.mark.usefixtures("no_rest")
def test_a_rejected_request_sent_again_gets_its_answer_though_the_slot_is_full(desk: Desk, lawyers: Lawyers) -> None:
    first, *others = lawyers(13)
    ref = desk.book(applying(first)).ref
    decisions.reject(desk, Actor("officer:chen"), ref, reason="委托手续不全")
    for other in others:
        desk.book(applying(other))
    assert desk.book(applying(first)).ref == ref


def test_a_name_that_bound_a_licence_is_no_finding_at_a_booking(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    RollEntry.update(name="阿不都·热合曼", firm="上海ABC律师事务所").execute()
    Lawyer.update(name="阿不都•热合曼", firm="上海ＡＢＣ律师事务所").execute()
    assert findings(desk.book(applying(lawyer)).ref) == []


@pytest.mark.parametrize(
    ("in_the_register", "as_asked"),
    [("阿依古丽·买买提", "阿依古丽•买买提"), ("王小 明", "王小明"), ("ＡＢＣ", "abc")],
)
def test_how_a_detainees_name_is_written_makes_no_difference(
    desk: Desk, lawyers: Lawyers, clock: Clock, in_the_register: str, as_asked: str
) -> None:
    in_custody(in_the_register, "440524188001010014", clock())
    ref = desk.book(applying(lawyers(1)[0], detainee=as_asked)).ref
    assert Booking.get_by_id(ref).findings == []
