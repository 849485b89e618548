"""What an officer can reach: the query is the permission, and what belongs to another centre doesn't exist for him."""

import re

from flask import Response, g, request

from booking.refs import ref_said
from booking.search import bookings
from console.door.context import CENTRE, door, here
from models import Booking, Centre, Lawyer, Slot
from refusals import Forbidden, NotFound

_REF = re.compile(r"[0-9A-Z]{8}", re.ASCII)


def centres_here() -> list[Centre]:
    """Those the officer may see, by code."""
    if "centres" not in g:
        own = here().officer.centre
        g.centres = [own] if own is not None else list(Centre.select().order_by(Centre.code))
    found: list[Centre] = g.centres
    return found


def centre_shown() -> Centre:
    """The centre this page is about: the officer's own; of the bureau's the one asked for, the last one, the first.

    Raises NotFound for another's, and where there is no centre at all.
    """
    asked = request.args.get("centre", "")
    known = {centre.code: centre for centre in centres_here()}
    if asked and asked not in known:
        raise NotFound("没有这个看守所")
    if not known:
        raise NotFound("尚未登记看守所")
    found: Centre = known.get(asked or door().cookies.read(CENTRE)) or centres_here()[0]
    g.about = found.code
    return found


def booking_in_scope(ref: str) -> Booking:
    """A booking of a centre the officer may see, as typed or said. Raises NotFound."""
    said = ref_said(ref)
    query = Booking.in_full()
    if own := here().officer.centre_id:
        query = query.where(Booking.centre == own)
    found: Booking | None = query.where(Booking.ref == said).first() if _REF.fullmatch(said) else None
    if found is None:
        raise NotFound("没有这个预约")
    g.about = found.centre_id
    return found


def slot_in_scope(slot_id: str) -> Slot:
    """A slot of a centre the officer may see, with the centre. Raises NotFound."""
    query = Slot.select(Slot, Centre).join(Centre).where(Slot.id == slot_id)
    if own := here().officer.centre_id:
        query = query.where(Slot.centre == own)
    found: Slot | None = query.first()
    if found is None:
        raise NotFound("没有这个时段")
    g.about = found.centre_id
    return found


def check_ours(lawyer: Lawyer) -> None:
    """Before a whole number of his is shown. Raises Forbidden."""
    if not is_ours(lawyer):
        raise Forbidden("该律师在本所没有预约，或只有今天的现场登记，不能查看完整号码")


def is_ours(lawyer: Lawyer) -> bool:
    return bookings.is_ours(lawyer, here().officer.centre_id, here().now)


def about() -> str | None:
    """The code of the centre this request turned out to be about; an entry in the record is filed under it."""
    return here().officer.centre_id or g.get("about")


def remember_centre(answer: Response) -> Response:
    """Which centre a bureau officer picked."""
    picked = request.args.get("centre", "")
    if "visit" in g and here().officer.centre_id is None and picked and g.get("about") == picked:
        door().cookies.put(answer, CENTRE, picked)
    return answer
