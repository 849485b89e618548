"""预约: where is my booking? A centre's bookings by filter, somebody's by a search, and the whole story of one."""

from datetime import date
from typing import Any

from flask import Response, url_for
from pydantic import Field

from booking import documents, words
from booking.desk import findings_now
from booking.lawyers import known_by, proof
from booking.lifecycle import OPEN_STATES
from booking.messages import untold
from booking.officers import officers
from booking.paging import Position
from booking.policy import Policy
from booking.record.kinds import Kind
from booking.review import budget, dossier
from booking.search import bookings
from booking.search.bookings import Wanted
from booking.timetable.withdrawal import withdraw
from console.door import back, console, here, note_look, page, say
from console.door.forms import Form, asked, read
from console.door.guesses import count_search
from console.door.scope import booking_in_scope, centre_shown
from models import Booking, Notice, Slot, Visit
from models.sealed import UNREADABLE
from refusals import Malformed, WrongState
from sms.templates import TEMPLATES

MANY = 50
NOTICE_STATES = {
    "due": "待发", "sending": "发送中", "sent": "已发", "failed": "失败", "unknown": "结果不明", "declined": "未订阅",
    "dropped": "未发，后来的已说明",
}  # fmt: skip
NOTICE_NAMES = {kind: template.name for kind, template in TEMPLATES.items()}


class Filter(Form):
    """`after` is where the page before ended: the moment and the reference, with a ~ between."""

    day: date | None = Field(None, ge=date(2000, 1, 1), lt=date(2100, 1, 1))
    slot: str = Field("", max_length=40)
    state: str = Field("", max_length=12)
    past: bool = False
    after: str = Field("", max_length=60)


class Search(Form):
    """Sent by POST: no name and no number of anybody stands in an address."""

    ref: str = Field("", max_length=20)
    lawyer: str = Field("", max_length=120)
    detainee: str = Field("", max_length=60)
    case_no: str = Field("", max_length=60)


class Withdrawal(Form):
    why: str = Field(min_length=1, max_length=200)


@console.get("/bookings", endpoint="bookings")
def bookings_page() -> str:
    given, centre = asked(Filter), centre_shown().code
    wanted = Wanted(centre, given.day, given.slot, given.state, past=given.past)
    after = Position.parse(given.after) if given.after else None
    found = bookings.listed(wanted, here().now, MANY + 1, after)
    note_look(
        Kind.BOOKINGS_LISTED,
        centre,
        **given.model_dump(mode="json", exclude={"after"}, exclude_defaults=True),
    )
    slots = Slot.of_day(centre, given.day) if given.day else []
    more = _more(given, found[MANY - 1]) if len(found) > MANY else ""
    return page("bookings.html", found=found[:MANY], given=given, slots=slots, more=more, words=words)


@console.post("/bookings/search")
def search_bookings() -> str | Response:
    given, centre = read(Search), centre_shown().code
    wanted = Wanted(centre, **given.model_dump())
    if not wanted.is_of_somebody:
        raise Malformed("请至少填写一项")
    count_search(here().redis, here().by, given.lawyer, given.detainee)
    found = bookings.listed(wanted, here().now, MANY * 2)
    by = [name for name, text in given.model_dump().items() if text]
    note_look(Kind.BOOKINGS_SEARCHED, centre, by=by, found=len(found))
    if wanted.ref and len(found) == 1:
        return back("console.booking", ref=found[0].ref)
    return page("bookings_found.html", found=found, given=given, most=MANY * 2, words=words)


@console.get("/bookings/<ref>")
def booking(ref: str) -> str:
    found = booking_in_scope(ref)
    note_look(Kind.BOOKING_SEEN, found.ref)
    return _tell(found)


@console.post("/bookings/<ref>/number")
def show_detainee_number(ref: str) -> str:
    """The detainee's whole ID number, for who must compare it."""
    found = booking_in_scope(ref)
    note_look(Kind.DETAINEE_NUMBER_SEEN, found.ref)
    return _tell(found, number=documents.shown(_detainee(found)) or "未填写")


@console.post("/bookings/<ref>/withdrawal")
def withdraw_booking(ref: str) -> Response:
    """The centre cancels it: no strike. Raises WrongState when it is open no longer."""
    found = booking_in_scope(ref)
    if not withdraw(here().desk, here().actor, [found.ref], read(Withdrawal).why):
        raise WrongState(f"该预约{words.STATES[Booking.get_by_id(found.ref).state]}，不能取消")
    say(f"{found.ref} 已由看守所取消，不计爽约，已短信告知律师")
    return back("console.booking", ref=found.ref)


@console.post("/bookings/<ref>/budget")
def lift_budget(ref: str) -> Response:
    """The lawyer's cancellations so far count no longer. Raises Invalid, WrongState."""
    found = booking_in_scope(ref)
    budget.lift(here().actor, here().now, found.lawyer_id, found.centre_id, read(Withdrawal).why)
    say(f"{found.lawyer.name} 的取消次数已解除限制")
    return back("console.booking", ref=found.ref)


def _tell(found: Booking, number: str = "") -> str:
    changes = found.history()
    held = found.detainee_shown
    return page(
        "booking.html",
        booking=found,
        mandate=proof.shown(found),
        provable=not known_by.not_provable(found),
        lines=known_by.lines_to_pick(found),
        name_of=known_by.name_shown,
        asked=held,
        id_ends=words.id_ends(held.get("id_no") or held.get("custody_no") or ""),
        number=number,
        changes=changes,
        names=officers.names(change.by for change in changes),
        notices=list(Notice.select().where(Notice.booking == found.ref).order_by(Notice.id)),
        came=Visit.of_booking(found.ref),
        file=dossier.of(found),
        found=findings_now.of([found], here().now)[found.ref] if found.state in OPEN_STATES else found.findings,
        free_until=Policy.of(found.centre).cancel_free_until(found.starts_at),
        open=found.state in OPEN_STATES,
        budget=budget.of(found.lawyer_id, found.centre_id, here().now),
        why=untold.why,
        notice_states=NOTICE_STATES,
        kinds=NOTICE_NAMES,
        words=words,
    )


def _detainee(found: Booking) -> dict[str, str]:
    try:
        return found.detainee
    except UNREADABLE:
        raise WrongState("在押人员信息无法读取：密钥已更换或数据损坏，请联系管理员") from None


def _more(given: Filter, last: Booking) -> str:
    kept: dict[str, Any] = given.model_dump(mode="json", exclude={"after"}, exclude_defaults=True)
    return url_for("console.bookings", **kept, after=str(Position(last.starts_at, last.ref)))
