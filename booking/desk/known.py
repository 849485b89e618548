"""What a decision knows of lawyers, of who comes along, and of earlier bookings."""

from datetime import date, datetime
from typing import NamedTuple

from booking.rules import Weight


class LawyerOnRoll(NamedTuple):
    """A lawyer beside the roll's line about him, if it has one."""

    id: int
    openid: str | None
    state: str
    suspended_until: datetime | None
    name: str
    firm: str
    roll_state: str | None
    roll_name: str | None
    roll_firm: str | None
    valid_until: date | None


class OnRoll(NamedTuple):
    """A line of the roll about somebody who comes along."""

    licence_no: str
    state: str
    name: str


class Past(NamedTuple):
    """A booking that was not refused or cancelled, as far as the comparison looks at it."""

    lawyer: int
    detainee_key: str
    case_no: str | None
    weight: Weight = Weight.ASKED


class Defender(NamedTuple):
    """A lawyer with a mandate that is proven and in force."""

    lawyer: int
    name: str


class Made(NamedTuple):
    """A booking that a lawyer made online, whatever became of it.

    `person` is what the form said, as `Booking.detainee_said`. `cancelled_at` is when the lawyer cancelled it, `taken_back`
    whether the centre did. `proven`: a mandate for the person was proven when it was made, or is by now; `met`: this lawyer
    has met whom he called so, in a meeting that took place.
    """

    lawyer: int
    centre: str
    slot: str
    person: str
    active: bool
    starts_at: datetime
    created_at: datetime
    cancelled_at: datetime | None
    taken_back: bool
    proven: bool
    met: bool
