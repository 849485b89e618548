"""时间表: the weeks ahead as slots, and one slot's seats raised, lowered, closed, opened. Rules 1, 2, 5, 19."""

from datetime import date, timedelta

from flask import Response
from pydantic import Field

from booking import calendar
from booking.fingerprint import LENGTH
from booking.policy import Policy
from booking.record.kinds import Kind
from booking.timetable import reopening, seat_overrides, week_view
from booking.timetable.closures import Changed
from booking.timetable.seat_overrides import Affects
from console.door import back, console, here, note_look, page, say
from console.door.forms import Form, asked, read
from console.door.scope import centre_shown, slot_in_scope

WEEKS_AHEAD = 12


class WeekAsked(Form):
    week: str = Field("", pattern=r"^(\d{4}-W\d{2})?$")


class SeatsAsked(Form):
    seats: int | None = None


class SeatsForm(Form):
    """`seen` is the fingerprint of the preview; with `withdraw` those who booked last are taken back for `reason`."""

    seats: int
    seen: str = Field("", max_length=LENGTH)
    withdraw: bool = False
    reason: str = Field("", max_length=200)


class WindowSeatsForm(Form):
    window_seats: int


@console.get("/timetable")
def timetable() -> str:
    visit, centre = here(), centre_shown()
    today = visit.now.date()
    monday = _monday(asked(WeekAsked).week, today)
    return page(
        "timetable.html",
        days=week_view.week(centre, monday, visit.now),
        monday=monday,
        this_week=today - timedelta(days=today.weekday()),
        weeks=[today - timedelta(days=today.weekday()) + timedelta(weeks=n) for n in range(-1, WEEKS_AHEAD)],
        alarms=calendar.missing_tables(visit.now),
    )


@console.get("/timetable/slots/<slot_id>")
def timetable_slot(slot_id: str) -> str:
    """With a number of seats below what is booked it shows who is affected, before anything is done."""
    slot, wanted = slot_in_scope(slot_id), asked(SeatsAsked).seats
    lowering = None if wanted is None else seat_overrides.preview(here().desk, slot_id, wanted)
    if lowering and lowering.affected:
        note_look(Kind.LOWERING_SEEN, slot_id, bookings=len(lowering.affected))
    return page("timetable_slot.html", slot=slot, lowering=lowering, policy=Policy.of(slot.centre), now=here().now)


@console.post("/timetable/slots/<slot_id>/seats")
def slot_seats(slot_id: str) -> Response:
    """Raised at once; lowered below what is booked only once the officer has seen whom it affects."""
    slot_in_scope(slot_id)
    form = read(SeatsForm)
    why = form.reason if form.withdraw else None
    try:
        gone = seat_overrides.set_seats(here().desk, here().actor, slot_id, form.seats, fingerprint=form.seen, why=why)
    except (Affects, Changed) as look:
        say(look.detail, wrong=isinstance(look, Changed))
        return back("console.timetable_slot", slot_id=slot_id, seats=form.seats)
    say(f"网上名额已改为{form.seats}" + (f"，已取消{len(gone)}个预约并短信告知" if gone else ""))
    return back("console.timetable_slot", slot_id=slot_id)


@console.post("/timetable/slots/<slot_id>/window-seats")
def slot_window_seats(slot_id: str) -> Response:
    slot_in_scope(slot_id)
    seats = read(WindowSeatsForm).window_seats
    seat_overrides.set_window_seats(here().actor, here().desk.now(), slot_id, seats)
    say(f"窗口名额已改为{seats}")
    return back("console.timetable_slot", slot_id=slot_id)


@console.post("/timetable/slots/<slot_id>/timetable-seats")
def slot_follow(slot_id: str) -> Response:
    slot_in_scope(slot_id)
    seat_overrides.follow_timetable(here().desk, here().actor, slot_id)
    say("名额已恢复为时间表所定")
    return back("console.timetable_slot", slot_id=slot_id)


@console.post("/timetable/slots/<slot_id>/opening")
def slot_open(slot_id: str) -> Response:
    slot_in_scope(slot_id)
    reopening.reopen_slot(here().desk, here().actor, slot_id)
    say("时段已重新开放")
    return back("console.timetable_slot", slot_id=slot_id)


def _monday(week: str, today: date) -> date:
    """Of a week as `2026-W48`; this week's where none is asked for, or none such exists."""
    try:
        return date.fromisoformat(f"{week}-1") if week else today - timedelta(days=today.weekday())
    except ValueError:
        return today - timedelta(days=today.weekday())
