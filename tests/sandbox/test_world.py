"""The demo world is what it says, whatever day it is loaded on."""

from datetime import date, datetime, time, timedelta

import pytest

from booking import documents
from booking.desk import Desk
from booking.figures import daily, spans
from booking.identity import is_id_no
from booking.lawyers import standing
from booking.review import queue, rivals
from clock import at
from models import Booking, Lawyer, Mandate, RollEntry, Slot, Strike, Visit
from models.detainees import id_key
from sandbox import world
from sandbox.world import cast, upcoming
from seats.counters import SeatCounters

TUESDAY = at(date(2026, 11, 24), time(9))


def desk_at(moment: datetime, redis_client) -> Desk:
    return Desk(SeatCounters(redis_client), lambda: moment)


def test_the_whole_world_loads_and_loads_again_without_change(database, redis_client):
    desk = desk_at(TUESDAY, redis_client)
    world.load(desk, TUESDAY)
    counts = [table.select().count() for table in (RollEntry, Lawyer, Booking, Slot, Strike, Visit)]
    world.load(desk, TUESDAY)
    assert counts == [table.select().count() for table in (RollEntry, Lawyer, Booking, Slot, Strike, Visit)]
    assert counts[0] == 200


def test_the_cast_stands_as_it_says(database, redis_client):
    world.load(desk_at(TUESDAY, redis_client), TUESDAY)
    assert standing.of(world.lawyer(world.LI), TUESDAY).left == 1
    assert world.lawyer(world.ZHAO).is_suspended(TUESDAY)
    assert world.lawyer(world.CHEN).state == "pending"
    assert Lawyer.of_openid(world.WALKER.openid) is None
    assert {"done", "no_show", "cancelled", "rejected", "submitted", "confirmed"} <= {b.state for b in Booking}


def test_some_bookings_wait_with_findings_and_some_without(database, redis_client):
    world.load(desk_at(TUESDAY, redis_client), TUESDAY)
    waiting = list(Booking.select().where(Booking.state == "submitted"))
    codes = {finding["code"] for booking in waiting for finding in booking.findings}
    assert {"permit_missing", "detainee_not_here", "detainee_ambiguous", "co_suspects"} <= codes
    assert any(not booking.findings for booking in waiting)
    assert sum(booking.centre_id == "pudong" for booking in waiting) == upcoming.QUEUE


@pytest.mark.parametrize(
    ("hour", "states"),
    [
        (7, {"confirmed"}),
        (10, {"done", "arrived", "meeting", "confirmed"}),
        (20, {"done"}),
    ],
)
def test_today_stands_as_it_would_at_that_hour(database, redis_client, hour, states):
    moment = at(TUESDAY.date(), time(hour))
    world.load(desk_at(moment, redis_client), moment)
    today = Booking.select().where(Booking.starts_at.between(at(TUESDAY.date(), time()), at(TUESDAY.date(), time(23))))
    assert {booking.state for booking in today} == states


def test_who_came_has_a_visit_and_who_meets_has_a_room(database, redis_client):
    moment = at(TUESDAY.date(), time(10))
    world.load(desk_at(moment, redis_client), moment)
    came = {b.ref: b.state for b in Booking.select().where(Booking.state.in_(("arrived", "meeting", "done")))}
    visits = {visit.booking_id: visit for visit in Visit}
    assert visits.keys() == came.keys()
    for ref, state in came.items():
        visit = visits[ref]
        assert visit.arrived_at <= (visit.started_at or moment) <= (visit.ended_at or moment) <= moment
        assert (visit.occupies_id is not None) == (state == "meeting")
        assert (visit.room_id is not None) == (state != "arrived")
    assert any(visit.occupies_id for visit in visits.values())


def test_every_slot_counts_the_bookings_that_hold_its_seats(database, redis_client):
    world.load(desk_at(TUESDAY, redis_client), TUESDAY)
    for slot in Slot.select().where(Slot.taken > 0):
        assert slot.taken == Booking.select().where(Booking.slot == slot.id, Booking.active == 1).count()
    assert Slot.select().where(Slot.taken > 0).exists()


MOMENTS = (
    (2026, 2, 14), (2026, 9, 30), (2026, 12, 3), (2026, 12, 31), (2027, 1, 1), (2028, 2, 28), (2030, 12, 30),
)  # fmt: skip


def test_there_are_bookable_days_whatever_today_is(database, redis_client):
    """Through year ends, long holidays, a leap day, and years no notice is out for."""
    for day in MOMENTS:
        moment = at(date(*day), time(9))
        world.furnish(desk_at(moment, redis_client), moment)
        open_days = {slot.date for slot in Slot.select().where(Slot.open, Slot.centre == "pudong")}
        assert any(timedelta(days=2) <= day - moment.date() <= timedelta(days=7) for day in open_days), day


def test_every_number_has_the_right_form():
    for person in (*cast.NAMED, *cast.COLLEAGUES):
        assert is_id_no(person.id_no)
        assert len(person.licence_no) == 17 and person.licence_no.isdigit()
        assert len(person.phone) == 11 and person.phone.startswith("19900")
    assert all(documents.fault(None, prisoner.id_no) == "" for prisoner in cast.HELD)


def test_no_two_of_the_cast_share_a_number(database):
    people = (*cast.NAMED, *cast.COLLEAGUES)
    for field in ("licence_no", "id_no", "phone", "openid"):
        assert len({getattr(person, field) for person in people}) == len(people)
    assert len({id_key(prisoner.id_no) for prisoner in cast.HELD}) == len(cast.HELD)


def test_there_are_figures_of_the_weeks_before_and_the_clock_counts_the_days_since(database, redis_client):
    world.load(desk_at(TUESDAY, redis_client), TUESDAY)
    assert daily.make_due(TUESDAY) >= 4
    found = spans.of(["pudong"], *spans.span(None, None, TUESDAY), TUESDAY)
    assert len(found.spans) == 20
    assert all(span["held"] <= span.taken <= span["seats"] for span in found.spans.values())
    assert found.whole.rank("waits") is not None and found.whole["full_lawyers"]


def test_the_demo_shows_what_officers_have_to_decide(database, redis_client):
    """A proven mandate, two who ask for one person, a licence revoked since, a foreigner."""
    moment = at(date(2026, 11, 24), time(9))
    world.load(desk_at(moment, redis_client), moment)
    assert Mandate.select().where(Mandate.active == 1).count() >= 2
    waiting = list(Booking.select().where(Booking.state == "submitted", Booking.centre == "pudong"))
    assert any(rivals.of(waiting).values())
    (changed,) = queue.changed("pudong", moment)
    assert [one["code"] for one in changed.again] == ["licence_revoked"]
    assert any(booking.detainee["id_no"] == cast.FOREIGNER.id_no for booking in waiting if "id_no" in booking.detainee)
