"""What the lawyer carries: the pass as text and as QR code, and the meeting for the calendar."""

import io
from datetime import UTC
from functools import lru_cache

import segno
from flask import Response
from icalendar import Calendar, Event

from booking.gate.passes import Pass
from booking.lawyers.licences import VERIFIED
from models import Booking
from models.states import State
from refusals import NotVerified
from wechat.api import shapes
from wechat.api.bookings import own
from wechat.api.door import api, door
from wechat.api.serializers import answer

_STATUS = {State.SUBMITTED: "TENTATIVE", State.REJECTED: "CANCELLED", State.CANCELLED: "CANCELLED"}


@api.get("/bookings/<ref>/pass")
@api.output(shapes.Pass)
@api.doc(tags=["pass"], operation_id="pass_text")
def pass_text(ref: str) -> Response:
    """The signed text an officer's device checks; only for a confirmed meeting."""
    issued = _pass(own(ref))
    return answer({"pass": issued.text, "valid_from": issued.valid_from, "valid_until": issued.valid_until})


@api.get("/bookings/<ref>/pass.svg")
@api.doc(tags=["pass"], operation_id="pass_picture", responses={200: shapes.PICTURE})
def pass_picture(ref: str) -> Response:
    """The pass as a QR code."""
    return Response(_picture(_pass(own(ref)).text), mimetype="image/svg+xml")


@api.get("/bookings/<ref>/calendar.ics")
@api.doc(tags=["pass"], operation_id="calendar", responses={200: shapes.CALENDAR})
def calendar(ref: str) -> Response:
    """The meeting for the phone's calendar; without a word about the detainee."""
    response = Response(_calendar(own(ref)), mimetype="text/calendar")
    response.headers["Content-Disposition"] = "attachment; filename=meeting.ics"
    return response


@lru_cache(256)
def _picture(text: str) -> bytes:
    """Takes long to draw: who asks again and again for the same is shown the same."""
    picture = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(picture, kind="svg", scale=4, border=4, dark="#000", light="#fff")
    return picture.getvalue()


def _pass(booking: Booking) -> Pass:
    """Raises WrongState, NotVerified for who may meet nobody as a lawyer any more."""
    if booking.lawyer.state != VERIFIED:
        raise NotVerified("您的执业身份目前未经核验，凭证暂停使用；请到会见窗口办理")
    return door().pass_keys.issue(booking, door().desk.board.plan(booking.centre_id).policy)


def _calendar(booking: Booking) -> bytes:
    """Each change makes a later version of the same event, which takes the place of the one the phone has."""
    event = Event()
    event.add("uid", f"{booking.ref}@huijian")
    history = booking.history()
    changed_at = history[-1].at if history else booking.created_at
    event.add("dtstamp", changed_at.astimezone(UTC))
    event.add("last-modified", changed_at.astimezone(UTC))
    event.add("sequence", max(0, len(history) - 1))
    event.add("dtstart", booking.starts_at.astimezone(UTC))
    event.add("dtend", booking.ends_at.astimezone(UTC))
    event.add("summary", f"律师会见 {booking.centre.name}")
    event.add("location", booking.centre.address)
    event.add("description", f"预约号 {booking.ref}")
    event.add("status", _STATUS.get(State(booking.state), "CONFIRMED"))
    calendar = Calendar()
    calendar.add("prodid", "-//huijian//CN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")  # the meeting as it stands, not an invitation to be answered
    calendar.add_component(event)
    return bytes(calendar.to_ical())
