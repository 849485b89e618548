"""The fair peer: what our desk does for a booking, done the way most would. Flask, pydantic, Peewee row by row, no Redis.

The same tables, rules, comparison and seals: lock the lawyer and the slot, look everything up, decide, create each row.
"""

import hashlib
from datetime import datetime, time, timedelta

from flask import Flask, Response, request

import clock
import config
import models
from booking import rules
from booking.desk import comparison, limits
from booking.desk.application import Person
from booking.desk.known import LawyerOnRoll, Made, Past
from booking.documents import said_key
from booking.findings import Finding
from booking.policy import Policy
from booking.refs import ref_for
from booking.rules import Taken, Weight, weight
from booking.words import moment_words
from models import Booking, Centre, Change, Detainee, KeptAnswer, Lawyer, Mandate, RollEntry, Session, Slot
from models.bookings import seal_detainee
from models.detainees import id_key, name_key
from models.sealed import Keyring
from refusals import Refusal, SlotFull
from sms import outbox
from wechat.api.forms import BookingForm
from wechat.api.serializers import as_json


def create_app() -> Flask:
    settings = config.load()
    models.open_database(settings.database_url, Keyring(settings.field_key_bytes, settings.index_key_bytes))
    app = Flask("fair")

    @app.post("/api/v1/bookings")
    def book() -> Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        session = Session.get(Session.token_hash == hashlib.sha256(token.encode()).hexdigest())
        form = BookingForm.model_validate_json(request.get_data())
        try:
            with models.database.atomic():
                told = _book(session.openid, form, request.headers["Idempotency-Key"], clock.now())
        except Refusal as no:
            return Response(as_json({"code": no.code, "detail": no.detail}), no.status, mimetype="application/json")
        return Response(told, 201, mimetype="application/json")

    return app


def _book(openid: str, form: BookingForm, key: str, now: datetime) -> str:
    lawyer = Lawyer.select().where(Lawyer.openid == openid).for_update().get()
    if kept := KeptAnswer.get_or_none(KeptAnswer.lawyer == lawyer.id, KeptAnswer.key == key):
        return str(KeptAnswer.answer_sealed.of(kept))
    slot = Slot.select().where(Slot.id == form.slot_id).for_update().get()
    centre = Centre.get_by_id(slot.centre_id)
    policy = Policy.of(centre)
    if Booking.select().where(Booking.slot == slot, Booking.active == 1).count() >= slot.seats:
        raise SlotFull
    ends_at = slot.starts_at + timedelta(minutes=form.minutes)
    detainee = form.detainee.model_dump(exclude_none=True)
    person = _person(slot.centre_id, detainee)
    _may(policy, lawyer, slot, ends_at, person, form, now)
    found = _findings(policy, lawyer, slot, ends_at, person, form, now)
    return _write(lawyer, centre, policy, slot, ends_at, person, detainee, form, key, found, now)


def _may(
    policy: Policy, lawyer: Lawyer, slot: Slot, ends_at: datetime, person: Person, form: BookingForm, now: datetime
) -> None:
    rules.booking_period(policy, slot.starts_at, now)
    rules.length(policy.lengths, form.minutes)
    rules.companions(policy, [one.role for one in form.companions])
    rules.standing(lawyer.state, lawyer.suspended_until, now)
    today = clock.at(now.date(), time())
    own = Booking.select().where(Booking.lawyer == lawyer, Booking.active == 1, Booking.starts_at >= today)
    rules.lawyer_is_free(policy, map(_taken, own), slot.starts_at, ends_at)
    lasts = (Mandate.lawyer == lawyer) & (Mandate.centre == slot.centre_id) & (Mandate.person == person.key)
    proven = Mandate.select().where(lasts, Mandate.active == 1).exists()
    met = Booking.lawyer == lawyer, Booking.detainee_said == person.said, Booking.state == "done"
    wish = limits.Wish(slot.centre_id, slot.id, person.said, proven, Booking.select().where(*met).exists())
    lately = Booking.select().where(Booking.lawyer == lawyer, Booking.starts_at >= now - timedelta(days=62))
    limits.check(policy, wish, map(_made, lately), lawyer.budget_lifted_at, now)


