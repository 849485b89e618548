"""What a booking that may be approved with others stands on, for the officer who ticks it. Rules 7a and 8."""

from collections.abc import Collection
from typing import NamedTuple

from booking.lawyers import proof
from models import Booking, Detainee

PROVEN, AGREES, NUMBER = "委托已核实", "号码与姓名一致", "填了号码（本所未导入名册）"


class Ground(NamedTuple):
    """Nobody else has proven that he defends this person: that would have been found."""

    words: str
    proven: bool


def of(centre: str, clean: Collection[Booking]) -> dict[str, Ground]:
    """By reference, of bookings as `queue.clean` finds them; in two questions."""
    proven = proof.standing_behind(clean)
    by_form = AGREES if Detainee.select().where(Detainee.centre == centre).exists() else NUMBER
    return {b.ref: Ground(PROVEN, True) if b.ref in proven else Ground(by_form, False) for b in clean}
