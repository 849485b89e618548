"""委托关系: what officers have seen in original, and how it ends. Rule 7a."""

from flask import Response, url_for
from pydantic import Field

from booking import words
from booking.lawyers import known_by, mandates
from booking.record.kinds import Kind
from console.door import back, console, here, note_look, page, say
from console.door.forms import Form, asked, read
from console.door.scope import booking_in_scope, centre_shown
from models import Mandate
from refusals import NotFound, WrongState

LARGEST_ID = 2**31 - 1


class MandatesAsked(Form):
    ended: bool = False
    after: int | None = Field(None, ge=1, le=LARGEST_ID)


class Originals(Form):
    """`line` is of the register: whom the officer has picked where the form does not say who is meant."""

    seen: bool = False
    line: int | None = Field(None, ge=1, le=LARGEST_ID)


class Ending(Form):
    why: str = Field(min_length=1, max_length=mandates.LONGEST_REASON)


@console.get("/mandates")
def mandates_page() -> str:
    given, centre = asked(MandatesAsked), centre_shown().code
    found = mandates.listed(centre, lasting=not given.ended, after=given.after)
    shown = found[: mandates.MANY]
    note_look(Kind.MANDATES_LISTED, centre, found=len(shown))
    more = ""
    if len(found) > len(shown):
        more = url_for("console.mandates_page", ended=given.ended or None, after=shown[-1].id)
    return page("mandates.html", found=shown, ended=given.ended, more=more, mandates=mandates, words=words)


@console.post("/bookings/<ref>/mandate")
def prove_mandate(ref: str) -> Response:
    """Without a meeting: the originals were looked at, say when a lawyer came to hand them in."""
    booking, given = booking_in_scope(ref), read(Originals)
    if not given.seen:
        raise WrongState("请核对委托书或公函原件，并勾选“已核对原件”")
    if given.line is not None:
        mandates.prove_for_line(here().actor, here().now, booking, given.line)
    elif mandates.prove_by(here().actor, here().now, booking, ()) is None:
        raise WrongState(f"该预约{known_by.not_provable(booking)}，不能登记委托关系；请在名册中选定当事人")
    say("委托关系已登记")
    return back("console.booking", ref=booking.ref)


@console.post("/mandates/<int:mandate>/ending")
def end_mandate(mandate: int) -> Response:
    found = Mandate.get_or_none(Mandate.id == min(mandate, LARGEST_ID), Mandate.centre == centre_shown().code)
    if found is None:
        raise NotFound("没有这条委托关系")
    mandates.end(here().actor, here().now, found.id, read(Ending).why)
    say("委托关系已结束")
    return back("console.mandates_page")
