"""提押单 at the officers' door: looked at, printed, changed meanwhile; the day's list; the rooms."""

import pytest

from booking.gate import bring_out_plan, rooms
from booking.record.actor import Actor
from booking.review import decisions
from models import Audit, PlanPrint, Room
from tests.booking.conftest import FRIDAY, SLOT, applying

DAY = FRIDAY.isoformat()


@pytest.fixture
def brought(desk, lawyers) -> str:
    ref = desk.book(applying(lawyers(1)[0], detainee="某甲")).ref
    decisions.approve(Actor("review"), desk.now(), ref)
    return ref


def seen(slot: str = "") -> str:
    return bring_out_plan.version(bring_out_plan.of("pudong", FRIDAY, slot))


def test_the_plan_is_shown_and_the_look_is_noted(signed_in, brought):
    shown = signed_in("gate").get(f"plan?day={DAY}")
    assert shown.status_code == 200
    assert brought in shown.text and "某甲" in shown.text and "监区不详" in shown.text
    note_look = Audit.get(Audit.what == "plan.seen")
    assert (note_look.subject, note_look.who, note_look.centre) == (DAY, "gate-pudong", "pudong")


def test_today_is_meant_where_no_day_is_named_and_an_empty_day_says_so(signed_in):
    assert "11月24日（周二）没有会见时段" in signed_in("gate").get("plan").text


@pytest.mark.parametrize("query", ["day=2026-13-45", "day=明天", "day=2020-01-01", "day=2099-01-01", "what=1"])
def test_a_day_that_is_none_is_refused_in_words(signed_in, query):
    answer = signed_in("gate").get(f"plan?{query}")
    assert answer.status_code == 422
    assert "请选前后31天" in answer.text or "填写的内容" in answer.text


def test_printing_remembers_it_and_marks_what_comes_after(signed_in, brought, desk):
    gate = signed_in("gate")
    assert gate.post("plan/print", day=DAY, seen=seen()).status_code == 303
    assert PlanPrint.get().lines == {brought: ["08:30", 60, "", ""]}
    review_page = gate.get(f"plan?day={DAY}").text
    assert "gate-pudong 打印" in review_page and "处变化" not in review_page
    desk.cancel(1, brought)
    assert "自 09:00 打印后有 <strong>1</strong> 处变化" in gate.get(f"plan?day={DAY}").text


def test_an_old_page_is_not_taken_for_what_is_printed(signed_in, brought, desk):
    gate, old = signed_in("gate"), seen()
    desk.cancel(1, brought)
    answer = gate.post("plan/print", day=DAY, seen=old)
    assert answer.status_code == 409 and "刚刚有变化" in answer.text
    assert not PlanPrint.select().exists()


def test_an_officer_of_another_centre_sees_an_empty_plan_of_his_own(signed_in, brought):
    qingpu = signed_in("gate", "qingpu")
    assert brought not in qingpu.get(f"plan?day={DAY}").text
    assert qingpu.get(f"plan?day={DAY}&centre=pudong").status_code == 404
    assert qingpu.get(f"plan?day={DAY}&slot={SLOT}").status_code == 404
    assert qingpu.post("plan/print?centre=pudong", day=DAY, seen=seen()).status_code == 404


def test_the_list_for_a_day_without_power_has_columns_to_write_in(signed_in, brought):
    shown = signed_in("gate").get(f"plan/list?day={DAY}")
    assert brought in shown.text and "签名" in shown.text
    assert Audit.select().where(Audit.what == "plan.list_seen").exists()


def test_a_plan_asks_the_same_few_questions_however_many_are_brought(signed_in, desk, lawyers, queries):
    gate = signed_in("gate")

    def asked() -> int:
        queries.clear()
        assert gate.get(f"plan?day={DAY}").status_code == 200
        return len(queries)

    before = asked()
    for lawyer in lawyers(6):
        decisions.approve(Actor("review"), desk.now(), desk.book(applying(lawyer)).ref)
    assert asked() == before


def test_a_chief_adds_a_room_takes_it_out_of_use_and_back(signed_in):
    chief = signed_in("chief")
    assert chief.post("rooms", name=" 1号会见室 ").status_code == 303
    room = Room.get()
    assert (room.name, room.centre_id) == ("1号会见室", "pudong")
    assert chief.post("rooms", name="1号会见室").status_code == 409
    empty = chief.post("rooms", name="")
    assert empty.status_code == 422 and "填写的内容有误：名称（姓名） 此项必填" in empty.text
    chief.post(f"rooms/{room.id}/closing")
    assert Room.get().state == "closed" and "停用" in chief.get("rooms").text
    assert chief.post(f"rooms/{room.id}/closing").status_code == 409
    chief.post(f"rooms/{room.id}/reopening")
    assert Room.get().state == "open"


def test_another_centres_room_does_not_exist(signed_in, desk):
    room = rooms.add(Actor("chief"), desk.now(), "qingpu", "1号")
    assert signed_in("chief").post(f"rooms/{room.id}/closing").status_code == 404
    assert Room.get().state == "open"


def test_a_room_no_number_could_name_is_not_found(signed_in):
    for number in (2**31, 10**30):
        assert signed_in("chief").post(f"rooms/{number}/closing").status_code == 404


def test_the_chief_orders_the_rooms(signed_in, desk):
    first, second = (rooms.add(Actor("chief"), desk.now(), "pudong", name) for name in ("1号", "2号"))
    chief = signed_in("chief")
    assert chief.post(f"rooms/{second.id}/place", to="up").status_code == 303
    assert [room.name for room in rooms.every("pudong")] == ["2号", "1号"]
    assert chief.post(f"rooms/{first.id}/place", to="sideways").status_code == 422


def test_the_cancelled_stay_on_the_sheet_with_the_word(signed_in, brought, desk):
    gate = signed_in("gate")
    gate.post("plan/print", day=DAY, seen=seen())
    desk.cancel(1, brought)
    shown = gate.get(f"plan?day={DAY}").text
    assert 'class="changed gone"' in shown and brought in shown and "取消" in shown
