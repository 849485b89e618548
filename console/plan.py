"""提押单: who is brought where and when, to be printed or read on the phone; and the day's list for when nothing works."""

from datetime import date, timedelta
from typing import Any

from flask import Response
from pydantic import Field

from booking.fingerprint import LENGTH
from booking.gate import bring_out_plan
from booking.record.kinds import Kind
from booking.words import STATES, day_words
from console.door import back, console, here, note_look, page, say
from console.door.forms import Form, asked, read
from console.door.scope import centre_shown
from refusals import Invalid

BACK, AHEAD = timedelta(days=31), timedelta(days=31)


class Asked(Form):
    day: date | None = None
    slot: str = Field("", max_length=40)


class Printed(Form):
    """`seen` is the version of what is on the screen, and so on paper."""

    day: date
    slot: str = Field("", max_length=40)
    seen: str = Field(max_length=LENGTH)


@console.get("/plan")
def plan() -> str:
    shown = _shown()
    note_look(Kind.PLAN_SEEN, shown["day"].isoformat(), **shown["looked_at"])
    return page("plan.html", **shown)


@console.post("/plan/print")
def print_plan() -> Response:
    """Raises WrongState where it changed since it was shown."""
    form, centre = read(Printed), centre_shown()
    bring_out_plan.printed(here().actor, here().now, centre.code, _near(form.day), form.slot, form.seen)
    say("已记为打印，此后的变化将标出")
    return back("console.plan", centre=centre.code, day=form.day.isoformat(), slot=form.slot or None)


@console.get("/plan/list")
def day_list() -> str:
    shown = _shown()
    note_look(Kind.PLAN_LIST_SEEN, shown["day"].isoformat(), **shown["looked_at"])
    return page("day_list.html", **shown)


def _shown() -> dict[str, Any]:
    """Raises Invalid, NotFound."""
    form, centre, today = asked(Asked), centre_shown(), here().now.date()
    day = _near(form.day or today)
    sheets = bring_out_plan.of(centre.code, day, form.slot)
    return {
        "centre": centre,
        "day": day,
        "day_words": day_words(day),
        "near": [(one.isoformat(), words) for one, words in _days(today)],
        "slot": form.slot,
        "looked_at": {"slot": form.slot} if form.slot else {},
        "sheets": sheets,
        "states": STATES,
        "since": bring_out_plan.changed_since(sheets),
        "seen": bring_out_plan.version(sheets),
        "now": here().now,
    }


def _near(day: date) -> date:
    """Raises Invalid for a day too far off to be anybody's business now."""
    today = here().now.date()
    if not today - BACK <= day <= today + AHEAD:
        raise Invalid("请选前后31天以内的日期")
    return day


def _days(today: date) -> list[tuple[date, str]]:
    return [(today, "今天"), (today + timedelta(days=1), "明天"), (today + timedelta(days=2), "后天")]
