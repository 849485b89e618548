"""Booking at the desk, on both databases, with a real gate."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from peewee import OperationalError

import refusals
from booking.desk import Desk
from booking.documents import document_key
from booking.lawyers import mandates
from booking.lawyers.mandates import Pair
from booking.record.actor import Actor
from booking.refs import ref_for
from models import Booking, Centre, Change, KeptAnswer, Notice, Slot, database, on_postgres
from tests.booking.conftest import FRIDAY, SLOT, Clock, add_slot, applying, certain
from tests.booking.desk.conftest import PUDONG_FRIDAY, Lawyers, left, set_policy


def test_a_booking_takes_one_seat_and_tells_the_lawyer(desk: Desk, lawyers: Lawyers) -> None:
    receipt = desk.book(applying(lawyers(1)[0]))
    booking = Booking.get_by_id(receipt.ref)
    assert (booking.state, booking.active, booking.minutes) == ("submitted", 1, 60)
    assert booking.ends_at - booking.starts_at == timedelta(minutes=60)
    assert booking.detainee == {"name": f"嫌疑人{booking.lawyer_id}"}
    assert Slot.get_by_id(SLOT).taken == 1
    assert left(desk) == 11
    assert desk.slots("pudong", FRIDAY)[0].remaining == 11
    assert [(c.from_state, c.to_state, c.by) for c in booking.history()] == [(None, "submitted", "lawyer")]
    assert [(n.kind, n.state) for n in Notice.select()] == [("submitted", "due")]


def test_the_same_key_and_body_get_the_same_answer(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    application = applying(lawyers(1)[0])
    first, again = desk.book(application), desk.book(application)
    assert (again.answer, again.replayed) == (first.answer, True)
    clock.move(days=5)  # the window has closed since, the slot has passed
    assert desk.book(application).answer == first.answer
    assert Booking.select().count() == 1


def test_the_same_key_with_another_body_is_refused_and_writes_nothing(desk: Desk, lawyers: Lawyers) -> None:
    application = applying(lawyers(1)[0])
    desk.book(application)
    with pytest.raises(refusals.IdempotencyMismatch):
        desk.book(replace(application, minutes=45, body_hash="another"))
    assert Booking.select().count() == KeptAnswer.select().count() == 1
    assert left(desk) == 11


@pytest.mark.usefixtures("no_rest")
def test_a_repeated_request_is_answered_even_when_the_slot_has_filled_up(desk: Desk, lawyers: Lawyers) -> None:
    first, *others = [applying(lawyer) for lawyer in lawyers(13)]
    told = desk.book(first)
    desk.cancel(first.lawyer_id, told.ref)
    for other in others:
        desk.book(other)
    assert left(desk) == 0
    assert desk.book(first).answer == told.answer


def test_another_booking_with_the_same_reference_gets_out_of_the_way(desk: Desk, lawyers: Lawyers) -> None:
    mine, other = lawyers(2)
    taken = desk.book(applying(other))
    Change.delete().execute()
    Booking.update(ref=ref_for(mine, "key")).where(Booking.ref == taken.ref).execute()
    receipt = desk.book(applying(mine, key="key"))
    assert receipt.ref == ref_for(mine, "key", attempt=1)
    assert Slot.get_by_id(SLOT).taken == Booking.select().count() == 2
    assert desk.book(applying(mine, key="key")).ref == receipt.ref


def test_a_full_slot_names_the_nearest_free_ones(desk: Desk, lawyers: Lawyers) -> None:
    for start in (time(10), time(13, 30), time(15), time(16, 30)):
        add_slot("pudong", FRIDAY, start)
    crowd = lawyers(13)
    for lawyer in crowd[:12]:
        desk.book(applying(lawyer))
    with pytest.raises(refusals.SlotFull) as refused:
        desk.book(applying(crowd[12]))
    nearest = [slot.id for slot in refused.value.extra["nearest"]]
    assert nearest == ["pudong-20261127-1000", "pudong-20261127-1330", "pudong-20261127-1500"]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ({"days": -5}, "开放"),
        ({"days": 1, "hours": 15}, "截止"),
        ({"days": 3}, "已经"),
    ],
)
def test_outside_the_window_nothing_is_booked(
    desk: Desk, lawyers: Lawyers, clock: Clock, moment: dict[str, float], words: str
) -> None:
    application = applying(lawyers(1)[0])
    clock.move(**moment)
    with pytest.raises(refusals.OutsideWindow, match=words):
        desk.book(application)
    assert not Booking.select().exists()


def test_the_window_closes_at_the_last_midnight_and_not_a_second_before(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    first, second = lawyers(2)
    clock.move(days=1, hours=14, minutes=59, seconds=59)
    desk.book(applying(first))
    clock.move(seconds=1)
    with pytest.raises(refusals.OutsideWindow):
        desk.book(applying(second))


def test_a_closed_slot_is_not_booked(desk: Desk, lawyers: Lawyers) -> None:
    Slot.update(open=False, closed_reason="设备检修").execute()
    with pytest.raises(refusals.SlotClosed, match="设备检修"):
        desk.book(applying(lawyers(1)[0]))


def test_a_slot_that_closes_while_the_board_still_shows_it_is_not_booked(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    assert desk.slots("pudong", FRIDAY)[0].bookable
    Slot.update(open=False, closed_reason="临时关闭").execute()
    with pytest.raises(refusals.SlotClosed):
        desk.book(applying(lawyer))
    assert not Booking.select().exists()
    assert left(desk) == 12


def test_a_length_the_slot_has_no_room_for_is_refused(desk: Desk, lawyers: Lawyers) -> None:
    add_slot("pudong", FRIDAY, time(12), minutes=45)
    with pytest.raises(refusals.Invalid) as refused:
        desk.book(applying(lawyers(1)[0], slot="pudong-20261127-1200", minutes=60))
    assert refused.value.extra["errors"][0]["field"] == "minutes"


@pytest.mark.parametrize("slot", ["pudong-20261127-0831", "qingpu-20261127-0830", "nonsense", "pudong-20261399-0830"])
def test_a_slot_that_is_not_there_is_not_found(desk: Desk, lawyers: Lawyers, slot: str) -> None:
    with pytest.raises(refusals.NotFound):
        desk.book(applying(lawyers(1)[0], slot=slot))


def test_one_meeting_of_a_lawyer_at_a_time_in_any_centre(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    (lawyer,) = lawyers(1)
    Centre.create(code="qingpu", name="青浦区看守所", address="上海市青浦区", policy={}, created_at=clock())
    add_slot("qingpu", FRIDAY, time(9))
    desk.book(applying(lawyer))
    with pytest.raises(refusals.AlreadyBooked):
        desk.book(applying(lawyer, slot="qingpu-20261127-0900"))


def test_two_meetings_a_day_and_not_three(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    for start in (time(10), time(13, 30)):
        add_slot("pudong", FRIDAY, start)
    desk.book(applying(lawyer))
    desk.book(applying(lawyer, slot="pudong-20261127-1000"))
    with pytest.raises(refusals.DailyLimit):
        desk.book(applying(lawyer, slot="pudong-20261127-1330"))


def test_six_meetings_ahead_and_not_seven(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    set_policy(ahead_limit=3)
    for day in (26, 28, 30):
        add_slot("pudong", date(2026, 11, day), time(10))
    desk.book(applying(lawyer))
    desk.book(applying(lawyer, slot="pudong-20261126-1000"))
    desk.book(applying(lawyer, slot="pudong-20261128-1000"))
    with pytest.raises(refusals.LimitReached) as no:
        desk.book(applying(lawyer, slot="pudong-20261130-1000"))
    assert no.value.extra == {"limit": "ahead", "again_at": "2026-11-26T10:00:00+08:00"}


def test_who_else_asks_for_the_person_shuts_nobody_out_and_is_a_finding(desk: Desk, lawyers: Lawyers) -> None:
    first, second, third, fourth = lawyers(4)
    person = {"name": "张三", "id_no": "11010519491231002X"}
    for lawyer, found in ((first, []), (second, ["detainee_may_conflict"])):
        ref = desk.book(replace(applying(lawyer), detainee=person)).ref
        assert [f["code"] for f in Booking.get_by_id(ref).findings] == found
    unsure = desk.book(replace(applying(third), detainee={"name": "李四"}))
    again = desk.book(replace(applying(fourth), detainee={"name": "李四"}))
    assert Booking.get_by_id(unsure.ref).findings == []
    assert [f["code"] for f in Booking.get_by_id(again.ref).findings] == ["detainee_may_conflict"]


def test_thirty_tries_a_minute_are_enough_for_anyone(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    desk.book(applying(lawyer))
    for n in range(29):
        with pytest.raises(refusals.AlreadyBooked):
            desk.book(applying(lawyer, key=f"try {n}"))
    with pytest.raises(refusals.RateLimited):
        desk.book(applying(lawyer, key="one too many"))
    assert left(desk) == 11


def test_lowered_seats_throw_nobody_out_and_let_nobody_in(desk: Desk, lawyers: Lawyers) -> None:
    crowd = lawyers(11)
    for lawyer in crowd[:10]:
        desk.book(applying(lawyer))
    Slot.update(seats=8).execute()
    desk.seats.balance(PUDONG_FRIDAY, {SLOT: 8})
    with pytest.raises(refusals.SlotFull):
        desk.book(applying(crowd[10]))
    assert Slot.get_by_id(SLOT).taken == 10
    assert desk.slots("pudong", FRIDAY)[0].remaining == 0


@pytest.mark.parametrize("is_proven", [True, False])
def test_a_clean_booking_with_a_proven_mandate_is_confirmed_at_once_where_the_centre_says_so(
    desk: Desk, lawyers: Lawyers, clock: Clock, is_proven: bool
) -> None:
    """Of the others a yes at once would tell who is held."""
    set_policy(confirm_proven_at_once=True)
    asked = certain(lawyers(1)[0])
    if is_proven:
        pair = Pair(asked.lawyer_id, "pudong", document_key(asked.detainee["id_no"]))
        mandates.prove(Actor("chen"), clock(), pair, asked.detainee["name"], "investigation")
    ref = desk.book(asked).ref
    state = "confirmed" if is_proven else "submitted"
    assert Booking.get_by_id(ref).state == state
    assert [n.kind for n in Notice.select()] == [state]


def test_bookings_go_on_after_the_database_has_dropped_its_connections(desk: Desk, lawyers: Lawyers) -> None:
    first, second, third = lawyers(3)
    desk.book(applying(first))
    if on_postgres():
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        database.execute_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        with pytest.raises(OperationalError):
            desk.book(applying(second))
    assert desk.book(applying(second)).ref
    assert desk.book(applying(third)).ref


def test_whatever_the_gate_keeps_of_a_day_ends_by_itself(desk: Desk, lawyers: Lawyers) -> None:
    desk.book(applying(lawyers(1)[0]))
    redis = desk.seats._redis
    assert {key: redis.ttl(key) > 0 for key in redis.keys("seats:*")} == {
        f"seats:{{pudong:2026-11-27}}:{what}".encode(): True for what in ("left", "holders", "seats", "tries")
    }


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_the_teller_and_nobody_else_plans_once_and_by_indexes(desk: Desk, lawyers: Lawyers) -> None:
    told = {}

    def ask(step: str) -> None:
        how = ("enable_seqscan", "plan_cache_mode", "jit")
        told[step] = [database.execute_sql(f"SHOW {one}").fetchone()[0] for one in how]

    desk.checkpoint = ask
    desk.book(applying(lawyers(1)[0]))
    ask("here")
    assert told["committed"] == ["off", "force_generic_plan", "off"]
    assert told["here"] == ["on", "auto", "on"]
