"""A sitting decides a batch of applications in one transaction: of a booking's steps the one that counts.

Locks in the order lawyers → detainees → slots; then the facts are read once for all; then each application is decided
in turn, as if the ones before it were already written; then seats are claimed and everything is written together.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from peewee import IntegrityError, OperationalError

import refusals
from booking import rules
from booking.desk import comparison, drafting, ledger, limits, persons
from booking.desk.application import Application, Held, Person, Receipt
from booking.desk.conditions import still_signed_in, why_no_seat
from booking.desk.drafting import Draft
from booking.desk.facts import Facts, read
from booking.desk.persons import Named
from booking.refs import ref_for
from models import Booking, KeptAnswer
from models.locks import waited_in_vain
from models.transactions import Transaction, transaction
from sms import outbox

Outcome = Receipt | Exception

MOST_REFS = 3  # two bookings share one of 32^8 references about once in a million bookings


class Surprise(Exception):
    """The batch can't be written as decided (a seat short, an index hit, somebody's lock not let go): each of it is then
    decided alone, so that who has nothing to do with it need not go without."""


def decide_batch(batch: Sequence[Held]) -> list[Outcome]:
    """An outcome for each: a Receipt, or the Refusal or error that answers it."""
    people = persons.people([Named(held.slot.centre, held.application.detainee) for held in batch])
    try:
        return _decide_together(batch, people)
    except persons.Rekeyed:
        return decide_batch(batch)
    except (Surprise, IntegrityError, OperationalError) as problem:
        if isinstance(problem, OperationalError) and not waited_in_vain(problem):
            raise
        return [_alone(held, person) for held, person in zip(batch, people, strict=True)]


def kept_answer(application: Application, kept: KeptAnswer) -> Receipt:
    """The answer of the first time. Raises IdempotencyMismatch when the key stood for something else."""
    if kept.body_hash != application.body_hash:
        raise refusals.IdempotencyMismatch()
    return Receipt(kept.booking, KeptAnswer.answer_sealed.of(kept), replayed=True)


def _alone(held: Held, person: Person, attempt: int = 0) -> Outcome:
    try:
        return _decide_together([held], [person])[0]
    except persons.Rekeyed:
        return decide_batch([held])[0]
    except Surprise:
        return why_no_seat(held.slot.id)
    except IntegrityError as problem:
        if attempt < MOST_REFS and Booking.get_or_none(Booking.ref == held.ref):
            ref = ref_for(held.application.lawyer_id, held.application.key, attempt + 1)
            return _alone(replace(held, ref=ref, fresh=False), person, attempt + 1)
        return problem
    except Exception as problem:
        return problem


def _decide_together(batch: Sequence[Held], people: Sequence[Person]) -> list[Outcome]:
    """Two trips to the database: lock and read, claim and write."""
    with transaction() as here:
        facts = read(batch, people, here.ask)
        outcomes = [_decide(held, person, facts) for held, person in zip(batch, people, strict=True)]
        receipts = _write(here, list(facts.drafts.values()), facts)
    return [_told(o, held, receipts) if isinstance(o, Draft) else o for held, o in zip(batch, outcomes, strict=True)]


def _told(draft: Draft, held: Held, receipts: dict[str, Receipt]) -> Receipt:
    """To the request that made the draft its receipt; to the same request beside it the same, as told before."""
    receipt = receipts[draft.booking.ref]
    return receipt if draft.held is held else replace(receipt, replayed=True)


def _decide(held: Held, person: Person, facts: Facts) -> Draft | Receipt | Exception:
    application, slot = held.application, held.slot
    kept = facts.rows.kept.get(application.request)
    policy, lawyer = facts.rows.centres[slot.centre][1], facts.rows.lawyers[application.lawyer_id]
    own, beside = facts.of_lawyer(application.lawyer_id), facts.of_person(person)
    at_once = [taken for taken, _ in beside if taken.overlaps(slot.starts_at, held.ends_at)]
    wish = _wish(held, person, facts)
    try:
        still_signed_in(application, facts.rows.sessions, held.now)
        if same := facts.drafts.get(application.request):
            return same.to_the_same(application)
        if kept is not None:
            return kept_answer(application, kept)
        if application.identity and application.identity != lawyer.openid:
            raise refusals.NotVerified  # unbound since the session was last asked for
        rules.standing(lawyer.state, lawyer.suspended_until, held.now)
        rules.lawyer_is_free(policy, (taken for taken, _ in own), slot.starts_at, held.ends_at)
        if wish.proven and rules.in_the_way(person.claim, at_once, slot.starts_at, held.ends_at):
            raise refusals.DetaineeConflict  # who has not shown the papers hears of nobody's meetings. Rule 9.
        limits.check(policy, wish, facts.made_by(lawyer.id), facts.rows.record.lifted.get(lawyer.id), held.now)
    except refusals.Refusal as refusal:
        return refusal
    defenders = facts.defenders(slot.centre, person)
    around = comparison.Around([past for _, past in (*beside, *own)], at_once, wish.proven, defenders)
    found = comparison.findings(application, held.now, person, lawyer, facts.rows.companions, around)
    # Confirmed at once is only who has shown an officer the papers: else the answer would tell who is held. Rule 8.
    confirmed = policy.confirm_proven_at_once and wish.proven and not comparison.against_proven(found, around)
    draft = drafting.draft_of(held, person, found, confirmed=confirmed, proven=wish.proven)
    facts.note(draft, wish)
    return draft


def _wish(held: Held, person: Person, facts: Facts) -> limits.Wish:
    lawyer, centre, record = held.application.lawyer_id, held.slot.centre, facts.rows.record
    barred = facts.rows.lawyers[lawyer].roll_state not in (None, "active")  # which suspends a mandate
    proven = record.proves(lawyer, centre, person.numbers) and not barred
    return limits.Wish(centre, held.slot.id, person.said, proven, (lawyer, person.said) in record.met)


def _write(here: Transaction, drafts: Sequence[Draft], facts: Facts) -> dict[str, Receipt]:
    """Raises Surprise unless every draft gets its seat."""
    if not drafts:
        return {}
    receipts = {draft.booking.ref: drafting.receipt(draft) for draft in drafts}
    wanted = Counter(draft.held.slot.id for draft in drafts)
    named = [(draft, facts.rows.centres[draft.booking.centre_id][0]) for draft in drafts]
    letters = outbox.posting([drafting.letter(draft, centre) for draft, centre in named], drafts[0].held.now)
    answers = [drafting.keep(draft, receipts[draft.booking.ref]) for draft in drafts]
    if not ledger.save(here, wanted, drafts, letters, answers):
        raise Surprise
    return receipts
