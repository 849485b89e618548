"""复核: submitted bookings one after another, what the comparison found first. Rule 8."""

from flask import Response
from pydantic import Field

from booking import words
from booking.desk import findings_now
from booking.findings import any_of, beyond, mark
from booking.fingerprint import LENGTH
from booking.lawyers import proof
from booking.officers import officers
from booking.policy import Policy
from booking.record.kinds import Kind
from booking.review import decisions, dossier, grounds, in_bulk, queue
from console.door import back, console, here, note_look, page, say
from console.door.forms import Form, asked, read
from console.door.scope import booking_in_scope, centre_shown
from models import Booking
from models.states import State
from refusals import Invalid, NotFound, WrongState


class QueuePosition(Form):
    after: str = ""


class Judged(Form):
    """`seen` is the mark of the findings that the page showed."""

    seen: str = Field("", max_length=LENGTH)


class Approval(Judged):
    permit_no: str = Field("", max_length=60)


class Rejection(Form):
    """`listed` is one of the reasons offered, which go by SMS too; what is typed beats it and stays in the mini-program."""

    listed: str = Field("", max_length=200)
    reason: str = Field("", max_length=200)


class Ticked(Form):
    refs: list[str] = Field(min_length=1, max_length=200)


@console.get("/review")
def review() -> str:
    """The first that waits, or the next after the one just looked at."""
    centre, after = centre_shown().code, asked(QueuePosition).after
    found = queue.after(booking_in_scope(after)) if after else None
    return _show(found or queue.first(centre))


@console.get("/review/<ref>")
def review_one(ref: str) -> str:
    return _show(booking_in_scope(ref))


@console.post("/review/<ref>/approval")
def approve(ref: str) -> Response:
    booking = booking_in_scope(ref)
    try:
        form = read(Approval)
        decisions.approve(here().actor, here().desk.now(), booking.ref, form.permit_no or None, seen=form.seen)
    except (WrongState, Invalid) as no:
        return _not_decided(booking, no.detail)
    return _decided(booking, "已通过")


@console.post("/review/<ref>/rejection")
def reject(ref: str) -> Response:
    booking = booking_in_scope(ref)
    try:
        given = read(Rejection)
        decisions.reject(here().desk, here().actor, booking.ref, given.reason or given.listed)
    except (WrongState, Invalid) as no:
        return _not_decided(booking, no.detail)
    return _decided(booking, "不通过，已短信告知律师")


@console.get("/review/clean")
def review_clean() -> str:
    """Those without findings and of whom more than a name is known, to be ticked and approved together. Ticked already
    are those with a proven mandate: a number and a name alone say nothing of who may defend."""
    centre = centre_shown().code
    clean = queue.clean(centre, here().now)
    return page("review_clean.html", clean=clean, grounds=grounds.of(centre, clean), words=words)


@console.post("/review/clean")
def approve_clean() -> str | Response:
    cleared = in_bulk.approve_clean(here().actor, here().desk.now(), _all_here(read(Ticked).refs))
    say(f"已通过{len(cleared.approved)}个预约")
    if not cleared.skipped:
        return back("console.review")
    return page("review_cleared.html", cleared=cleared)


@console.get("/review/changed")
def review_changed() -> str:
    """Confirmed ones of which the roll or the register says something else by now."""
    return page("review_changed.html", changed=queue.changed(centre_shown().code, here().now), mark=mark, words=words)


@console.post("/review/<ref>/keeping")
def keep(ref: str) -> Response:
    """The booking stands as it is, with what was said of it. Raises WrongState."""
    booking = booking_in_scope(ref)
    try:
        decisions.keep(here().actor, here().now, booking.ref, seen=read(Judged).seen)
    except WrongState as no:
        say(no.detail, wrong=True)
    else:
        say(f"{booking.ref} 保留，变动已记为看过")
    return back("console.review_changed")


def _all_here(refs: list[str]) -> list[str]:
    """Raises NotFound when one of them is another centre's."""
    if own := here().officer.centre_id:
        foreign = Booking.select(1).where(Booking.ref.in_(refs), Booking.centre != own)
        if foreign.exists():
            raise NotFound("没有这个预约")
    return refs


def _decided(booking: Booking, how: str) -> Response:
    say(f"{booking.ref} {booking.lawyer.name} {how}")
    return back("console.review", after=booking.ref)


def _not_decided(booking: Booking, why: str) -> Response:
    """Back to it, where there is to be seen how it stands."""
    say(why, wrong=True)
    return back("console.review_one", ref=booking.ref)


def _show(booking: Booking | None) -> str:
    if booking is None:
        return page("review_done.html")
    now, waits = here().now, booking.state == State.SUBMITTED
    note_look(Kind.BOOKING_SEEN, booking.ref)
    found = findings_now.of([booking], now)[booking.ref]
    return page(
        "review.html",
        booking=booking,
        mandate=proof.shown(booking),
        others_proven=bool(any_of(("others_mandate_proven",), found)),
        asked=booking.detainee_shown,
        file=dossier.of(booking),
        found=found,
        mark=mark(found),
        then=beyond(booking.findings, found),
        waiting=queue.waiting(booking.centre_id, now, booking),
        clean=len(queue.clean(booking.centre_id, now)),
        overdue=queue.overdue(now, booking.centre_id),
        changed=len(queue.changed(booking.centre_id, now)),
        after=queue.after(booking),
        before=queue.before(booking),
        due=Policy.of(booking.centre).review_due(booking.starts_at.date()),
        needs_permit=bool(any_of(("permit_missing",), found)),
        decided=None if waits else _how_decided(booking),
        reasons=words.REJECTIONS,
        words=words,
    )


def _how_decided(booking: Booking) -> dict[str, object] | None:
    step = decisions.decided(booking.ref)
    if step is None:
        return None
    name = officers.names([step.by]).get(step.by)
    return {"by": name or words.by_words(step.by), "at": step.at, "to": step.to_state, "why": step.why}
