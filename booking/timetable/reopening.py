"""Rule 20: a closing taken back; timetable and calendar decide again."""

from datetime import date

from booking import by_id
from booking.desk.desk import Desk
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.timetable.rollout import open_days
from models import CentreDay, Slot, database
from refusals import WrongState


def reopen_slot(desk: Desk, actor: Actor, slot_id: str) -> None:
    """Take the word about one slot back: timetable and calendar decide again. Raises NotFound, WrongState."""
    slot = by_id.slot(slot_id)
    with database.atomic():
        mine = (Slot.id == slot_id) & Slot.closed_by_hand.is_null(False)
        if not Slot.update(closed_by_hand=None).where(mine).execute():
            raise WrongState("该时段不是由民警关闭的")
        note(actor, desk.now(), Kind.SLOT_REOPEN, slot_id, centre=slot.centre_id)
    open_days(desk, desk.now())
    desk.board.invalidate_centre(slot.centre_id)


def reopen_day(desk: Desk, actor: Actor, centre: str, day: date) -> None:
    """Take the centre's word about a closed day back, and what it said about the day's slots. Raises WrongState."""
    with database.atomic():
        word = (CentreDay.centre == centre) & (CentreDay.day == day) & ~CentreDay.open
        said = CentreDay.get_or_none(word)
        if said is None:
            raise WrongState("当日未被关闭")
        said.delete_instance()
        with_it = (Slot.centre == centre) & (Slot.date == day) & (Slot.closed_by_hand == said.reason[:200])
        Slot.update(closed_by_hand=None).where(with_it).execute()
        note(actor, desk.now(), Kind.DAY_REOPEN, centre, {"day": str(day)}, centre=centre)
    open_days(desk, desk.now())
    desk.board.invalidate_centre(centre)
