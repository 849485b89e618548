"""*Full*, said before anything is done for whoever asks: most of those who ask when a day opens come too late.

It is what `Desk.book` would say, from the same note of the board: to whom the window is open, at a length that fits, who
holds no seat of it, and who was not just refused for something of his own.
"""

from datetime import datetime
from typing import NamedTuple

from booking.desk.availability import Full
from booking.desk.desk import Desk
from booking.desk.plan import Plan
from booking.desk.slot_views import AnySlot, lengths
from booking.refs import ref_for
from booking.slots import SlotKey
from refusals import SlotFull

MOST = 10_000  # slots


class _About(NamedTuple):
    """A slot, and what a plan makes of it."""

    plan: Plan
    key: SlotKey
    slot: AnySlot
    opens: datetime
    closes: datetime
    lengths: tuple[int, ...]


class FullAtOnce:
    def __init__(self, desk: Desk):
        self._desk = desk
        self._known: dict[str, _About] = {}

    def told(self, slot_id: str, minutes: int, lawyer: int, key: str, now: datetime) -> Full | None:
        """None where the desk is to be asked. Who is told is noted as turned away. Raises NotFound, OutsideWindow."""
        desk = self._desk
        if not desk.board.looks_full(slot_id) or desk.refused.remembers(lawyer, slot_id):
            return None
        about = self._about(slot_id)
        if not about.slot.open or not about.opens <= now < about.closes or minutes not in about.lengths:
            return None
        full = desk.board.full(about.slot, ref_for(lawyer, key))
        if full is not None:
            desk.unmet.note(about.key, _FULL, lawyer)
        return full

    def _about(self, slot_id: str) -> _About:
        """Made anew with each reading of the plan."""
        about = self._known.get(slot_id)
        if about is None or self._desk.board.plan(about.key.centre) is not about.plan:
            key = SlotKey.parse(slot_id)
            plan, slot = self._desk.board.plan(key.centre), self._desk.board.slot(key)
            policy, day = plan.policy, key.date
            opens, closes = policy.opens(day), min(policy.closes(day), slot.starts_at)
            if len(self._known) >= MOST:
                self._known = {}
            about = _About(plan, key, slot, opens, closes, lengths(policy, slot))
            self._known[slot_id] = about
        return about


_FULL = SlotFull()
