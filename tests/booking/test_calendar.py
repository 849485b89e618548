"""Which days are worked: the centre's word, the State Council's table, the weekday, in this order."""

from datetime import date, time

import pytest

from booking import calendar
from booking.desk import Desk
from booking.record.actor import Actor
from booking.timetable import holidays
from clock import at
from models import CentreDay, HolidayTable
from sandbox import world
from seats.counters import SeatCounters

NOW = at(date(2026, 11, 24), time(9))


@pytest.fixture
def pudong(database, redis_client):
    world.furnish(Desk(SeatCounters(redis_client), lambda: NOW), NOW)
    return "pudong"


def kind(*day):
    return calendar.working("pudong", date(*day))


def test_an_ordinary_weekday_is_worked_and_a_weekend_is_not(pudong):
    assert kind(2026, 11, 24) == (True, "")
    assert kind(2026, 11, 28) == (False, "周六不安排会见")


def test_a_holiday_is_off_and_the_day_swapped_for_it_is_worked(pudong):
    assert kind(2026, 10, 1) == (False, "国庆节放假")
    assert kind(2026, 10, 10) == (True, "")


def test_the_centres_word_beats_the_table(pudong):
    CentreDay.create(centre=pudong, day=date(2026, 10, 1), open=True)
    CentreDay.create(centre=pudong, day=date(2026, 11, 24), open=False, reason="设备检修")
    assert kind(2026, 10, 1).open
    assert kind(2026, 11, 24) == (False, "设备检修")
    assert calendar.working("qingpu", date(2026, 11, 24)).open


def test_a_year_without_a_table_is_closed_and_says_why(pudong):
    assert kind(2027, 3, 1) == (False, "2027年节假日安排尚未公布，暂不能预约")


def test_a_centre_may_open_a_day_of_a_year_without_a_table(pudong):
    CentreDay.create(centre=pudong, day=date(2027, 1, 4), open=True)
    assert kind(2027, 1, 4).open


def test_the_alarm_names_the_year_that_comes_within_sixty_days(pudong):
    assert calendar.missing_tables(at(date(2026, 11, 1), time(9))) == []
    assert calendar.missing_tables(at(date(2026, 11, 2), time(9))) == [2027]
    assert calendar.missing_tables(at(date(2027, 11, 30), time(9))) == [2027, 2028]


def test_days_run_over_the_year_end_and_a_leap_day(pudong):
    found = calendar.days(pudong, date(2026, 12, 30), date(2027, 1, 2))
    assert [day.open for day in found.values()] == [True, True, False, False]
    assert date(2028, 2, 29) in calendar.days(pudong, date(2028, 2, 28), date(2028, 3, 1))


def test_a_later_notice_may_change_december_and_an_earlier_one_leaves_that_be(pudong):
    periods = [("元旦", ("2026-12-31", "2027-01-03")), ("劳动节", ("2027-05-01", "2027-05-05")),
               ("国庆节", ("2027-10-01", "2027-10-07"))]  # fmt: skip
    document = {"year": 2027, "source": "试", "holiday": [{"name": n, "off": o} for n, o in periods]}
    holidays.import_year(Actor("chief"), NOW, holidays.read(document))
    assert kind(2026, 12, 31) == (False, "元旦放假")
    HolidayTable.delete().where(HolidayTable.year == 2026).execute()
    world.furnish(Desk(None, lambda: NOW), NOW)
    assert kind(2026, 12, 31) == (False, "元旦放假")
    assert kind(2026, 10, 1) == (False, "国庆节放假")


def test_reading_a_long_period_asks_the_database_four_times(pudong, queries):
    calendar.days(pudong, date(2026, 1, 1), date(2026, 12, 31))
    assert len(queries) == 4
