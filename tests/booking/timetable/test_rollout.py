"""Slots laid out from timetable and calendar, raised and lowered, closed and opened, and passed to the window."""

import threading
from datetime import date, time, timedelta

import pytest

from booking.desk import Desk
from booking.desk.application import Application
from booking.record.actor import Actor
from booking.timetable import holidays, imports, rollout
from clock import at
from models import Centre, CentreDay, Slot
from models import database as db
from sandbox import world
from seats.counters import SeatCounters

NOW = at(date(2026, 11, 24), time(9))  # a Tuesday
FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)


@pytest.fixture
def desk(database, redis_client):
    desk = Desk(SeatCounters(redis_client), lambda: NOW)
    world.furnish(desk, NOW)
    return desk


def rule(desk, now=NOW, centre="pudong", **change):
    """A newer timetable, in force from today, with one slot of a day."""
    line = {
        "weekdays": (0, 1, 2, 3, 4),
        "starts": ("08:30",),
        "minutes": 90,
        "seats": 12,
        "window_seats": 28,
    } | change
    table = imports.read({"centre": centre, "valid_from": now.date(), "slot": [line]})
    imports.import_table(Actor("chief"), now, table, "test")
    return rollout.open_days(desk, now)


def book(desk, person=world.WANG, slot_id="pudong-20261130-0830"):
    return desk.book(
        Application(
            lawyer_id=world.lawyer(person).id, key=slot_id, body_hash="h", slot_id=slot_id, minutes=60,
            detainee={"name": person.name}, mandate="entrusted", stage="trial", render=lambda *_: "{}",
        )
    ).ref  # fmt: skip


def test_five_slots_a_working_day_with_their_seats(desk):
    slots = Slot.of_day("pudong", FRIDAY)
    assert [slot.id[-4:] for slot in slots] == ["0830", "1000", "1330", "1500", "1630"]
    assert {(slot.seats, slot.window_seats, slot.open) for slot in slots} == {(12, 28, True)}
    assert (slots[0].starts_at, slots[0].ends_at) == (at(FRIDAY, time(8, 30)), at(FRIDAY, time(10)))
    assert Slot.of_day("pudong", date(2026, 11, 28)) == []


def test_days_are_laid_out_two_weeks_ahead_for_every_centre(desk):
    for centre in ("pudong", "qingpu"):
        days = {slot.date for slot in Slot.select().where(Slot.centre == centre)}
        assert (min(days), max(days)) == (NOW.date(), date(2026, 12, 8))


def test_laying_out_again_changes_nothing_and_writes_nothing(desk, queries):
    assert rollout.open_days(desk, NOW) == (0, 0)
    assert not [sql for sql in queries if not sql.lstrip("( ").upper().startswith(("SELECT", "BEGIN", "COMMIT"))]
    assert len([sql for sql in queries if "SELECT" in sql]) <= 6


def test_raised_seats_can_be_booked_at_once(desk):
    desk.slots("pudong", MONDAY)
    rule(desk, seats=20)
    assert Slot.get_by_id("pudong-20261130-0830").seats == 20
    assert desk.slots("pudong", MONDAY)[0].remaining == 20


def test_lowering_throws_nobody_out_and_lets_nobody_in(desk):
    refs = [book(desk, person) for person in world.COLLEAGUES[:3]]
    rule(desk, seats=2)
    slot = Slot.get_by_id("pudong-20261130-0830")
    assert (slot.seats, slot.taken) == (2, 3)
    assert len(refs) == 3
    view = desk.slots("pudong", MONDAY)[0]
    assert (view.remaining, view.bookable) == (0, False)


def test_a_slot_the_newer_timetable_lacks_is_closed_and_may_come_back(desk):
    rule(desk)
    assert Slot.get_by_id("pudong-20261130-1000").closed_reason == "该时段已不在时间表内"
    rule(desk, starts=("08:30", "10:00"))
    slot = Slot.get_by_id("pudong-20261130-1000")
    assert (slot.open, slot.closed_reason) == (True, "")


def test_a_day_the_centre_closes_is_closed_and_opened_again(desk):
    CentreDay.create(centre="pudong", day=MONDAY, open=False, reason="设备检修")
    rollout.open_days(desk, NOW)
    assert {(slot.open, slot.closed_reason) for slot in Slot.of_day("pudong", MONDAY)} == {(False, "设备检修")}
    CentreDay.delete().execute()
    rollout.open_days(desk, NOW)
    assert all(slot.open for slot in Slot.of_day("pudong", MONDAY))


def test_a_swapped_saturday_runs_as_the_friday_before(desk):
    moment = at(date(2026, 10, 7), time(9))
    rollout.open_days(desk, moment)
    assert len(Slot.of_day("pudong", date(2026, 10, 10))) == 5
    assert all(slot.open for slot in Slot.of_day("pudong", date(2026, 10, 10)))


