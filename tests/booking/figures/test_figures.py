"""Figures: what the days kept say is what the bookings say, and today is counted as it stands."""

from datetime import date, datetime, time, timedelta

import pytest

from booking.figures import daily, spans
from booking.figures.spans import Tally
from clock import at
from models import (
    Booking,
    Centre,
    Change,
    DayFigures,
    Notice,
    Slot,
    SlotFigures,
    TurnedAway,
    Visit,
)
from refusals import Invalid
from tests.booking.conftest import TODAY, add_slot

MONDAY = date(2026, 11, 16)
_LIVES = {
    "done": ("confirmed", "arrived", "meeting", "done"),
    "no_show": ("confirmed", "no_show"),
    "rejected": ("rejected",),
    "cancelled": ("cancelled",),
    "submitted": (),
}


def met(ref, lawyer, slot, state="done", *, wait=10, days=5, decided=60, by="review-pudong", way="online", who=""):
    """A booking and its life: booked `days` before, decided after `decided` minutes, `wait` minutes in the hall."""
    created = slot.starts_at - timedelta(days=days)
    Booking.create(
        ref=ref, lawyer=lawyer, centre=slot.centre_id, slot=slot.id, starts_at=slot.starts_at, minutes=60,
        ends_at=slot.starts_at + timedelta(minutes=60), state=state, active=None if state in daily.FREED else 1,
        detainee_key=who or ref, detainee_sealed="", mandate="entrusted", stage="trial", created_at=created, way=way,
    )  # fmt: skip
    if state == "done":
        Visit.create(
            booking=ref,
            arrived_at=slot.starts_at - timedelta(minutes=5),
            who="gate",
            started_at=slot.starts_at + timedelta(minutes=wait - 5),
        )
    before, moments = "submitted", {
        "confirmed": created + timedelta(minutes=decided), "rejected": created + timedelta(minutes=decided),
        "arrived": slot.starts_at - timedelta(minutes=5), "cancelled": created + timedelta(hours=1),
        "meeting": slot.starts_at + timedelta(minutes=wait - 5),
    }  # fmt: skip
    for to in _LIVES[state]:
        moment = moments.get(to, slot.starts_at + timedelta(minutes=50))
        who_did = by if to in ("confirmed", "rejected") else "gate"
        Change.create(booking=ref, at=moment, from_state=before, to_state=to, by=who_did)
        before = to


@pytest.fixture
def week(desk, lawyers):
    """Monday with all that can befall a booking."""
    slot, later = add_slot("pudong", MONDAY, time(8, 30)), add_slot("pudong", MONDAY, time(10), seats=2)
    ids = lawyers(9)
    met("A0000001", ids[0], slot, wait=4, who="X")
    met("A0000002", ids[1], slot, wait=20, by="system", decided=300)
    met("A0000003", ids[2], slot, "no_show")
    met("A0000004", ids[3], slot, "cancelled")
    met("A0000005", ids[4], slot, "rejected")
    met("A0000006", ids[5], later, wait=30, way="window", days=0)
    met("A0000007", ids[6], later, wait=8, days=2, who="X")
    for lawyer, starts, why in (
        (1, "08:30", "full"),
        (1, "10:00", "full"),
        (2, "10:00", "full"),
        (3, "10:00", "outside"),
    ):
        TurnedAway.create(centre="pudong", date=MONDAY, starts=starts, why=why, lawyer=lawyer)
    for number, (state, delivered) in enumerate(
        (("sent", True), ("sent", False), ("failed", False), ("unknown", False), ("due", False))
    ):
        Notice.create(
            event=f"e{number}", kind="confirmed", channel="sms", lawyer=ids[0], booking="A0000001", words={}, state=state,
            due_at=desk.now(), created_at=desk.now(), delivered_at=desk.now() if delivered else None,
        )  # fmt: skip
    return slot


def shown(now: datetime, first=MONDAY, last=TODAY, centres=("pudong",)):
    return spans.of(centres, first, last, now)


def test_a_day_is_counted_into_every_figure(desk, week):
    daily.make_due(desk.now())
    found = shown(desk.now())
    whole = found.whole
    assert {name: whole[name] for name in ("seats", "booked", "window_booked", "held", "no_shows")} == {
        "seats": 40 + 30, "booked": 4, "window_booked": 1, "held": 4, "no_shows": 1,
    }  # fmt: skip
    assert (whole["cancelled"], whole["rejected"]) == (1, 1)
    assert (whole.use, whole.window_share, whole.no_show_rate) == (4 / 70, 1 / 5, 1 / 5)
    assert sorted(whole.spread("waits").elements()) == [4, 8, 20, 30]
    assert (whole.rank("waits"), whole.rank("waits", 0.9)) == (8, 30)
    assert sorted(whole.spread("leads").elements()) == [48, 120, 120, 120]
    assert (whole["decided"], whole["decided_rejected"], whole["by_system"]) == (6, 1, 1)
    assert [whole[f"sms_{kind}"] for kind in ("delivered", "sent", "failed", "unknown")] == [1, 1, 1, 1]
    assert (found.hours["08:30"].taken, found.hours["10:00"].taken) == (3, 2)


