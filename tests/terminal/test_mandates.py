"""`flask mandates`: what is proven, from the terminal."""

import pytest

from models import Booking, Mandate
from sandbox import world
from sandbox.world import upcoming
from tests.terminal.conftest import NOW, told


@pytest.fixture
def booked(furnished) -> str:
    """One of the demo's with the person's number given, and a mandate that nobody has seen."""
    upcoming.write(furnished)
    wang = world.lawyer(world.WANG)
    return str(Booking.get(Booking.lawyer == wang).ref)


def test_the_demo_has_some(flask, booked):
    rows = told(flask("mandates", "list", "--json"))
    assert rows and {row["state"] for row in rows} == {"有效"}
    assert {row["by"] for row in rows} == {"gate-pudong"}


def test_originals_are_entered_by_a_booking_and_ended_with_a_reason(flask, booked):
    said = flask("mandates", "prove", booked.lower(), "--by", "gate-pudong")
    assert said.exit_code == 0 and "已登记委托关系" in said.output
    made = Mandate.get(Mandate.booking == booked)
    assert (made.proven_by, made.proven_at) == ("gate-pudong", NOW)
    assert "已结束：已解除委托" in flask("mandates", "end", made.id, "--reason", "已解除委托").output
    again = flask("mandates", "end", made.id, "--reason", "再来")
    assert again.exit_code == 1 and "已经结束" in again.output
    assert made.id not in [row["id"] for row in told(flask("mandates", "list", "--json"))]
    assert made.id in [row["id"] for row in told(flask("mandates", "list", "--ended", "--json"))]


def test_no_booking_no_mandate(flask, furnished):
    said = flask("mandates", "prove", "ZZZZZZZZ")
    assert said.exit_code == 1 and "没有这个预约" in said.output