def test_days_of_a_year_without_a_table_lie_ready_but_closed(desk):
    moment = at(date(2026, 12, 28), time(9))
    rollout.open_days(desk, moment)
    slots = Slot.of_day("pudong", date(2027, 1, 4))
    assert {(slot.open, slot.closed_reason) for slot in slots} == {(False, "2027年节假日安排尚未公布，暂不能预约")}
    off = {"元旦": "01-01", "劳动节": "05-01", "国庆节": "10-01"}
    periods = [{"name": name, "off": [f"2027-{day}"] * 2} for name, day in off.items()]
    holidays.import_year(Actor("chief"), moment, holidays.read({"year": 2027, "source": "试", "holiday": periods}))
    rollout.open_days(desk, moment)
    assert all(slot.open for slot in Slot.of_day("pudong", date(2027, 1, 4)))
    assert not any(slot.open for slot in Slot.of_day("pudong", date(2027, 1, 1)))


def test_a_timetable_rules_only_while_it_is_in_force(desk):
    line = {"weekdays": [0, 1, 2, 3, 4], "starts": ["08:30"], "minutes": 90, "seats": 5, "window_seats": 1}
    table = {"centre": "pudong", "valid_from": MONDAY, "valid_to": MONDAY, "slot": [line]}
    imports.import_table(Actor("chief"), NOW, imports.read(table), "test")
    rollout.open_days(desk, NOW)
    days = (FRIDAY, MONDAY, date(2026, 12, 1))
    assert [Slot.of_day("pudong", day)[0].seats for day in days] == [12, 5, 12]


def test_unclaimed_seats_pass_to_the_window_once_the_day_closes(desk):
    book(desk)
    closes = at(date(2026, 11, 29), time(0))
    rollout.pass_to_window(desk, closes - timedelta(seconds=1))
    assert Slot.get_by_id("pudong-20261130-0830").seats == 12
    for _ in range(2):
        rollout.pass_to_window(desk, closes)
        slot = Slot.get_by_id("pudong-20261130-0830")
        assert (slot.seats, slot.taken, slot.window_seats) == (1, 1, 39)


def test_a_slot_that_has_begun_shows_no_seats(desk):
    today = NOW.date()
    Slot.update(seats=12, taken=0, window_seats=28).where(Slot.date == today).execute()
    assert desk.slots("pudong", today)[0].remaining == 12
    evening = at(today, time(20))
    rollout.pass_to_window(desk, evening)
    assert {(slot.seats, slot.window_seats) for slot in Slot.of_day("pudong", today)} == {(0, 40)}
    assert [view.remaining for view in desk.slots("pudong", today)] == [0] * 5
    assert rollout.pass_to_window(desk, evening) == 0


def test_where_a_day_can_be_booked_to_its_end_the_slots_that_begin_are_passed_on_and_stay_so(desk):
    Centre.update(policy={"closes_days_before": 0}).execute()
    ten = at(NOW.date(), time(10))
    Slot.update(seats=12, window_seats=28).where(Slot.date == NOW.date()).execute()
    for _ in range(2):
        rollout.pass_to_window(desk, ten)
        rollout.open_days(desk, ten)
        assert [slot.seats for slot in Slot.of_day("pudong", NOW.date())] == [0, 0, 12, 12, 12]


def test_the_days_that_are_over_are_left_alone(desk):
    yesterday = NOW.date() - timedelta(days=1)
    Slot.update(date=yesterday, seats=12).where(Slot.id == "pudong-20261124-0830").execute()
    rollout.pass_to_window(desk, at(NOW.date(), time(20)))
    assert Slot.get_by_id("pudong-20261124-0830").seats == 12


def test_laying_out_leaves_the_windows_seats_to_the_window(desk):
    closes = at(date(2026, 11, 29), time(0))
    rollout.pass_to_window(desk, closes)
    rule(desk, now=closes, seats=30)
    slot = Slot.get_by_id("pudong-20261130-0830")
    assert (slot.seats, slot.window_seats) == (0, 40)


def test_each_centre_passes_seats_on_by_its_own_rule(desk):
    Centre.update(policy={"closes_days_before": 4}).where(Centre.code == "qingpu").execute()
    rollout.pass_to_window(desk, NOW)
    seats = {centre: Slot.of_day(centre, FRIDAY)[0].seats for centre in ("pudong", "qingpu")}
    assert seats == {"pudong": 12, "qingpu": 0}


def test_two_clocks_at_once_lay_out_every_slot_once(database, redis_client):
    desk = Desk(SeatCounters(redis_client), lambda: NOW)
    world.furnish(desk, NOW)
    Slot.delete().execute()
    barrier, problems = threading.Barrier(4), []

    def tick():
        try:
            barrier.wait()
            rollout.open_days(desk, NOW)
            rollout.pass_to_window(desk, NOW)
        except Exception as problem:
            problems.append(problem)
        finally:
            db.close()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert Slot.select().count() == 2 * 11 * 5
    slots = Slot.of_day("pudong", NOW.date()) + Slot.of_day("pudong", FRIDAY)
    assert {(slot.seats + slot.window_seats) for slot in slots} == {40}
