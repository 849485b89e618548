"""关闭日期: everyone affected first, then one confirm. And the centre's own word about a day. Rules 5 and 20."""

from datetime import date

from flask import Response
from pydantic import Field

from booking.fingerprint import LENGTH
from booking.record.kinds import Kind
from booking.timetable import centres, closures, reopening, rollout
from booking.timetable.closures import Changed, Closing, Preview
from console.door import back, console, here, note_look, page, say
from console.door.forms import Form, asked, read
from console.door.scope import centre_shown


class ClosingAsked(Form):
    first: date | None = None
    last: date | None = None
    reason: str = Field("", max_length=200)
    slots: list[str] = Field([], max_length=50)


class ClosingForm(Form):
    """`seen` is the fingerprint of the preview the officer confirms."""

    first: date
    last: date
    reason: str = Field(max_length=200)
    slots: list[str] = Field([], max_length=50)
    seen: str = Field(max_length=LENGTH)


class DayForm(Form):
    day: date


class DayWordForm(Form):
    day: date
    reason: str = Field(max_length=200)


@console.get("/timetable/closing")
def closing() -> str:
    form = asked(ClosingAsked)
    return page("closing.html", asked=form, shown=_shown(form))


@console.post("/timetable/closing")
def close() -> Response:
    """All of it or nothing; what has changed since it was looked at is shown again."""
    form, centre = read(ClosingForm), centre_shown()
    wanted = Closing(centre.code, form.first, form.last, form.reason, tuple(form.slots))
    try:
        gone = closures.close(here().desk, here().actor, wanted, form.seen)
    except Changed as look:
        say(look.detail, wrong=True)
        kept = form.model_dump(mode="json", include={"first", "last", "reason", "slots"})
        return back("console.closing", centre=centre.code, **kept)
    say(f"已关闭，取消{len(gone)}个预约并短信告知" if gone else "已关闭")
    return back("console.timetable", week=f"{form.first:%G-W%V}")


@console.post("/timetable/days/opening")
def day_reopen() -> Response:
    day, centre = read(DayForm).day, centre_shown()
    reopening.reopen_day(here().desk, here().actor, centre.code, day)
    say("已重新开放")
    return back("console.timetable", week=f"{day:%G-W%V}")


@console.post("/timetable/days/word")
def day_word() -> Response:
    """Worked against the holiday table or the weekday. Closing has a preview, and so a way of its own."""
    form, centre, desk = read(DayWordForm), centre_shown(), here().desk
    centres.set_day(here().actor, here().now, centre.code, form.day, True, form.reason)
    rollout.open_days(desk, here().now)
    desk.board.invalidate_centre(centre.code)
    say("当日照常会见")
    return back("console.timetable", week=f"{form.day:%G-W%V}")


def _shown(form: ClosingAsked) -> Preview | None:
    if form.first is None or not form.reason:
        return None
    centre = centre_shown().code
    wanted = Closing(centre, form.first, form.last or form.first, form.reason, tuple(form.slots))
    shown = closures.preview(here().desk, wanted)
    if shown.bookings:
        note_look(Kind.CLOSING_SEEN, centre, bookings=len(shown.bookings), first=str(wanted.first))
    return shown
