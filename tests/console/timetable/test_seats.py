"""Seats in the browser: raised at once, lowered after who is affected was seen."""

from booking.desk import Desk
from models import Audit, Booking, Notice, Slot
from tests.booking.conftest import FRIDAY, SLOT
from tests.console.conftest import Browser
from tests.console.timetable.conftest import hidden


def test_seats_are_raised_at_once(chief: Browser, desk: Desk) -> None:
    answer = chief.post(f"timetable/slots/{SLOT}/seats", seats="20")
    assert (answer.status_code, answer.location) == (303, f"/console/timetable/slots/{SLOT}")
    assert Slot.get_by_id(SLOT).seats == 20
    assert "网上名额已改为20" in chief.get(answer.location).text
    assert desk.slots("pudong", FRIDAY)[0].remaining == 20


def test_lowering_shows_who_is_affected_and_only_then_is_done(chief: Browser, booked) -> None:
    answer = chief.post(f"timetable/slots/{SLOT}/seats", seats="1")
    assert Slot.get_by_id(SLOT).seats == 12
    text = chief.get(answer.location).text
    assert booked[1] in text and booked[2] in text and booked[0] not in text
    assert "11-27 10:00" in text
    assert [(a.subject, a.words) for a in Audit.select().where(Audit.what == "lowering.seen")] == [
        (SLOT, {"bookings": 2})
    ]
    chief.post(f"timetable/slots/{SLOT}/seats", seats="1", seen=hidden(text, "seen"))
    assert Slot.get_by_id(SLOT).seats == 1
    assert Booking.select().where(Booking.active == 1).count() == 3


def test_lowering_can_take_the_last_back_in_the_same_confirm(chief: Browser, booked) -> None:
    text = chief.get(f"timetable/slots/{SLOT}?seats=1").text
    fields = {"seats": "1", "seen": hidden(text, "seen"), "withdraw": "true"}
    assert chief.post(f"timetable/slots/{SLOT}/seats", **fields).status_code == 422  # no reason
    assert Slot.get_by_id(SLOT).seats == 12
    chief.post(f"timetable/slots/{SLOT}/seats", **fields, reason="会见室减少")
    assert {b.ref for b in Booking.select().where(Booking.active.is_null())} == set(booked[1:])
    assert Notice.select().where(Notice.kind == "withdrawn").count() == 2


def test_an_old_page_lowers_nothing(chief: Browser, booked, desk: Desk) -> None:
    seen = hidden(chief.get(f"timetable/slots/{SLOT}?seats=1").text, "seen")
    desk.cancel(Booking.get_by_id(booked[0]).lawyer_id, booked[0])
    answer = chief.post(f"timetable/slots/{SLOT}/seats", seats="1", seen=seen, withdraw="true", reason="检修")
    assert "有变化，请再看一遍" in chief.get(answer.location).text
    assert Slot.get_by_id(SLOT).seats == 12


def test_window_seats_and_back_to_the_timetable(chief: Browser) -> None:
    chief.post(f"timetable/slots/{SLOT}/window-seats", window_seats="3")
    chief.post(f"timetable/slots/{SLOT}/seats", seats="20")
    assert "民警单独设定" in chief.get(f"timetable/slots/{SLOT}").text
    chief.post(f"timetable/slots/{SLOT}/timetable-seats")
    slot = Slot.get_by_id(SLOT)
    assert (slot.seats, slot.window_seats) == (12, 28)
