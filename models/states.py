"""The states of a booking, as they are stored; `booking/lifecycle.py` has the steps between them."""

from enum import StrEnum


class State(StrEnum):
    """What became of a booking so far. In the order in which lists show them."""

    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    MEETING = "meeting"
    DONE = "done"
    NO_SHOW = "no_show"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
