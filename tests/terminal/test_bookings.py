"""Review, arrivals, strikes, notices and seats by command."""

from datetime import timedelta

import pytest
from peewee import DataError, OperationalError

import models
from models import Booking, Notice, Rest, Slot, Strike
from sandbox import world
from tests.terminal.conftest import NOW, told

# The SQL is the desk's, and tried on both databases there.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def lived_in(desk):
    world.load(desk, NOW)
    return desk


def test_a_waiting_booking_is_approved_once(flask, lived_in):
    waiting = [row["ref"] for row in told(flask("review", "list", "--json")) if not row["findings"]]
    assert "已通过" in flask("review", "approve", waiting[0].lower(), "--by", "review-pudong").stdout
    assert Booking.get_by_id(waiting[0]).state == "confirmed"
    again = flask("review", "approve", waiting[0])
    assert again.exit_code == 1 and again.stderr.startswith("未完成：")


def test_a_rejection_needs_a_reason_and_lets_the_seat_rest(flask, lived_in):
    ref = told(flask("review", "list", "--json"))[0]["ref"]
    assert flask("review", "reject", ref).exit_code == 2
    taken = Booking.get_by_id(ref).slot.taken
    assert flask("review", "reject", ref, "--reason", "手续不全").exit_code == 0
    booking = Booking.get_by_id(ref)
    assert (booking.state, booking.decision_reason, booking.slot.taken) == ("rejected", "手续不全", taken)
    assert Rest.get().ref == ref


def test_a_reference_nobody_has_is_said_so(flask, lived_in):
    for words in (
        ("review", "approve"),
        ("arrivals", "arrive"),
        ("arrivals", "start"),
        ("arrivals", "finish"),
        ("arrivals", "no-show"),
    ):
        assert flask(*words, "ZZZZZZZZ").exit_code == 1


def last_confirmed():
    """One that is still ahead, of which no list says something else since."""
    ahead = (Booking.state == "confirmed") & Booking.again_since.is_null()
    return Booking.select().where(ahead).order_by(Booking.starts_at.desc()).get()


def test_the_gate_takes_a_meeting_from_arrival_to_its_end(flask, lived_in, monkeypatch):
    booking = last_confirmed()
    assert flask("arrivals", "arrive", booking.ref).exit_code == 1
    monkeypatch.setattr(lived_in, "now", lambda: booking.starts_at)
    for command, state in (("arrive", "已到场"), ("start", "会见中"), ("finish", "已完成")):
        assert state in flask("arrivals", command, booking.ref).stdout
    assert Booking.get_by_id(booking.ref).state == "done"


def test_who_did_not_come_is_marked_by_the_gate(flask, lived_in, monkeypatch):
    booking = last_confirmed()
    early = flask("arrivals", "no-show", booking.ref)
    assert early.exit_code == 1 and "起未到场才计爽约" in early.stderr
    monkeypatch.setattr(lived_in, "now", lambda: booking.starts_at + timedelta(minutes=15))
    assert "爽约" in flask("arrivals", "no-show", booking.ref.lower()).stdout
    assert Strike.get(Strike.booking == booking.ref).kind == "no_show"


def test_waiving_a_strike_lifts_the_suspension_it_led_to(flask, lived_in):
    strikes = told(flask("strikes", "list", "--licence", world.ZHAO.licence_no, "--json"))
    assert [strike["state"] for strike in strikes] == ["used"] * 3
    assert flask("strikes", "waive", strikes[0]["id"], "--reason", "道路中断").exit_code == 0
    assert not world.lawyer(world.ZHAO).is_suspended(NOW)
    assert Strike.get_by_id(strikes[0]["id"]).state == "waived"
    again = flask("strikes", "waive", strikes[0]["id"], "--why", "再次")  # as it was called before
    assert again.exit_code == 1 and "已撤销" in again.stderr


def test_what_could_not_be_told_is_listed(flask, lived_in):
    notice = Notice.get()
    Notice.update(state="failed", code="isv.MOBILE_NUMBER_ILLEGAL").where(Notice.id == notice.id).execute()
    (row,) = told(flask("notices", "list", "--json"))
    assert (row["id"], row["state"]) == (notice.id, "failed")
    assert flask("notices", "resend", 999999).exit_code == 1


def test_the_seats_are_counted_and_set_right(flask, lived_in):
    assert flask("seats", "check").exit_code == 0
    booked = Slot.get(Slot.taken > 0, Slot.starts_at > NOW)
    Slot.update(taken=Slot.taken + 1).where(Slot.id == booked.id).execute()
    assert flask("seats", "check").exit_code == 1
    assert flask("seats", "check", "--repair").exit_code == 0
    assert Slot.get_by_id(booked.id).taken == booked.taken


def test_the_demo_is_loaded_by_command_and_nowhere_but_in_a_demo(flask, house):
    assert told(flask("demo", "load", "--json"))["roll"] == 200
    house.load_demo = None
    refused = flask("demo", "load")
    assert refused.exit_code == 1 and "不是演示环境" in refused.stderr


def test_a_database_without_tables_is_a_sentence_not_a_trace(flask, monkeypatch):
    def gone(*_):
        raise OperationalError("no such table: centre")

    monkeypatch.setattr(models.Centre, "select", gone)
    answered = flask("centre", "list")
    assert answered.exit_code == 1
    assert "flask db upgrade" in answered.stderr


def test_an_account_no_column_could_hold_is_refused_before_anything_is_asked(flask, lived_in):
    ref = told(flask("review", "list", "--json"))[0]["ref"]
    for nobody in ("长" * 81, " "):
        answered = flask("review", "reject", ref, "--reason", "手续不全", "--by", nobody)
        assert answered.exit_code == 2 and "最多 80 个字" in answered.stderr
    assert Booking.get_by_id(ref).state == "submitted"
    assert flask("review", "reject", ref, "--reason", "手续不全", "--by", "长" * 80).exit_code == 0


def test_what_the_database_can_not_hold_is_a_sentence_not_a_trace(flask, lived_in, monkeypatch):
    def too_long(*_):
        raise DataError("value too long for type character varying(60)\n")

    monkeypatch.setattr(models.Centre, "select", too_long)
    answered = flask("centre", "list")
    assert answered.exit_code == 1
    assert "有一项过长" in answered.stderr and "varying(60)" in answered.stderr
