"""A booking decided on and not written yet, with what goes with it: its letter, its receipt, the answer that is kept."""

from dataclasses import dataclass

from booking.desk.application import Application, Held, Person, Receipt
from booking.findings import Finding
from booking.words import moment_words
from models import Booking, Change, KeptAnswer
from models.bookings import seal_detainee
from models.fields import moment_text
from models.states import State
from refusals import IdempotencyMismatch
from sms import outbox


@dataclass
class Draft:
    """A booking decided on, not written yet."""

    held: Held
    booking: Booking
    change: Change

    def to_the_same(self, application: Application) -> "Draft":
        """Whoever asked at the same time under the same key. Raises IdempotencyMismatch."""
        if self.held.application.body_hash != application.body_hash:
            raise IdempotencyMismatch
        return self


def draft_of(held: Held, person: Person, found: list[Finding], *, confirmed: bool, proven: bool = False) -> Draft:
    """The booking as it will be written, with the first line of its history."""
    application, state = held.application, State.CONFIRMED if confirmed else State.SUBMITTED
    booking = Booking(
        ref=held.ref,
        lawyer=application.lawyer_id,
        centre=held.slot.centre,
        slot=held.slot.id,
        starts_at=held.slot.starts_at,
        ends_at=held.ends_at,
        minutes=application.minutes,
        state=state,
        active=1,
        detainee_key=person.key,
        detainee_claim=person.claim if confirmed else None,
        detainee_said=person.said,
        detainee_numbers=" ".join(person.numbers),
        detainee_sealed=seal_detainee(held.ref, application.detainee),
        case_no=application.case_no or (person.entry.case_no if person.entry else None),
        mandate=application.mandate,
        stage=application.stage,
        permit_no=application.permit_no,
        companions=list(application.companions),
        findings=found,
        created_at=held.now,
        proven=int(proven),
    )
    return Draft(held, booking, Change(booking=held.ref, at=held.now, to_state=state, by="lawyer"))


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
    draft.booking.preloaded_changes = [draft.change]
    return Receipt(draft.booking.ref, draft.held.application.render(draft.booking, draft.held.slot))


def keep(draft: Draft, receipt: Receipt) -> tuple[object, ...]:
    """A row of `KeptAnswer`: told again to whoever asks with the same key."""
    application = draft.held.application
    lawyer, key = application.request
    sealed = KeptAnswer.answer_sealed.seal(receipt.answer, lawyer_id=lawyer, key=key)
    return (*application.request, application.body_hash, receipt.ref, sealed, moment_text(draft.held.now))
