"""Rule 17: who is brought where and when, by ward; what changed since it was printed is marked; no name in a print."""

from datetime import time

import pytest

from booking.desk import Desk
from booking.gate import arrivals, bring_out_plan, rooms
from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.review import decisions
from booking.timetable import withdrawal
from clock import at
from models import Audit, Booking, Detainee, PlanPrint
from models.detainees import id_key, name_key
from refusals import NotFound, WrongState
from tests.booking.conftest import FRIDAY, SLOT, applying


def held(name: str, ward: str) -> None:
    key = id_key(name)
    Detainee.create(
        centre="pudong", key=key, name_index=name_key(name), ward=ward, updated_at=at(FRIDAY, time()),
        name_sealed=Detainee.name_sealed.seal(name, key=key),
    )  # fmt: skip


@pytest.fixture
def meetings(desk: Desk, lawyers) -> list[str]:
    """Three confirmed meetings, of people of the third ward, the first, and one of a ward that nobody knows."""
    held("某甲", "三监区")
    held("某乙", "一监区")
    names = ("某甲", "某乙", "某丙")
    refs = [desk.book(applying(one, detainee=name)).ref for one, name in zip(lawyers(3), names, strict=True)]
    for ref in refs:
        decisions.approve(Actor("review"), desk.now(), ref)
    return refs


def sheet(slot: str = SLOT) -> bring_out_plan.Sheet:
    (found,) = bring_out_plan.of("pudong", FRIDAY, slot)
    return found


def print_it(desk: Desk) -> None:
    seen = bring_out_plan.version(bring_out_plan.of("pudong", FRIDAY))
    bring_out_plan.printed(Actor("gate"), desk.now(), "pudong", FRIDAY, "", seen)


def marks() -> dict[str, str]:
    return {line.ref: line.mark for line in sheet().lines}


def test_it_is_sorted_by_ward_and_the_unknown_come_last(meetings):
    assert [(line.ward, line.detainee) for line in sheet().lines] == [
        ("一监区", "某乙"),
        ("三监区", "某甲"),
        ("", "某丙"),
    ]
    assert (sheet().brought, sheet().waiting, sheet().printed) == (3, 0, None)


def test_a_mandate_seen_in_original_is_told_as_long_as_it_lasts(meetings, clock):
    first = sheet().lines[0].ref
    line = Detainee.get(Detainee.key == Booking.get_by_id(first).detainee_key)  # picked, since only the name was given
    made = mandates.prove_for_line(Actor("gate"), clock(), Booking.get_by_id(first), line.id)
    assert [line.ref for line in sheet().lines if line.proven] == [first]
    mandates.end(Actor("gate"), clock(), made.id, "解除委托")
    assert not any(line.proven for line in sheet().lines)


def test_who_waits_for_a_decision_is_counted_and_not_brought(desk, lawyers):
    desk.book(applying(lawyers(1)[0]))
    assert (sheet().lines, sheet().waiting) == ((), 1)


def test_what_changed_since_the_print_is_marked_in_words(desk, meetings, clock):
    late, gone, kept = meetings
    print_it(desk)
    assert set(marks().values()) == {""}
    withdrawal.withdraw(desk, Actor("chief"), [gone], "供电检修")
    Detainee.update(ward="二监区").where(Detainee.key == id_key("某甲")).execute()
    assert marks() == {late: "变更", gone: "取消", kept: ""}
    changed = next(line for line in sheet().lines if line.ref == late)
    assert changed.was == ("监区原为三监区",)
    assert (sheet().changes, sheet().brought) == (2, 2)
    print_it(desk)
    assert marks() == {late: "", kept: ""}


def test_who_comes_on_after_the_print_is_marked_new(desk, meetings, lawyers):
    first, *others = meetings
    Booking.update(state="submitted").where(Booking.ref == first).execute()
    print_it(desk)
    decisions.approve(Actor("review"), desk.now(), first)
    assert marks() == {first: "新增"} | dict.fromkeys(others, "")


def test_a_room_given_is_no_change_but_another_room_is(desk, meetings, clock):
    one, two = (rooms.add(Actor("chief"), clock(), "pudong", name) for name in ("1号", "2号"))
    clock.moment = at(FRIDAY, time(8, 30))
    print_it(desk)
    arrivals.arrive(Actor("gate"), desk.now(), meetings[0])
    arrivals.start(Actor("gate"), desk.now(), meetings[0], one.id)
    assert marks()[meetings[0]] == ""
    print_it(desk)
    arrivals.give_room(Actor("gate"), desk.now(), meetings[0], two.id)
    assert next(line for line in sheet().lines if line.ref == meetings[0]).was == ("会见室原为1号",)


def test_what_changed_while_it_was_looked_at_is_not_taken_for_printed(desk, meetings):
    seen = bring_out_plan.version(bring_out_plan.of("pudong", FRIDAY))
    withdrawal.withdraw(desk, Actor("chief"), meetings[:1], "供电检修")
    with pytest.raises(WrongState, match="刚刚有变化"):
        bring_out_plan.printed(Actor("gate"), desk.now(), "pudong", FRIDAY, "", seen)
    assert not PlanPrint.select().exists()


def test_no_name_stands_in_a_print_or_in_the_record(desk, meetings):
    print_it(desk)
    kept = repr([one.lines for one in PlanPrint.select()])
    kept += repr([one.words for one in Audit.select().where(Audit.what == "plan.printed")])
    assert meetings[0] in kept
    assert not [name for name in ("某甲", "某乙", "某丙", "律师") if name in kept]


def test_a_slot_of_another_day_or_centre_is_none_of_this_plan(desk, meetings):
    for centre, day, slot in (("qingpu", FRIDAY, SLOT), ("pudong", FRIDAY.replace(day=26), SLOT)):
        with pytest.raises(NotFound):
            bring_out_plan.of(centre, day, slot)


def test_a_name_that_can_not_be_opened_keeps_nobody_else_off(meetings):
    Booking.update(detainee_sealed="broken").where(Booking.ref == meetings[0]).execute()
    assert [line.detainee for line in sheet().lines] == ["某乙", "（无法读取）", "某丙"]


def test_a_room_in_use_is_not_closed_and_it_is_said_who_is_in_it(desk, meetings, clock):
    room = rooms.add(Actor("chief"), clock(), "pudong", "1号")
    clock.moment = at(FRIDAY, time(8, 30))
    arrivals.arrive(Actor("gate"), desk.now(), meetings[0])
    arrivals.start(Actor("gate"), desk.now(), meetings[0], room.id)
    with pytest.raises(WrongState, match=f"{meetings[0]}.*不能停用"):
        rooms.close(Actor("chief"), clock(), room)
    assert [one.state for one in rooms.every("pudong")] == ["open"]


def test_wards_stand_as_people_count_them(meetings):
    first, second = Booking.select().where(Booking.ref.in_(meetings[:2])).order_by(Booking.ref)
    for ahead, behind in (
        ("二监区", "三监区"), ("三监区", "十监区"), ("十监区", "十二监区"), ("十二监区", "二十监区"),
        ("9监区", "10监区"), ("二十监区", "女监区"),
    ):  # fmt: skip
        for key, ward in ((first.detainee_key, behind), (second.detainee_key, ahead)):
            Detainee.update(ward=ward).where(Detainee.key == key).execute()
        assert [line.ward for line in sheet().lines] == [ahead, behind, ""]
