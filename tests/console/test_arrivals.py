"""At the gate, through the browser: scanned or typed, papers ticked, a room, the end; and paper entered afterwards."""

from datetime import time

import pytest

from booking.gate import arrivals, rooms
from booking.gate.passes import PassKeys
from booking.policy import Policy
from booking.record.actor import Actor
from booking.review import decisions
from clock import at
from models import Audit, Booking, Strike, Visit
from tests.booking.conftest import FRIDAY, applying

PAPERS = ["律师执业证原件", "律师事务所会见介绍信（专用证明）", "授权委托书"]


@pytest.fixture
def ref(desk, lawyers, clock) -> str:
    ref = desk.book(applying(lawyers(1)[0])).ref
    decisions.approve(Actor("officer:chen"), desk.now(), ref)
    clock.moment = at(FRIDAY, time(8, 20))
    return ref


@pytest.fixture
def room(desk):
    return rooms.add(Actor("chief"), desk.now(), "pudong", "1号会见室")


def state(ref: str) -> str:
    return str(Booking.get_by_id(ref).state)


def signed(ref: str) -> str:
    return PassKeys(["passes"]).issue(Booking.get_by_id(ref), Policy()).text


def test_a_lawyer_is_taken_from_the_scan_to_the_end(signed_in, ref, room):
    gate = signed_in("gate")
    found = gate.post("arrivals/search", text=signed(ref))
    assert (found.status_code, found.headers["Location"]) == (303, f"/console/arrivals/{ref}")
    card = gate.get(f"arrivals/{ref}").text
    assert "可以登记到场" in card and "嫌疑人" in card and all(paper in card for paper in PAPERS)
    assert gate.post(f"arrivals/{ref}/arrival", papers=PAPERS).status_code == 303
    assert gate.post(f"arrivals/{ref}/start", room=str(room.id)).status_code == 303
    assert "1号会见室" in gate.get(f"arrivals/{ref}").text
    assert gate.post(f"arrivals/{ref}/finish").status_code == 303
    assert state(ref) == "done"
    whats = [audit.what for audit in Audit.select().where(Audit.who == "gate-pudong").order_by(Audit.id)]
    assert whats == ["booking.seen", "arrivals.arrived", "arrivals.meeting", "booking.seen", "arrivals.done"]
    assert {audit.centre for audit in Audit.select().where(Audit.who == "gate-pudong")} == {"pudong"}


def test_a_reference_is_typed_as_it_was_heard(signed_in, ref):
    found = signed_in("gate").post("arrivals/search", text=f" {ref[:4].lower()} {ref[4:].lower()} ")
    assert found.headers["Location"] == f"/console/arrivals/{ref}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ZZZZZZZZ", "本所没有这个预约号"),
        ("七", "认不出预约号"),
        ("HJ1.x.y", "凭证无效"),
        ("", "认不出预约号"),
    ],
)
def test_what_leads_nowhere_is_said_large(signed_in, ref, text, words):
    answer = signed_in("gate").post("arrivals/search", text=text)
    assert answer.status_code == 200 and f"<h2>{words}</h2>" in answer.text
    assert state(ref) == "confirmed"


def test_another_centre_learns_nothing_of_the_person(signed_in, ref):
    for text, said in ((ref, "本所没有这个预约号"), (signed(ref), "该凭证不是本所的预约")):
        answer = signed_in("gate", "qingpu").post("arrivals/search", text=text)
        assert said in answer.text
        assert not any(word in answer.text for word in ("律师0", "嫌疑人", "08:30", f"/arrivals/{ref}"))
    assert not Audit.select().where(Audit.what == "booking.seen").exists()


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [(7, 0, "来早了"), (8, 50, "迟到20分钟"), (9, 40, "会见时段已过")],
)
def test_early_and_late_are_said_large(signed_in, ref, clock, hour, minute, words):
    clock.moment = at(FRIDAY, time(hour, minute))
    assert f"<h2>{words}</h2>" in signed_in("gate").get(f"arrivals/{ref}").text


def test_another_day_and_an_old_pass_are_said_large(signed_in, ref, clock):
    text = signed(ref)
    clock.move(days=1)
    gate = signed_in("gate")
    assert "<h2>不是今天的预约</h2>" in gate.get(f"arrivals/{ref}").text
    assert "<h2>凭证已过期</h2>" in gate.post("arrivals/search", text=text).text


def test_a_missing_paper_keeps_the_lawyer_out_and_is_named(signed_in, ref):
    answer = signed_in("gate").post(f"arrivals/{ref}/arrival", papers=PAPERS[:2])
    assert answer.status_code == 422 and "授权委托书" in answer.text
    assert state(ref) == "confirmed"


