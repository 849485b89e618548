"""One thing by its name, or the answer that there is none: each Raises NotFound, in one sentence for all doors."""

from booking.slots import SlotKey
from models import Booking, Centre, Slot
from refusals import NotFound


def booking(ref: str) -> Booking:
    found = Booking.get_or_none(Booking.ref == ref)
    if found is None:
        raise NotFound("没有这个预约")
    return found


def slot(slot_id: str) -> Slot:
    """With its centre."""
    found: Slot | None = Slot.select(Slot, Centre).join(Centre).where(Slot.id == str(SlotKey.parse(slot_id))).first()
    if found is None:
        raise NotFound("没有这个时段")
    return found


def centre(code: str) -> Centre:
    found = Centre.get_or_none(Centre.code == code)
    if found is None:
        raise NotFound(f"没有代码为{code}的看守所")
    return found
