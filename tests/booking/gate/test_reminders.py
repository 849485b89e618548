"""The day before a meeting, once, to those who were confirmed before the moment."""

from datetime import time

import pytest

from booking.gate import reminders
from booking.record.actor import Actor
from booking.record.retention import prune
from booking.review import decisions
from clock import at
from models import Centre, KeptAnswer, Notice
from tests.booking.conftest import FRIDAY, applying

REMINDER = at(FRIDAY.replace(day=26), time(10))


@pytest.fixture
def booked(desk, lawyers):
    """Chen's booking for Friday 08:30."""
    [chen] = lawyers(1)
    return desk.book(applying(chen)).ref


@pytest.fixture
def remind(clock):
    def at_moment(moment):
        clock.moment = moment
        return reminders.post_due(moment)

    return at_moment


def reminded():
    return [notice.event for notice in Notice.select().where(Notice.kind == "reminder")]


def test_a_confirmed_lawyer_is_reminded_once_at_ten_the_day_before(desk, booked, remind):
    decisions.approve(Actor("officer"), desk.now(), booked)
    assert remind(at(FRIDAY.replace(day=26), time(9, 59))) == 0
    assert [remind(REMINDER), remind(REMINDER)] == [1, 0]
    assert reminded() == [f"{booked}:reminder"]
    assert "嫌疑人" not in str(Notice.get(Notice.kind == "reminder").words)


def test_who_is_confirmed_after_the_moment_gets_none(desk, booked, clock, remind):
    clock.moment = at(FRIDAY.replace(day=26), time(10, 1))
    decisions.approve(Actor("officer"), desk.now(), booked)
    assert remind(at(FRIDAY.replace(day=26), time(12))) == 0


def test_what_is_not_confirmed_or_cancelled_is_not_reminded_of(desk, booked, lawyers, remind):
    assert remind(REMINDER) == 0
    decisions.reject(desk, Actor("officer"), booked, "材料不全")
    assert remind(REMINDER) == 0


def test_a_clock_that_stood_still_reminds_on_the_day_and_not_after_the_start(desk, booked, remind):
    decisions.approve(Actor("officer"), desk.now(), booked)
    assert remind(at(FRIDAY, time(8, 31))) == 0
    assert remind(at(FRIDAY, time(6))) == 1


def test_the_hour_is_the_centres(desk, booked, remind):
    decisions.approve(Actor("officer"), desk.now(), booked)
    Centre.update(policy={"reminder_at": "16:00"}).execute()
    assert remind(at(FRIDAY.replace(day=26), time(15, 59))) == 0
    assert remind(at(FRIDAY.replace(day=26), time(16))) == 1


def test_answers_are_kept_seven_days(desk, booked, clock):
    clock.move(days=6, hours=23)
    assert prune(clock()) == 0
    assert KeptAnswer.select().count() == 1
    clock.move(hours=2)
    assert prune(clock()) == 1
    assert KeptAnswer.select().count() == 0
