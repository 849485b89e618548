"""How a lawyer's bookings ended, for whoever decides about him."""

from typing import NamedTuple

from peewee import fn

from models import Booking, Strike, rows_of
from models.states import State


class TrackRecord(NamedTuple):
    """How a lawyer's bookings ended, all centres, and the strikes that stand against him."""

    done: int
    no_shows: int
    cancelled: int
    rejected: int
    ahead: int
    strikes: int


def record_of(lawyer_id: int) -> TrackRecord:
    counted = Booking.select(Booking.state, fn.COUNT(Booking.ref)).where(Booking.lawyer == lawyer_id)
    states: dict[str, int] = dict(rows_of(counted.group_by(Booking.state)))
    strikes = Strike.select().where(Strike.lawyer == lawyer_id, Strike.state == "standing").count()
    return TrackRecord(
        done=states.get(State.DONE, 0),
        no_shows=states.get(State.NO_SHOW, 0),
        cancelled=states.get(State.CANCELLED, 0),
        rejected=states.get(State.REJECTED, 0),
        ahead=states.get(State.SUBMITTED, 0) + states.get(State.CONFIRMED, 0),
        strikes=strikes,
    )
