"""*Full*, said before anything is done for whoever asks: most of those who ask when a day opens come too late.

It is what `Desk.book` would say, from the same note of the board: to whom the window is open, at a length that fits, who
holds no seat of it, and who was not just refused for something of his own.
"""

from datetime import datetime

from booking.desk.availability import Full
from booking.desk.desk import Desk
from booking.refs import ref_for
from booking.slots import SlotKey
from refusals import SlotFull


class FullAtOnce:
    def __init__(self, desk: Desk):
        self._desk = desk

    def told(self, slot_id: str, minutes: int, lawyer: int, key: str, now: datetime) -> Full | None:
        """None where the desk is to be asked. Who is told is noted as turned away. Raises NotFound."""
        desk = self._desk
        if not desk.board.looks_full(slot_id) or desk.refused.remembers(lawyer, slot_id):
            return None
        offer = desk.board.offer(slot_id)
        if not offer.admits(minutes, now):
            return None
        full = desk.board.full(offer.slot, ref_for(lawyer, key))
        if full is not None:
            desk.unmet.note(SlotKey.parse(slot_id), _FULL, lawyer)
        return full


_FULL = SlotFull()
