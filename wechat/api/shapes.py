"""What is answered, for the description only: the answers themselves are written without a second check."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_MOMENT = "RFC 3339 with offset, Asia/Shanghai"

LawyerState = Literal["verified", "pending", "refused"]
BookingState = Literal["submitted", "confirmed", "arrived", "meeting", "done", "no_show", "rejected", "cancelled"]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Lawyer(Shape):
    name: str
    licence_no: str
    firm: str
    phone: str = Field(examples=["138****1234"])
    state: LawyerState
    reason: str


class Session(Shape):
    token: str = Field(description="Authorization: Bearer")
    expires_at: dt.datetime = Field(description=_MOMENT)
    lawyer: Lawyer | None


class Bound(Shape):
    lawyer: Lawyer


class Change(Shape):
    field: Literal["firm", "phone"]
    state: Literal["done", "pending"]


class Changed(Shape):
    lawyer: Lawyer
    changes: list[Change]


class Strike(Shape):
    id: str
    kind: Literal["no_show", "late_cancellation"]
    at: dt.datetime
    state: Literal["standing", "used", "waived"]
    booking: str
    appealed_at: dt.datetime | None


class Standing(Shape):
    strikes: list[Strike]
    left: int = Field(description="how many more strikes suspend online booking")
    suspended_until: dt.datetime | None


class Me(Shape):
    lawyer: Lawyer | None
    standing: Standing


class Centre(Shape):
    code: str
    name: str
    address: str
    lengths: list[int] = Field(description="minutes")
    papers: list[str]
    policy: dict[str, Any]


class Centres(Shape):
    centres: list[Centre]


class Day(Shape):
    date: dt.date
    bookable: bool
    reason: str
    seats: int
    remaining: int


class Days(Shape):
    days: list[Day]


class Slot(Shape):
    id: str = Field(examples=["pudong-20261127-0830"])
    centre: str
    date: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    seats: int
    remaining: int
    lengths: list[int]
    bookable: bool
    reason: str


class Slots(Shape):
    date: dt.date
    slots: list[Slot]


class Finding(Shape):
    code: str
    message: str


class Companion(Shape):
    name: str
    role: Literal["lawyer", "assistant", "interpreter"]
    licence_no: str | None = None


class Step(Shape):
    at: dt.datetime
    from_: BookingState | None = Field(alias="from")
    to: BookingState
    by: Literal["lawyer", "officer", "system"]


class Booking(Shape):
    ref: str = Field(pattern="^[0-9A-HJKMNP-TV-Z]{8}$")
    state: BookingState
    centre: str
    slot: Slot
    minutes: int
    detainee_name: str
    findings: list[Finding]
    decision_reason: str | None
    created_at: dt.datetime
    cancel_free_until: dt.datetime
    companions: list[Companion]
    history: list[Step]


class Bookings(Shape):
    bookings: list[Booking]
    next: str | None


class Pass(Shape):
    text: str = Field(alias="pass")
    valid_from: dt.datetime
    valid_until: dt.datetime


class FieldError(Shape):
    field: str
    message: str


class Problem(BaseModel):
    """`title` and `detail` are for the person, `code` for the program."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldError] | None = None
    nearest: list[Slot] | None = None
    limit: str | None = None
    again_at: dt.datetime | None = None
    suspended_until: dt.datetime | None = None


def also(description: str, mimetype: str, schema: dict[str, object]) -> Any:
    """An answer beside the usual one."""
    return {"description": description, "content": {mimetype: {"schema": schema}}}


AGAIN = also("The answer this key got before.", "application/json", {"$ref": "#/components/schemas/Booking"})
PICTURE = also("A QR code.", "image/svg+xml", {"type": "string"})
CALENDAR = also("An iCalendar event.", "text/calendar", {"type": "string"})