def test_time_to_the_first_meeting_leaves_out_whom_somebody_had_met_before(desk, week):
    daily.make_due(desk.now())
    assert sorted(shown(desk.now()).whole.spread("firsts").elements()) == [0, 120, 120]


def test_a_lawyer_turned_away_counts_once_a_day_and_once_a_slot(desk, week):
    daily.make_due(desk.now())
    found = shown(desk.now())
    assert (found.whole["full_lawyers"], found.whole["outside_lawyers"]) == (2, 1)
    assert (found.hours["08:30"]["full"], found.hours["10:00"]["full"]) == (1, 2)


def test_today_is_counted_as_it_stands_and_like_the_day_kept(desk, week, clock):
    daily.make_due(desk.now())
    kept = shown(desk.now(), MONDAY, MONDAY)
    SlotFigures.delete().execute()
    DayFigures.delete().execute()
    live = shown(at(MONDAY, time(18)), MONDAY, MONDAY)
    assert live == kept
    assert live.whole.taken == 5


def test_counting_twice_changes_nothing_and_what_came_late_is_seen(desk, week, clock):
    daily.make_due(clock())
    assert daily.make_due(clock()) == 0
    Slot.update(date=TODAY - timedelta(days=3)).execute()
    assert daily.make_due(clock()) == 1
    Booking.update(state="done").where(Booking.state == "no_show").execute()
    clock.move(hours=5)
    assert daily.make_due(clock()) == 0
    clock.move(hours=2)
    assert daily.make_due(clock()) == 1
    assert (DayFigures.select().count(), SlotFigures.select().count()) == (2, 4)
    assert spans.of(["pudong"], TODAY - timedelta(days=4), TODAY, clock()).whole["no_shows"] == 0
    clock.move(days=9)
    assert daily.make_due(clock()) == 0  # what is older stays as it is


def test_many_days_are_made_up_for_some_at_a_time(desk, clock, monkeypatch):
    monkeypatch.setattr(daily, "DAYS_AT_ONCE", 2)
    for number in range(1, 6):
        add_slot("pudong", TODAY - timedelta(days=number), time(9))
    assert [daily.make_due(clock()) for _ in range(4)] == [2, 2, 1, 0]


def test_centres_are_kept_apart_and_added_up_for_the_bureau(desk, week, lawyers):
    Centre.create(code="qingpu", name="青浦", address="", created_at=desk.now())
    other = add_slot("qingpu", MONDAY, time(8, 30))
    met("B0000001", 1, other, wait=50)
    daily.make_due(desk.now())
    assert shown(desk.now(), centres=["qingpu"]).whole["held"] == 1
    assert shown(desk.now(), centres=["qingpu", "pudong"]).whole["held"] == 5
    assert shown(desk.now(), centres=["qingpu", "pudong"]).hours["08:30"].taken == 4


def test_a_long_span_is_told_by_weeks(desk, week):
    daily.make_due(desk.now())
    found = shown(desk.now(), first=date(2026, 8, 1))
    assert found.by_week
    assert list(found.spans) == [MONDAY]
    assert found.spans[MONDAY]["held"] == 4


def test_the_span_is_checked(clock):
    now = clock()
    assert spans.span(None, None, now) == (TODAY - timedelta(days=27), TODAY)
    assert spans.span(MONDAY, date(2099, 1, 1), now) == (MONDAY, TODAY)
    for first, last in ((TODAY, MONDAY), (date(2027, 1, 1), None), (date(2020, 1, 1), None)):
        with pytest.raises(Invalid):
            spans.span(first, last, now)


def test_ranks_of_few_and_of_none():
    tally = Tally()
    assert (tally.rank("waits"), tally.use, tally.no_show_rate) == (None, None, None)
    tally.add_spreads({"waits": {"5": 1}})
    assert (tally.rank("waits"), tally.rank("waits", 0.9)) == (5, 5)
    tally.add_spreads({"waits": {"7": 9}})
    assert (tally.rank("waits", 0.1), tally.rank("waits")) == (5, 7)


def test_the_number_of_questions_does_not_grow_with_the_span(desk, week, queries):
    shown(desk.now(), TODAY, TODAY)
    few = len(queries)
    shown(desk.now(), date(2026, 1, 1), TODAY)
    assert (few, len(queries)) == (len(queries) - few, 2 * few)


def test_one_who_came_by_what_the_paper_shows_is_no_no_show(desk, week):
    """The clock had marked him as missed while the server was away; the state stays, the strike was waived."""
    Visit.create(booking="A0000003", arrived_at=week.starts_at, who="gate", entered_late=True)
    daily.make_due(desk.now())
    whole = shown(desk.now()).whole
    assert (whole["held"], whole["no_shows"], whole.no_show_rate) == (5, 0, 0)
