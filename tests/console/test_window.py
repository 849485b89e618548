"""现场登记 in the browser: findings first, nothing typed is lost, and a double click makes one booking."""

from datetime import time
from typing import Any

import pytest

from booking.desk import Desk
from clock import at
from models import Audit, Booking, Lawyer, Slot
from sandbox.world.cast import invented_id_no
from tests.booking.conftest import FRIDAY, SLOT, TODAY, Clock, add_slot
from tests.booking.window.conftest import held, licence
from tests.console.conftest import Browser, SignedIn


@pytest.fixture
def gate(signed_in: SignedIn, lawyers) -> Browser:
    lawyers(2)
    return signed_in("gate")


def typed(browser: Browser, **more: Any) -> dict[str, Any]:
    text = browser.get(f"window?day={FRIDAY}").text
    return {
        "token": text.partition('name="token" value="')[2].partition('"')[0], "day": str(FRIDAY), "slot": SLOT,
        "minutes": "60", "licence_no": licence(0), "licence_seen": "true", "detainee_name": "当事人",
        "mandate": "entrusted", "stage": "trial", "companion_name": ["", "", ""],
        "companion_role": ["lawyer"] * 3, "companion_licence": ["", "", ""],
    } | more  # fmt: skip


def test_a_walk_in_is_entered_and_the_reference_shown(gate: Browser) -> None:
    answer = gate.post("window", **typed(gate))
    booking = Booking.get()
    assert (answer.status_code, answer.location) == (303, f"/console/window/{booking.ref}")
    text = gate.get(answer.location).text
    assert booking.ref in text and "已预约" in text and "08:30–09:30" in text
    assert (booking.way, booking.state) == ("window", "confirmed")
    assert Audit.get(Audit.what == "window.enter").who == "gate-pudong"


def test_who_stands_here_today_is_led_on_to_his_arrival(gate: Browser, signed_in: SignedIn, clock: Clock) -> None:
    """Nobody may pay with a strike for an officer who forgot the second step."""
    slip = gate.post("window", **typed(gate)).location
    onward = f"/console/arrivals/{Booking.get().ref}"
    assert onward not in gate.get(slip).text
    clock.moment = at(FRIDAY, time(8, 20))
    assert onward in signed_in("gate").get(slip).text


def test_a_double_click_and_the_back_button_make_one_booking(gate: Browser) -> None:
    fields = typed(gate)
    first, again = gate.post("window", **fields), gate.post("window", **fields)
    assert first.location == again.location
    assert Booking.select().count() == Slot.get_by_id(SLOT).window_taken == 1


def test_a_form_come_back_to_and_changed_is_not_a_second_booking(gate: Browser) -> None:
    fields = typed(gate)
    gate.post("window", **fields)
    text = gate.post("window", **(fields | {"detainee_name": "另一人"})).text
    assert "这张登记表已登记为预约" in text
    assert Booking.select().count() == 1


def test_findings_come_first_and_the_officer_decides(gate: Browser) -> None:
    held("在押人", invented_id_no(7))
    fields = typed(gate)
    text = gate.post("window", **fields).text
    assert "在押人员名册中未找到此人" in text and "已核对，仍予登记" in text
    assert not Booking.select().exists()
    seen = text.partition('name="seen" value="')[2].partition('"')[0]
    assert gate.post("window", **fields, seen=seen).status_code == 303
    assert Booking.get().findings[0]["code"] == "detainee_not_here"


def test_what_was_typed_comes_back_with_what_is_wrong(gate: Browser) -> None:
    text = gate.post("window", **typed(gate, licence_no="123", detainee_name="当事人甲")).text
    assert "执业证号：执业证号应为 17 位数字" in text
    assert 'value="当事人甲"' in text and 'value="123"' in text
    assert not Booking.select().exists()


@pytest.mark.parametrize(
    "wrong",
    [{"licence_seen": ""}, {"minutes": "5"}, {"minutes": "x"}, {"detainee_name": ""},
     {"detainee_id_no": "110105194912310021"},
     {"detainee_document": "passport", "detainee_id_no": "12"},
     {"phone": "12"}, {"mandate": "x"}, {"stage": ""}, {"token": ""}, {"day": "x"},
     {"companion_name": ["甲", "乙", "丙"]}, {"companion_name": ["甲"], "companion_role": ["x"]}, {"no_such": "1"},
     {"companion_name": ["甲"], "companion_licence": ["1"]}],
)  # fmt: skip
def test_bad_input_is_answered_in_words_and_nothing_is_written(gate: Browser, wrong) -> None:
    answer = gate.post("window", **typed(gate, **wrong))
    assert answer.status_code < 500 and answer.status_code != 303
    assert not Booking.select().exists()


def test_a_slot_of_another_centre_does_not_exist(gate: Browser) -> None:
    other = add_slot("qingpu", FRIDAY, time(8, 30))
    assert gate.post("window", **typed(gate, slot=other.id)).status_code == 404
    assert not Booking.select().exists()


def test_a_full_slot_says_so_on_the_form(gate: Browser) -> None:
    fields = typed(gate)
    Slot.update(window_seats=0).execute()
    assert "窗口名额已用完" in gate.post("window", **fields).text
    assert "窗口已满" in gate.get(f"window?day={FRIDAY}").text


def test_a_companion_is_kept_with_the_booking(gate: Browser) -> None:
    names, roles, numbers = ["", "张翻译", ""], ["lawyer", "assistant", "lawyer"], ["", "", ""]
    gate.post("window", **typed(gate, companion_name=names, companion_role=roles, companion_licence=numbers))
    assert Booking.get().companions == [{"name": "张翻译", "role": "assistant"}]


def test_what_is_known_of_a_licence_is_shown_and_on_record(gate: Browser, desk: Desk) -> None:
    Lawyer.update(suspended_until=desk.now().replace(year=2027)).execute()
    text = gate.get("window/lawyer", query_string={"licence_no": licence(0)}).text
    assert "律师0" in text and "窗口会见不受影响" in text
    assert Audit.get(Audit.what == "lawyer.seen").subject == licence(0)
    assert "名册中没有此证号" in gate.get("window/lawyer?licence_no=99999999999999999").text
    assert gate.get("window/lawyer?licence_no=12").status_code == 422


def test_today_comes_first_and_slots_that_are_over_are_not_offered(gate: Browser) -> None:
    add_slot("pudong", TODAY, time(7), minutes=60)
    add_slot("pudong", TODAY, time(10))
    text = gate.get("window").text
    assert "10:00–11:30" in text and "07:00–08:00" not in text
    assert gate.get("window?day=2020-01-01").status_code == 200
    assert gate.get("window?day=x").status_code == 422
