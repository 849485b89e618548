"""A booking decided on and not written yet, with what goes with it: its letter, its receipt, the answer that is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from booking.desk.application import Application, Held, Person, Receipt
from booking.findings import Finding
from booking.words import moment_words
from models import KeptAnswer
from models.bookings import seal_detainee
from models.fields import moment_text
from models.states import State
from refusals import IdempotencyMismatch
from sms import outbox


class FirstChange(NamedTuple):
    """The first line of a booking's history, as a row of `Change`."""

    booking_id: str
    at: datetime
    to_state: str
    by: str
    from_state: str | None = None


@dataclass(slots=True)
class NewBooking:
    """A booking that is not written yet: what `Booking` has of it, without what Peewee's rows cost for each column."""

    ref: str
    lawyer_id: int
    centre_id: str
    slot_id: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    state: str
    detainee_key: str
    detainee_claim: str | None
    detainee_said: str
    detainee_numbers: str
    detainee_sealed: str
    case_no: str | None
    mandate: str
    stage: str
    permit_no: str | None
    companions: list[dict[str, str]]
    findings: list[Finding]
    created_at: datetime
    way: str
    proven: int
    active: int = 1
    decision_reason: None = None


@dataclass(slots=True)
class Draft:
    """A booking decided on, not written yet."""

    held: Held
    booking: NewBooking
    change: FirstChange

    def to_the_same(self, application: Application) -> "Draft":
        """Whoever asked at the same time under the same key. Raises IdempotencyMismatch."""
        if self.held.application.body_hash != application.body_hash:
            raise IdempotencyMismatch
        return self


def draft_of(
    held: Held, person: Person, found: list[Finding], *, confirmed: bool, proven: bool = False, way: str = "online"
) -> Draft:
    """The booking as it will be written, with the first line of its history."""
    application, state = held.application, State.CONFIRMED if confirmed else State.SUBMITTED
    booking = NewBooking(
        ref=held.ref,
        lawyer_id=application.lawyer_id,
        centre_id=held.slot.centre,
        slot_id=held.slot.id,
        starts_at=held.slot.starts_at,
        ends_at=held.ends_at,
        minutes=application.minutes,
        state=state,
        detainee_key=person.key,
        detainee_claim=person.claim if confirmed else None,
        detainee_said=person.said,
        detainee_numbers=" ".join(person.numbers),
        detainee_sealed=seal_detainee(held.ref, application.detainee),
        case_no=application.case_no or person.case_no,
        mandate=application.mandate,
        stage=application.stage,
        permit_no=application.permit_no,
        companions=list(application.companions),
        findings=found,
        created_at=held.now,
        way=way,
        proven=int(proven),
    )
    return Draft(held, booking, FirstChange(held.ref, held.now, state, "lawyer"))


def letter(draft: Draft, centre: str) -> outbox.Letter:
    """To the lawyer; `centre` is its name."""
    booking = draft.booking
    words = {
        "centre": centre,
        "when": moment_words(booking.starts_at),
        "ref": booking.ref,
    }
    return outbox.Letter(booking.state, f"{booking.ref}:{booking.state}", booking.lawyer_id, booking.ref, words)


def receipt(draft: Draft) -> Receipt:
    """As the lawyer is told it."""
    return Receipt(draft.booking.ref, draft.held.application.render(draft, draft.held.slot))


def keep(draft: Draft, receipt: Receipt) -> tuple[object, ...]:
    """A row of `KeptAnswer`: told again to whoever asks with the same key."""
    application = draft.held.application
    lawyer, key = application.request
    sealed = KeptAnswer.answer_sealed.seal(receipt.answer, lawyer_id=lawyer, key=key)
    return (*application.request, application.body_hash, receipt.ref, sealed, moment_text(draft.held.now))