def test_gate_and_chief_may_let_a_paper_follow_and_a_reviewer_may_not(signed_in, ref):
    words = {"papers": PAPERS[:2], "owed": "律所派人送来"}
    assert signed_in("reviewer").post(f"arrivals/{ref}/arrival", **words).status_code == 403
    assert state(ref) == "confirmed"
    assert signed_in("gate").post(f"arrivals/{ref}/arrival", **words).status_code == 303
    assert "证件后补：律所派人送来" in signed_in("gate").get(f"arrivals/{ref}").text


def test_an_old_page_in_a_second_tab_changes_nothing(signed_in, ref):
    gate = signed_in("gate")
    gate.post(f"arrivals/{ref}/arrival", papers=PAPERS)
    again = gate.post(f"arrivals/{ref}/arrival", papers=[], owed="另一页")
    assert again.status_code == 409 and "已到场" in again.text
    assert Visit.get_by_id(ref).papers == PAPERS


def test_a_taken_room_is_not_offered_and_not_given(signed_in, ref, room, desk, lawyers):
    gate = signed_in("gate")
    Visit.create(booking=ref, arrived_at=desk.now(), who="gate", room=room)
    Booking.update(state="arrived").where(Booking.ref == ref).execute()
    gate.post(f"arrivals/{ref}/start")
    assert Visit.get_by_id(ref).occupies_id == room.id
    assert gate.post(f"arrivals/{ref}/start", room=str(room.id)).status_code == 409
    assert gate.post(f"arrivals/{ref}/room", room="999").status_code == 404
    assert gate.post(f"arrivals/{ref}/room", room="x").status_code == 422


def test_who_has_not_come_is_marked_by_hand_when_it_is_late(signed_in, ref, clock):
    gate = signed_in("gate")
    assert gate.post(f"arrivals/{ref}/no-show").status_code == 409
    clock.move(minutes=30)
    assert signed_in("gate").post(f"arrivals/{ref}/no-show").status_code == 303
    assert state(ref) == "no_show" and Strike.get().kind == "no_show"


def test_the_paper_list_is_entered_afterwards(signed_in, ref, clock):
    clock.moment = at(FRIDAY, time(9, 20))
    times = {"arrived": "08:10", "started": "08:31", "ended": "09:15"}
    gate = signed_in("gate")
    assert gate.post(f"arrivals/{ref}/paper", **times | {"ended": "09:50"}, papers=PAPERS).status_code == 422
    assert gate.post(f"arrivals/{ref}/paper", **times, papers=PAPERS).status_code == 303
    assert state(ref) == "done" and Visit.get_by_id(ref).entered_late
    assert "（补录）" in gate.get(f"arrivals/{ref}").text


def test_a_strike_the_outage_made_is_taken_back_by_who_may(signed_in, ref, clock, desk):
    clock.moment = at(FRIDAY, time(9, 20))
    arrivals.mark_no_shows(desk.now())
    words = {"arrived": "08:10", "papers": PAPERS, "waive": "true"}
    gate, reviewer = signed_in("gate"), signed_in("reviewer")
    assert "须由复核民警" in gate.get(f"arrivals/{ref}").text
    assert gate.post(f"arrivals/{ref}/paper", **words).status_code == 403
    assert Strike.get().state == "standing"
    assert "同意撤销这次爽约" in reviewer.get(f"arrivals/{ref}").text
    assert reviewer.post(f"arrivals/{ref}/paper", **words).status_code == 303
    assert (state(ref), Strike.get().state) == ("no_show", "waived")


@pytest.mark.parametrize("fields", [{"arrived": "25:00"}, {"arrived": "x"}, {"room": "-1"}, {"more": "1"}, {}])
def test_bad_times_are_answered_in_words(signed_in, ref, fields):
    assert signed_in("gate").post(f"arrivals/{ref}/paper", **fields).status_code == 422
    assert state(ref) == "confirmed" and not Visit.select().exists()


def test_a_meeting_gets_a_room_wherever_there_are_any(signed_in, ref, desk):
    gate = signed_in("gate")
    gate.post(f"arrivals/{ref}/arrival", papers=PAPERS)
    there = rooms.add(Actor("chief"), desk.now(), "pudong", "1号会见室")
    assert gate.post(f"arrivals/{ref}/start").status_code == 422
    assert state(ref) == "arrived"
    assert "请选择" in gate.get(f"arrivals/{ref}").text
    assert gate.post(f"arrivals/{ref}/start", room=str(there.id)).status_code == 303


def test_where_no_room_was_ever_named_a_meeting_begins_all_the_same(signed_in, ref):
    gate = signed_in("gate")
    gate.post(f"arrivals/{ref}/arrival", papers=PAPERS)
    assert gate.post(f"arrivals/{ref}/start").status_code == 303
    assert state(ref) == "meeting"