def _findings(
    policy: Policy, lawyer: Lawyer, slot: Slot, ends_at: datetime, person: Person, form: BookingForm, now: datetime
) -> list[Finding]:
    line = RollEntry.get_or_none(RollEntry.licence_no == lawyer.licence_no)
    on_roll = (line.state, line.name, line.firm, line.valid_until) if line else (None, None, None, None)
    known = LawyerOnRoll(
        lawyer.id, lawyer.openid, lawyer.state, lawyer.suspended_until, lawyer.name, lawyer.firm, *on_roll
    )
    others = list(Booking.select().where(Booking.detainee_key == person.key, Booking.active == 1))
    past = [Past(b.lawyer_id, b.detainee_key, b.case_no, weight(b.state, bool(b.proven))) for b in others]
    if form.case_no:
        mine = Booking.select().where(Booking.lawyer == lawyer, Booking.case_no == form.case_no, Booking.active == 1)
        past += [Past(b.lawyer_id, b.detainee_key, b.case_no) for b in mine]
    beside = [taken for taken in map(_taken, others) if taken.overlaps(slot.starts_at, ends_at)]
    asked = comparison.Said(lawyer.id, form.detainee.model_dump(exclude_none=True), form.stage, form.case_no, None, [])
    return comparison.findings(asked, now, person, known, {}, comparison.Around(past, beside))


def _write(
    lawyer: Lawyer, centre: Centre, policy: Policy, slot: Slot, ends_at: datetime, person: Person, detainee: dict[str, str],
    form: BookingForm, key: str, found: list[Finding], now: datetime,
) -> str:  # fmt: skip
    ref = ref_for(lawyer.id, key)
    booking = Booking.create(
        ref=ref, lawyer=lawyer, centre=centre, slot=slot, starts_at=slot.starts_at, ends_at=ends_at, minutes=form.minutes,
        state="submitted", active=1, detainee_key=person.key, detainee_said=person.said, mandate=form.mandate,
        detainee_sealed=seal_detainee(ref, detainee), case_no=form.case_no, stage=form.stage, companions=[], findings=found,
        created_at=now,
    )  # fmt: skip
    slot.taken += 1
    slot.save(only=[Slot.taken])
    Change.create(booking=booking, at=now, to_state="submitted", by="lawyer")
    words = {"centre": centre.name, "when": moment_words(slot.starts_at), "ref": ref}
    outbox.post("submitted", f"{ref}:submitted", lawyer.id, ref, words, now)
    told = as_json(
        {
            "ref": ref, "state": "submitted", "centre": centre.code, "slot": {"id": slot.id, "starts_at": slot.starts_at},
            "minutes": form.minutes, "detainee_name": detainee["name"], "created_at": now,
            "cancel_free_until": policy.cancel_free_until(slot.starts_at),
        }
    ).decode()  # fmt: skip
    sealed = KeptAnswer.answer_sealed.seal(told, lawyer_id=lawyer.id, key=key)
    body_hash = hashlib.sha256(request.get_data()).hexdigest()
    KeptAnswer.create(lawyer=lawyer, key=key, body_hash=body_hash, booking=ref, answer_sealed=sealed, created_at=now)
    return told


def _person(centre: str, detainee: dict[str, str]) -> Person:
    key, by_name = id_key(detainee["id_no"]), name_key(detainee["name"])
    entry = Detainee.get_or_none(Detainee.centre == centre, Detainee.key == key)
    namesakes = Detainee.select().where(Detainee.centre == centre, Detainee.name_index == by_name).count()
    register = Detainee.select().where(Detainee.centre == centre).exists()
    return Person(key, True, entry, namesakes, register, said_key(centre, detainee))


def _taken(b: Booking) -> Taken:
    return Taken(b.ref, b.lawyer_id, b.detainee_key, b.detainee_claim, b.starts_at, b.ends_at, Weight.ASKED)


def _made(b: Booking) -> Made:
    return Made(
        b.lawyer_id, b.centre_id, b.slot_id, b.detainee_said, b.active == 1, b.starts_at, b.created_at, None, False,
        bool(b.proven), False,
    )  # fmt: skip
