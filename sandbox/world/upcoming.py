"""Bookings that lawyers of the cast have made for the coming days: a morning's queue for an officer at Pudong."""

from typing import Any

from booking.desk import Desk
from booking.desk.application import Application
from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.review import decisions
from booking.slots import SlotView
from models import Booking, Lawyer
from sandbox.world.cast import COLLEAGUES, HE, HELD, LI, NAMESAKES, PERMIT, TAO, WANG, XIE, Person

QUEUE = 40  # wait for a decision at Pudong


def write(desk: Desk) -> None:
    """Booked as lawyers book; where no day is open (a long holiday), there are none."""
    pudong, qingpu = _bookable(desk, "pudong"), _bookable(desk, "qingpu")
    asked = [
        (WANG, pudong, TAO.as_asked, {}),
        (COLLEAGUES[0], pudong, XIE.as_asked, {}),
        (COLLEAGUES[0], pudong[7:], HE.as_asked, {}),  # two suspects of one case
        (COLLEAGUES[1], pudong, {"name": "查无此演"}, {}),
        (COLLEAGUES[2], pudong[2:], {"name": NAMESAKES[0].name}, {}),
        (COLLEAGUES[3], pudong[1:], {"name": HELD[20].name}, {"stage": "trial"}),
        *_clean(pudong, QUEUE - 6),
        (LI, qingpu, PERMIT.as_asked, {}),  # no permit
        (COLLEAGUES[4], qingpu, HELD[7].as_asked, {"mandate": "legal_aid"}),
        (COLLEAGUES[5], pudong[3:], HELD[11].as_asked, {}),
    ]
    made = [_book(desk, *each) for each in asked]
    for ref in made[-2:]:
        if ref:
            decisions.approve(Actor("review-pudong"), desk.now(), ref)
            mandates.prove_by(Actor("gate-pudong"), desk.now(), Booking.get_by_id(ref), ("授权委托书",))


def _clean(slots: list[SlotView], many: int) -> list[tuple[Person, list[SlotView], dict[str, str], object]]:
    """Bookings the comparison finds nothing about, spread over the slots."""
    here = [prisoner for prisoner in HELD if prisoner.centre == "pudong"][20:]
    return [(COLLEAGUES[100 + n], slots[n % len(slots) :], here[n].as_asked, {}) for n in range(many if slots else 0)]


def _bookable(desk: Desk, centre: str) -> list[SlotView]:
    days = [day.date for day in desk.days(centre) if day.bookable]
    return [slot for day in days for slot in desk.slots(centre, day) if slot.bookable]


def _book(desk: Desk, person: Person, slots: list[SlotView], detainee: dict[str, str], more: Any) -> str | None:
    if not slots:
        return None
    lawyer = Lawyer.get(Lawyer.openid == person.openid)
    fields: dict[str, Any] = {"mandate": "entrusted", "stage": "investigation"} | more
    application = Application(
        lawyer_id=lawyer.id,
        key=f"demo-{slots[0].id}",
        body_hash="demo",
        slot_id=slots[0].id,
        minutes=60,
        detainee=detainee,
        render=lambda booking, slot: f'{{"ref":"{booking.ref}"}}',
        **fields,
    )
    return desk.book(application).ref
