"""Rule 18: walk-ins and over-long meetings, entered by an officer in the same day book, with window seats of its own."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from peewee import IntegrityError

import refusals
from booking import by_id, rules
from booking.desk import drafting, persons
from booking.desk.application import Application, Held, Person
from booking.desk.facts import read
from booking.desk.persons import Named
from booking.desk.slot_views import view
from booking.findings import Finding, mark
from booking.lawyers import mandates
from booking.lifecycle import ONCE, notify
from booking.policy import Policy
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.refs import ref_for
from booking.window.findings import FindingsUnseen, compare
from booking.window.walk_ins import WalkIn, lawyer_of
from models import Booking, Change, Lawyer, Slot, database
from models.slots import claim_at_window

SHORTEST, LONGEST = 15, 480  # minutes; a slot's end is no limit here
SEEN = ("授权委托书或法律援助公函",)  # what the window's form has the officer tick, or it is not entered


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting as an officer enters it. `token` is of the form he used: the same one again is the same booking."""

    token: str
    walk_in: WalkIn
    slot_id: str
    minutes: int
    detainee: dict[str, str]
    mandate: str
    stage: str
    case_no: str | None = None
    permit_no: str | None = None
    companions: Sequence[dict[str, Any]] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "companions", tuple(self.companions))  # entering is tried more than once

    @property
    def ref(self) -> str:
        return ref_for(0, f"window-{self.token}")  # there is no lawyer 0, so no lawyer's request comes to it


def open_slots(centre: str, now: datetime, day: date) -> list[Slot]:
    """Slots of a day that are not over, as the window has them."""
    return [slot for slot in Slot.of_day(centre, day) if now < slot.ends_at]


def enter(actor: Actor, now: datetime, entry: Entry, seen: str = "") -> Booking:
    """A meeting confirmed at once, by the officer named on it; a form sent again answers the same.

    Rule 13: a suspension stops nobody here. Of rule 9 one meeting at a time holds for the lawyer, and for the detainee
    among those confirmed: what only waits for a decision is a finding. The numbers a day and ahead do not hold: they
    share out online seats, and who stands at the window takes none of those.
    Raises Found while `seen` is not of the findings there are, SlotFull, SlotClosed, OutsideWindow, AlreadyBooked,
    DetaineeConflict, Invalid, NotFound.
    """
    for _ in range(2):  # the second time sees what hindered the first: the same lawyer entered elsewhere
        try:
            with database.atomic():
                return _enter(actor, now, entry, seen)
        except (IntegrityError, persons.Rekeyed):
            continue
    raise refusals.WrongState("有人同时在登记同一次会见，请再试一次")


def _enter(actor: Actor, now: datetime, entry: Entry, seen: str) -> Booking:
    slot = by_id.slot(entry.slot_id)
    if not SHORTEST <= entry.minutes <= LONGEST:
        raise _no_such_length()
    policy = Policy.of(slot.centre)
    lawyer = lawyer_of(entry.walk_in, now)
    held = _held(entry, slot, lawyer, policy, now)
    people = persons.people([Named(held.slot.centre, held.application.detainee)])
    facts = read([held], people)  # everybody locked from here on
    if before := Booking.get_or_none(Booking.ref == entry.ref):
        return _same(before, held, people[0])
    _may_enter(held, slot, policy)
    findings = compare(held, people[0], facts)
    if findings and seen != mark(findings):
        raise FindingsUnseen(findings)
    if not claim_at_window(slot.id):
        raise _why_no_seat(slot.id)
    return _write(actor, held, people[0], findings)


def _held(entry: Entry, slot: Slot, lawyer: Lawyer, policy: Policy, now: datetime) -> Held:
    """In a slot that has begun a meeting begins now: from then on it is late, and until its end it is one."""
    application = Application(
        lawyer_id=lawyer.id,
        key=f"window-{entry.token}",
        body_hash="",
        slot_id=slot.id,
        minutes=entry.minutes,
        detainee=entry.detainee,
        mandate=entry.mandate,
        stage=entry.stage,
        render=lambda booking, slot: "",
        case_no=entry.case_no,
        permit_no=entry.permit_no,
        companions=entry.companions,
    )
    starts_at: datetime = slot.starts_at
    begins = max(starts_at, now.replace(second=0, microsecond=0))
    shown = replace(view(policy, slot, 0, now), starts_at=begins)
    return Held(application, entry.ref, shown, begins + timedelta(minutes=entry.minutes), now, fresh=False)


def _may_enter(held: Held, slot: Slot, policy: Policy) -> None:
    application = held.application
    if held.now >= slot.ends_at:
        raise refusals.OutsideWindow("该时段已经过去")
    if slot.date > held.now.date() + timedelta(days=policy.opens_days_before):
        raise refusals.OutsideWindow(f"窗口最多登记{policy.opens_days_before}天内的会见")
    if held.ends_at.date() != slot.date:
        raise _no_such_length()
    rules.companions(policy, (companion["role"] for companion in application.companions))


def _no_such_length() -> refusals.Invalid:
    errors = [{"field": "minutes", "message": "时长不合要求"}]
    return refusals.Invalid(f"会见时长须为{SHORTEST}至{LONGEST}分钟，且当日结束", errors=errors)


def _write(actor: Actor, held: Held, person: Person, findings: list[Finding]) -> Booking:
    draft = drafting.draft_of(held, person, findings, confirmed=True, way="window")
    booking, now = Booking(**asdict(draft.booking)), held.now
    booking.save(force_insert=True)
    Change.create(booking=booking, at=now, to_state=booking.state, by=actor.account, why="现场登记")
    if booking.starts_at.date() > now.date():  # who comes in today stands here and hears it
        notify(booking, "confirmed", now, cause=ONCE)
    words = {"slot": booking.slot_id, "findings": [finding["code"] for finding in findings]}
    note(actor, now, Kind.WINDOW_ENTER, booking.ref, words, centre=booking.centre_id)
    mandates.prove_by(actor, now, booking, SEEN)
    return booking


def _same(before: Booking, held: Held, person: Person) -> Booking:
    """The booking this form has made. Raises WrongState when the form was changed since."""
    now_said = (held.application.lawyer_id, held.application.slot_id, person.key)
    if (before.lawyer_id, before.slot_id, before.detainee_key) != now_said:
        raise refusals.WrongState(f"这张登记表已登记为预约{before.ref}，如需另行登记，请重新打开登记页")
    return before


def _why_no_seat(slot_id: str) -> refusals.Refusal:
    slot = Slot.get_by_id(slot_id)
    return refusals.SlotFull("该时段的窗口名额已用完") if slot.open else refusals.SlotClosed(slot.closed_reason)
