"""Rule 20: closing a slot or a day shows everyone affected first, then does it all at once, and nobody slips through."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

import refusals
from booking.desk import Desk
from booking.gate import arrivals
from booking.record.actor import Actor
from booking.review import decisions
from booking.timetable import closures, rollout
from booking.timetable.closures import Changed, Closing, close, preview
from booking.timetable.imports import import_table, read
from booking.timetable.reopening import reopen_day, reopen_slot
from booking.window.entry import enter
from models import Audit, Booking, CentreDay, Notice, Slot, Strike, database
from tests.booking.conftest import FRIDAY, SLOT, TODAY, Clock, applying
from tests.booking.window.conftest import entering

Lawyers = Callable[[int], list[int]]
TEN = "pudong-20261127-1000"
DAY = Closing("pudong", FRIDAY, FRIDAY, "设备检修")
ONE = Closing("pudong", FRIDAY, FRIDAY, "设备检修", (SLOT,))


@pytest.fixture
def two_slots(desk: Desk) -> None:
    """The timetable of that Friday, so that laying out days leaves the slots as they are."""
    line = {"weekdays": [4], "starts": ["08:30", "10:00"], "minutes": 90, "seats": 12, "window_seats": 28}
    table = read({"centre": "pudong", "valid_from": TODAY, "slot": [line]})
    import_table(Actor("chief-pudong"), desk.now(), table, "test")
    rollout.open_days(desk, desk.now())


def closed(slot: str = SLOT) -> tuple[bool, str]:
    row = Slot.get_by_id(slot)
    return row.open, row.closed_reason


def confirmed(desk: Desk, lawyer: int, slot: str = SLOT) -> str:
    ref = desk.book(applying(lawyer, slot=slot)).ref
    decisions.approve(Actor("review-pudong"), desk.now(), ref)
    return ref


def test_the_preview_shows_whom_it_hits_and_where_they_could_go(desk: Desk, lawyers: Lawyers, two_slots: None) -> None:
    early, late = lawyers(2)
    refs = [desk.book(applying(early)).ref, confirmed(desk, late)]
    seen = preview(desk, ONE)
    assert [booking.ref for booking in seen.bookings] == sorted(refs)
    assert [view.id for view in seen.affected[0].nearest] == [TEN]
    assert closed() == (True, "")
    assert not Notice.select().where(Notice.kind == "withdrawn").exists()


@pytest.mark.usefixtures("no_rest")
def test_one_confirm_closes_cancels_and_tells(desk: Desk, lawyers: Lawyers, two_slots: None) -> None:
    refs = {confirmed(desk, lawyer) for lawyer in lawyers(3)}
    gone = close(desk, Actor("chief-pudong"), ONE, preview(desk, ONE).fingerprint)
    assert {booking.ref for booking in gone} == refs
    assert {(b.state, b.active) for b in Booking.select()} == {("cancelled", None)}
    assert closed() == (False, "设备检修")
    assert Slot.get_by_id(SLOT).taken == 0
    letters = list(Notice.select().where(Notice.kind == "withdrawn"))
    assert {letter.booking for letter in letters} == refs
    assert {letter.words["nearest"] for letter in letters} == {"11月27日10:00"}
    assert not Strike.select().exists()
    record = Audit.get(Audit.what == "slots.close")
    assert (record.who, record.words["slots"], record.words["cancelled"]) == ("chief-pudong", [SLOT], 3)


def test_a_closed_slot_stays_closed_when_days_are_laid_out(desk: Desk, two_slots: None) -> None:
    close(desk, Actor("chief-pudong"), ONE, preview(desk, ONE).fingerprint)
    rollout.open_days(desk, desk.now())
    assert (closed(), closed(TEN)) == ((False, "设备检修"), (True, ""))
    assert [view.bookable for view in desk.slots("pudong", FRIDAY)] == [False, True]


def test_an_older_look_at_the_calendar_does_not_open_it_again(
    desk: Desk, two_slots: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rollout.rows_between

    def slow(*about: object) -> list[dict[str, object]]:
        """The slots as they were before somebody closed them, written after."""
        found = rows(*about)
        Slot.update(open=False, closed_by_hand="设备检修", seats_by_hand=3).execute()
        return [row | {"ends_at": row["ends_at"] + timedelta(minutes=5)} for row in found]

    monkeypatch.setattr(rollout, "rows_between", slow)
    rollout.open_days(desk, desk.now())
    row = Slot.get_by_id(SLOT)
    assert (row.open, row.closed_reason, row.seats) == (False, "设备检修", 3)


def test_a_closed_slot_can_be_opened_again(desk: Desk, two_slots: None) -> None:
    close(desk, Actor("chief-pudong"), ONE, preview(desk, ONE).fingerprint)
    reopen_slot(desk, Actor("chief-pudong"), SLOT)
    assert closed() == (True, "")
    assert desk.slots("pudong", FRIDAY)[0].bookable
    with pytest.raises(refusals.WrongState):
        reopen_slot(desk, Actor("chief-pudong"), SLOT)


def test_a_whole_day_closes_and_opens_again(desk: Desk, lawyers: Lawyers, two_slots: None) -> None:
    one, other = lawyers(2)
    desk.book(applying(one))
    desk.book(applying(other, slot=TEN))
    assert len(close(desk, Actor("chief-pudong"), DAY, preview(desk, DAY).fingerprint)) == 2
    rollout.open_days(desk, desk.now())
    assert (closed(), closed(TEN)) == ((False, "设备检修"), (False, "设备检修"))
    assert CentreDay.get().reason == "设备检修"
    reopen_day(desk, Actor("chief-pudong"), "pudong", FRIDAY)
    assert (closed(), closed(TEN)) == ((True, ""), (True, ""))
    assert not CentreDay.select().exists()


def test_a_slot_closed_by_itself_stays_so_when_its_day_opens(desk: Desk, two_slots: None) -> None:
    alone = Closing("pudong", FRIDAY, FRIDAY, "会见室占用", (TEN,))
    close(desk, Actor("chief-pudong"), DAY, preview(desk, DAY).fingerprint)
    close(desk, Actor("chief-pudong"), alone, preview(desk, alone).fingerprint)
    reopen_day(desk, Actor("chief-pudong"), "pudong", FRIDAY)
    assert (closed(), closed(TEN)) == ((True, ""), (False, "会见室占用"))


def test_a_span_of_days_closes_those_not_laid_out_yet_too(desk: Desk, two_slots: None) -> None:
    span = Closing("pudong", FRIDAY, date(2026, 12, 20), "搬迁")
    close(desk, Actor("chief-pudong"), span, preview(desk, span).fingerprint)
    assert CentreDay.select().where(~CentreDay.open).count() == 24
    assert closed("pudong-20261204-0830") == (False, "搬迁")


def test_window_bookings_are_affected_like_the_others(desk: Desk, lawyers: Lawyers, two_slots: None) -> None:
    lawyers(1)
    ref = enter(Actor("gate-pudong"), desk.now(), entering()).ref
    assert [b.ref for b in close(desk, Actor("chief-pudong"), DAY, preview(desk, DAY).fingerprint)] == [ref]
    assert Slot.get_by_id(SLOT).window_taken == 0


def test_who_booked_since_the_preview_is_shown_before_anything_is_done(
    desk: Desk, lawyers: Lawyers, two_slots: None
) -> None:
    one, other = lawyers(2)
    ref = desk.book(applying(one)).ref
    seen = preview(desk, ONE)
    desk.book(applying(other))
    with pytest.raises(Changed):
        close(desk, Actor("chief-pudong"), ONE, seen.fingerprint)
    assert closed() == (True, "")
    assert Booking.get_by_id(ref).state == "submitted"
    assert not Notice.select().where(Notice.kind == "withdrawn").exists()
    close(desk, Actor("chief-pudong"), ONE, preview(desk, ONE).fingerprint)
    assert {booking.state for booking in Booking.select()} == {"cancelled"}


def test_who_cancelled_since_the_preview_counts_as_a_change(desk: Desk, lawyers: Lawyers, two_slots: None) -> None:
    (lawyer,) = lawyers(1)
    ref = desk.book(applying(lawyer)).ref
    seen = preview(desk, ONE)
    desk.cancel(lawyer, ref)
    with pytest.raises(Changed):
        close(desk, Actor("chief-pudong"), ONE, seen.fingerprint)


def test_where_a_lawyer_is_here_already_his_slot_stays_open_and_the_others_close(
    desk: Desk, lawyers: Lawyers, two_slots: None, clock: Clock
) -> None:
    here, beside, later = lawyers(3)
    refs = [confirmed(desk, here), confirmed(desk, beside), confirmed(desk, later, TEN)]
    clock.move(days=2, hours=23)
    arrivals.arrive(Actor("gate-pudong"), desk.now(), refs[0])
    seen = preview(desk, DAY)
    assert [one.slot.id for one in seen.stopped] == [SLOT]
    assert [b.ref for b in close(desk, Actor("chief-pudong"), DAY, seen.fingerprint)] == [refs[2]]
    assert (closed()[0], closed(TEN)[0]) == (True, False)
    assert not CentreDay.select().exists()
    with pytest.raises(refusals.WrongState, match="到场"):
        close(desk, Actor("chief-pudong"), ONE, preview(desk, ONE).fingerprint)
    assert Booking.get_by_id(refs[1]).state == "confirmed"


def test_a_day_of_which_nothing_can_be_closed_is_not_called_closed(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    ref = confirmed(desk, lawyers(1)[0])
    clock.move(days=2, hours=23)
    arrivals.arrive(Actor("gate-pudong"), desk.now(), ref)
    with pytest.raises(refusals.WrongState, match="到场"):
        close(desk, Actor("chief-pudong"), DAY, preview(desk, DAY).fingerprint)
    assert not Audit.select().where(Audit.what == "slots.close").exists()


@pytest.mark.parametrize(
    ("closing", "refused"),
    [
        (Closing("pudong", FRIDAY, FRIDAY, "  "), refusals.Invalid),
        (Closing("pudong", FRIDAY, FRIDAY - timedelta(days=1), "检修"), refusals.Invalid),
        (Closing("pudong", FRIDAY, FRIDAY + timedelta(days=31), "检修"), refusals.Invalid),
        (Closing("pudong", TODAY - timedelta(days=1), TODAY - timedelta(days=1), "检修"), refusals.Invalid),
        (Closing("pudong", FRIDAY, FRIDAY, "检修", ("pudong-20261127-0400",)), refusals.NotFound),
        (Closing("pudong", FRIDAY, FRIDAY, "检修", ("qingpu-20261127-0830",)), refusals.NotFound),
    ],
)
def test_what_cannot_be_closed(desk: Desk, closing: Closing, refused: type[refusals.Refusal]) -> None:
    with pytest.raises(refused):
        preview(desk, closing)


ROUNDS = 15


def survivors(desk: Desk, lawyers: list[int], rounds: int = ROUNDS, *, after_one: bool = False) -> int:
    """Rounds of one officer closing while lawyers book; counts bookings that live on in the closed slot.

    `after_one` holds the officer up, once he has looked, until one of them has booked.
    """
    lived = 0
    for turn in range(rounds):
        barrier, one_is_in = threading.Barrier(len(lawyers) + 1), threading.Event()

        def book(lawyer: int, turn: int = turn, barrier: Any = barrier, is_in: Any = one_is_in) -> None:
            barrier.wait()
            try:
                desk.book(applying(lawyer, key=f"{turn}-{lawyer}"))
            except refusals.Refusal:
                pass
            finally:
                is_in.set()
                database.close()

        def shut(barrier: Any = barrier, is_in: Any = one_is_in) -> None:
            seen = preview(desk, ONE).fingerprint
            barrier.wait()
            if after_one:
                is_in.wait()
            while True:
                try:
                    close(desk, Actor("chief-pudong"), ONE, seen)
                    break
                except Changed:
                    seen = preview(desk, ONE).fingerprint
            database.close()

        with ThreadPoolExecutor(len(lawyers) + 1) as threads:
            for done in [threads.submit(shut), *(threads.submit(book, lawyer) for lawyer in lawyers)]:
                done.result()
        lived += Booking.select().where(Booking.active == 1).count()
        assert closed() == (False, "设备检修")
        Booking.update(active=None, state="cancelled").execute()
        Slot.update(open=True, closed_reason="", closed_by_hand=None, taken=0).execute()
        desk.board.invalidate_centre("pudong")
    return lived


def test_no_booking_lives_on_in_a_slot_that_was_closed_beside_it(desk: Desk, lawyers: Lawyers, two_slots: None) -> None:
    people = lawyers(3)
    assert survivors(desk, people) == 0
    assert survivors(desk, people, 3, after_one=True) == 0


def test_bookings_looked_up_before_the_slot_is_locked_would_live_on(
    desk: Desk, lawyers: Lawyers, two_slots: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = closures._preview
    kept: list[closures.Preview] = []

    def stale(closing: Closing, slots: list[Slot], free: object) -> closures.Preview:
        if free:
            kept[:] = [real(closing, slots, ())]
        return kept[0]

    monkeypatch.setattr(closures, "_preview", stale)
    assert survivors(desk, lawyers(3), 1, after_one=True) > 0
