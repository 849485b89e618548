"""短信: what could not be told, why, and what an officer does about it: sends it again, or rings up."""

from datetime import timedelta
from typing import Literal

from flask import Response, request, url_for
from pydantic import Field

from booking import words
from booking.messages import untold
from booking.paging import LARGEST_ID, Position, row_id
from booking.record.kinds import Kind
from console.bookings import NOTICE_NAMES
from console.door import back, console, here, note_look, page, say
from console.door.context import door
from console.door.forms import Form, asked
from console.door.scope import centre_shown, check_ours
from console.lawyers import opened
from models import Notice
from refusals import NotFound, Unavailable, WrongState

MANY = 50
STATES = {"failed": "失败", "unknown": "结果不明"}


class Filter(Form):
    """`after` is where the page before ended: the moment and the number, with a ~ between."""

    state: Literal["", "failed", "unknown"] = ""
    days: Literal["30", "90"] = "30"
    after: str = Field("", max_length=60)


@console.get("/messages")
def messages() -> str:
    return _list(asked(Filter))


@console.post("/messages/<int:notice>/resend")
def resend(notice: int) -> Response:
    """Asks Aliyun first about one nobody knows of. Raises WrongState, Unavailable."""
    found = notice_here(notice)
    state = untold.resend(here().actor, found.id, door().asking)
    if state == "unknown":
        raise Unavailable("阿里云尚无答复，为免重复，暂不发送；请过一会儿再试")
    if state not in ("due", "sent"):
        raise WrongState(untold.HINDERED.get(state, "该短信已不在未告知之列，不能再次发送"))
    say("已重新排队发送" if state == "due" else "阿里云确认已发送，未重复发送")
    return back("console.messages")


@console.post("/messages/<int:notice>/phone")
def show_phone(notice: int) -> str:
    """The lawyer's telephone number, to ring him up. Raises Forbidden, WrongState where it can't be opened."""
    found = notice_here(notice)
    check_ours(found.lawyer)
    note_look(Kind.NOTICE_PHONE_SEEN, f"notice:{found.id}")
    return _list(Filter(), found, opened(found.lawyer, "phone"))


@console.post("/messages/<int:notice>/told")
def told_by_phone(notice: int) -> Response:
    found = notice_here(notice)
    if not untold.told_by_phone(here().actor, here().now, found.id):
        raise WrongState("该短信已不在未告知之列")
    say(f"已记下：{found.lawyer.name} 由您电话告知")
    return back("console.messages")


def notice_here(notice_id: int) -> Notice:
    """Raises NotFound for another centre's."""
    found = untold.one_of(here().officer.centre_id, min(notice_id, LARGEST_ID))
    if found is None:
        raise NotFound("没有这条短信")
    return found


def _list(given: Filter, rung: Notice | None = None, phone: str = "") -> str:
    since = here().now - timedelta(days=int(given.days))
    centre = _centre()
    after = Position.parse(given.after, row_id) if given.after else None
    states = [given.state] if given.state else untold.UNTOLD
    found = untold.untold_of(centre, states, since, after, MANY + 1)
    last = found[MANY - 1] if len(found) > MANY else None
    return page(
        "messages.html",
        found=found[:MANY],
        counts=untold.counts(centre, since),
        most=untold.MOST_COUNTED,
        given=given,
        rung=rung,
        phone=phone,
        more=_more(given, last) if last else "",
        why=untold.why,
        states=STATES,
        kinds=NOTICE_NAMES,
        words=words,
    )


def _centre() -> str | None:
    """An officer's own; the bureau sees them all, unless a centre is asked for."""
    if here().officer.centre_id or "centre" in request.args:
        return str(centre_shown().code)
    return None


def _more(given: Filter, last: Notice) -> str:
    after = str(Position(last.created_at, last.id))
    return url_for("console.messages", state=given.state or None, days=given.days, after=after)
