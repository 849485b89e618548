"""What a booking that may be approved with others stands on, for the officer who ticks it. Rules 7a and 8."""

from collections.abc import Collection
from typing import NamedTuple

from booking.lawyers import proof
from models import Booking, Detainee

PROVEN, AGREES, NUMBER = "委托已核实", "号码与姓名一致", "填了号码（本所未导入名册）"


class Ground(NamedTuple):
    """`defenders` are others who have proven that they defend this person: they could not book that time any more."""

    words: str
    proven: bool
    defenders: list[str]


def of(centre: str, clean: Collection[Booking]) -> dict[str, Ground]:
    """By reference, of bookings as `queue.clean` finds them; in three questions."""
    proven, defenders = proof.standing_behind(clean), proof.defenders(clean)
    by_form = AGREES if Detainee.select().where(Detainee.centre == centre).exists() else NUMBER
    return {
        b.ref: Ground(PROVEN, True, []) if b.ref in proven else Ground(by_form, False, defenders[b.ref]) for b in clean
    }
