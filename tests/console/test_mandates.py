"""委托关系: seen in original on a booking's page, listed, ended with a reason."""

from dataclasses import replace

import pytest

from models import Audit, Booking, Mandate
from tests.booking.conftest import applying


@pytest.fixture
def booked(desk, lawyers) -> str:
    """By a lawyer who gave the person's number."""
    detainee = {"name": "田野", "id_no": "310101199001011237"}
    return desk.book(replace(applying(lawyers(1)[0]), detainee=detainee)).ref


@pytest.fixture
def gate(signed_in):
    return signed_in("gate")


def test_originals_seen_without_a_meeting_are_entered_on_the_bookings_page(gate, booked):
    assert "委托关系未核实" in gate.get(f"/console/bookings/{booked}").text
    gate.post(f"/console/bookings/{booked}/mandate", seen="true")
    assert "委托关系已核实：侦查阶段" in gate.get(f"/console/bookings/{booked}").text
    listed = gate.get("/console/mandates").text
    assert "田野" in listed and "有效" in listed
    assert [line.subject for line in Audit.select().where(Audit.what == "mandates.listed")] == ["pudong"]


def test_unticked_nothing_is_proven(gate, booked):
    assert gate.post(f"/console/bookings/{booked}/mandate").status_code == 409
    assert not Mandate.select().exists()


def test_a_bare_name_is_not_offered_and_not_taken(gate, desk, lawyers):
    ref = desk.book(applying(lawyers(1)[0])).ref
    assert "未核实（只填了姓名" in gate.get(f"/console/bookings/{ref}").text
    assert gate.post(f"/console/bookings/{ref}/mandate", seen="true").status_code == 409
    assert not Mandate.select().exists()


def test_it_is_ended_with_a_reason_and_stays_in_the_list_of_the_ended(gate, booked):
    gate.post(f"/console/bookings/{booked}/mandate", seen="true")
    made = Mandate.get()
    assert gate.post(f"/console/mandates/{made.id}/ending", why="").status_code == 422
    gate.post(f"/console/mandates/{made.id}/ending", why="已解除委托")
    assert "没有已核实的委托关系" in gate.get("/console/mandates").text
    assert "结束：已解除委托" in gate.get("/console/mandates?ended=true").text
    assert "委托关系未核实" in gate.get(f"/console/bookings/{booked}").text


def test_anothers_centre_has_none_of_ours(signed_in, gate, booked):
    gate.post(f"/console/bookings/{booked}/mandate", seen="true")
    made, stranger = Mandate.get(), signed_in("chief", centre="qingpu")
    assert "田野" not in stranger.get("/console/mandates").text
    assert stranger.post(f"/console/mandates/{made.id}/ending", why="x").status_code == 404
    assert Booking.get_by_id(booked).state == "submitted" and Mandate.get().active == 1
