"""Bookings: make, list, show, cancel."""

import base64
from datetime import datetime

from flask import Response
from peewee import Expression

import clock
from booking import rules
from booking.desk import Desk
from booking.desk.application import Application, Telling
from booking.paging import Position, behind
from booking.refs import ref_said
from models import Booking, Change, Slot
from models.fields import moment_text
from refusals import Invalid, NotFound, NotVerified, Suspended
from wechat.api import shapes
from wechat.api.booking_serializers import booking_json, new_booking_json
from wechat.api.door import api, door, lawyer_id, visitor_now
from wechat.api.forms import BookingForm, CancellationForm, ListQuestion, RequestKey
from wechat.api.serializers import answer, as_json
from wechat.api.visitors import Visitor


@api.post("/bookings")
@api.input(RequestKey, location="headers", arg_name="key")
@api.input(BookingForm, arg_name="form")
@api.output(shapes.Booking, status_code=201)
@api.doc(tags=["bookings"], operation_id="book", responses={200: shapes.AGAIN})
def book(form: BookingForm, key: RequestKey) -> Response:
    """Book a meeting.

    Send the same key again after a lost answer: the same answer comes, and no second booking.
    """
    desk, known = door().desk, visitor_now()
    asked = application(desk, known, form, key.idempotency_key)
    try:
        rules.standing(known.state, known.suspended_until, desk.now())
    except (NotVerified, Suspended):  # booked before that: the answer of then
        if again := desk.answered(asked):
            return answer(again.answer)
        raise
    receipt = desk.book(asked)
    return answer(receipt.answer, 200 if receipt.replayed else 201)


@api.get("/bookings")
@api.input(ListQuestion, location="query", arg_name="question")
@api.output(shapes.Bookings)
@api.doc(tags=["bookings"], operation_id="bookings")
def bookings(question: ListQuestion) -> Response:
    """My bookings, the latest meeting first.

    `next` is the cursor of the next page, null on the last one.
    """
    found = _page(question)
    page, more = found[: question.limit], len(found) > question.limit
    told = [booking_json(door().desk, booking) for booking in page]
    return answer({"bookings": told, "next": _cursor_after(page[-1]) if more else None})


@api.get("/bookings/<ref>")
@api.output(shapes.Booking)
@api.doc(tags=["bookings"], operation_id="booking")
def booking(ref: str) -> Response:
    """One of my bookings."""
    return answer(booking_json(door().desk, own(ref)))


@api.post("/bookings/<ref>/cancellation")
@api.input(CancellationForm, arg_name="form")
@api.output(shapes.Booking)
@api.doc(tags=["bookings"], operation_id="cancel")
def cancel(ref: str, form: CancellationForm) -> Response:
    """Cancel a booking.

    Free until the hour named in `cancel_free_until`; later it costs a strike, which `accept_strike` says yes to.
    """
    cancelled = door().desk.cancel(lawyer_id(), reference(ref), form.accept_strike, form.reason or "")
    return answer(booking_json(door().desk, cancelled))


def own(ref: str) -> Booking:
    """The visitor's own booking; raises NotFound for any other."""
    found = Booking.of_lawyer(lawyer_id(), reference(ref))
    if found is None:
        raise NotFound("没有这个预约")
    return found


def reference(said: str) -> str:
    ref = ref_said(said)
    if len(ref) != 8 or not (ref.isascii() and ref.isalnum()):
        raise NotFound("没有这个预约")
    return ref


def application(desk: Desk, known: Visitor, form: BookingForm, key: str) -> Application:
    """What the form asks for."""
    return Application(
        lawyer_id=known.lawyer_id,
        identity=known.openid,
        session=known.token_hash,
        key=key,
        body_hash=form.fingerprint,
        slot_id=form.slot_id,
        minutes=form.minutes,
        detainee=form.detainee.model_dump(exclude_none=True),
        mandate=form.mandate,
        stage=form.stage,
        render=telling(desk, form.detainee.name),
        case_no=form.case_no,
        permit_no=form.permit_no,
        companions=[companion.model_dump(exclude_none=True) for companion in form.companions],
    )


def telling(desk: Desk, detainee: str) -> Telling:
    """The answer is worded in the teller's thread, where there is no request."""
    return lambda draft, slot: as_json(new_booking_json(desk, draft, slot, detainee)).decode()


def _page(question: ListQuestion) -> list[Booking]:
    """One more than asked for, with slots and changes: three questions, however many bookings."""
    mine = Booking.lawyer == lawyer_id()
    if question.state:
        mine &= Booking.state == question.state
    if question.cursor:
        mine &= _before(question.cursor)
    latest = Booking.starts_at.desc(), Booking.ref.desc()
    found = list(Booking.select(Booking, Slot).join(Slot).where(mine).order_by(*latest).limit(question.limit + 1))
    told: dict[str, list[Change]] = {booking.ref: [] for booking in found}
    for change in Change.select().where(Change.booking.in_(list(told))).order_by(Change.id):
        told[change.booking_id].append(change)
    for booking in found:
        booking.preloaded_changes = told[booking.ref]
    return found


def _cursor_after(last: Booking) -> str:
    return base64.urlsafe_b64encode(f"{moment_text(last.starts_at)} {last.ref}".encode()).decode()


def _before(cursor: str) -> Expression:
    """Raises Invalid for a cursor that isn't one of ours."""
    try:
        moment, ref = base64.b64decode(cursor, altchars=b"-_", validate=True).decode().split(" ")
        starts_at = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(clock.SHANGHAI)
    except (ValueError, OverflowError):
        raise Invalid(errors=[{"field": "cursor", "message": "游标无效"}]) from None
    end = Position(starts_at, reference(ref))
    return behind(Booking.starts_at, Booking.ref, end, newest_first=True)
