"""Bookings that lawyers of the cast have made for the coming days: a morning's queue for an officer at Pudong."""

from typing import Any

from booking.desk import Desk
from booking.desk.application import Application
from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.review import decisions
from booking.roll import roll
from booking.roll.sheets import Row
from booking.slots import SlotView
from models import Booking, Lawyer
from sandbox.world.cast import COLLEAGUES, FOREIGNER, HE, HELD, LI, NAMESAKES, PERMIT, TAO, WANG, XIE, Person

QUEUE = 40  # wait for a decision at Pudong


def write(desk: Desk) -> None:
    """Booked as lawyers book; where no day is open (a long holiday), there are none."""
    pudong, qingpu = _bookable(desk, "pudong"), _bookable(desk, "qingpu")
    if granted := _book(desk, COLLEAGUES[0], pudong, XIE.as_asked, {}):
        _confirm(desk, granted)
    asked = [
        (WANG, pudong, TAO.as_asked, {}),
        (COLLEAGUES[0], pudong[7:], HE.as_asked, {}),  # another suspect of one case
        (COLLEAGUES[1], pudong, {"name": "查无此演"}, {}),
        (COLLEAGUES[2], pudong[2:], {"name": NAMESAKES[0].name}, {}),
        (COLLEAGUES[3], pudong[1:], {"name": HELD[20].name}, {"stage": "trial"}),
        *_clean(pudong, QUEUE - 7),
        (LI, qingpu, PERMIT.as_asked, {}),  # no permit
        (COLLEAGUES[4], qingpu, HELD[7].as_asked, {"mandate": "legal_aid"}),
        (COLLEAGUES[6], pudong, TAO.as_asked, {}),  # two ask for one person at one time
        (COLLEAGUES[7], pudong[4:], FOREIGNER.as_asked, {"stage": "trial"}),
        (COLLEAGUES[8], pudong[4:], HELD[12].as_asked, {}),
        (COLLEAGUES[5], pudong[3:], HELD[11].as_asked, {}),
    ]
    made = [_book(desk, *each) for each in asked]
    for ref in filter(None, (made[-1], made[-5])):
        _confirm(desk, ref)
        mandates.prove_by(Actor("gate-pudong"), desk.now(), Booking.get_by_id(ref), ("授权委托书",))
    if made[-2]:
        _confirm(desk, made[-2])
        _revoke(desk, COLLEAGUES[8])


def _confirm(desk: Desk, ref: str) -> None:
    decisions.approve(Actor("review-pudong"), desk.now(), ref)


def _revoke(desk: Desk, person: Person) -> None:
    """By the roll that the bureau brings next: the confirmed booking stands before a reviewer again."""
    cells = {"name": person.name, "licence_no": person.licence_no, "firm": person.firm, "id_no": person.id_no,
             "phone": person.phone, "state": "吊销", "valid_until": ""}  # fmt: skip
    roll.import_roll(Actor("chief"), desk.now(), [Row(2, cells)])


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
        render=lambda draft, slot: f'{{"ref":"{draft.booking.ref}"}}',
        **fields,
    )
    return desk.book(application).ref
