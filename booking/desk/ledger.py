"""What a sitting reads and writes, in two trips: it runs for every booking, and making the statements anew with the
query builder cost four times as much as carrying them out."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from peewee import DataError

from booking.desk import defending, made
from booking.desk.drafting import Draft, FirstChange, NewBooking
from booking.desk.known import LawyerOnRoll, OnRoll, Past
from booking.lawyers.borne import BORNE
from booking.policy import Policy
from booking.rules import Taken, weight
from models import KeptAnswer
from models.base import on_postgres
from models.fields import JSONText, MomentField, moment_text
from models.slots import claiming_all, short
from models.statements import Statement, as_one, entering, looked_up, matching, seeking, together
from models.transactions import Transaction

Carry = Callable[[Sequence[Statement]], list[Any]]
_moment: Callable[[Any], Any] = MomentField().python_value
_json = JSONText().db_value

_BOOKING = {
    "ref": "text", "lawyer_id": "int", "centre_id": "text", "slot_id": "text", "starts_at": "timestamptz",
    "ends_at": "timestamptz", "minutes": "int", "state": "text", "active": "int", "detainee_key": "text",
    "detainee_claim": "text", "detainee_said": "text", "detainee_numbers": "text", "detainee_sealed": "text",
    "case_no": "text", "mandate": "text", "stage": "text", "permit_no": "text", "companions": "text", "findings": "text",
    "created_at": "timestamptz", "way": "text", "proven": "int",
}  # fmt: skip
_CHANGE = {"booking_id": "text", "at": "timestamptz", "to_state": "text", "by": "text", "why": "text"}
_ANSWER = {
    "lawyer_id": "int", "key": "text", "body_hash": "text", "booking": "text", "answer_sealed": "text",
    "created_at": "timestamptz",
}  # fmt: skip
_LAWYER = """lawyer.id, openid, lawyer.state, suspended_until, lawyer.name, lawyer.firm,
roll_entry.state, roll_entry.name, roll_entry.firm, valid_until"""
_SESSION = "session.token_hash, expires_at, revoked_at"
_LINE = "roll_entry.licence_no, state, name"
_KEPT = 'kept_answer.lawyer_id, kept_answer."key", body_hash, booking, answer_sealed'
_BY_CUSTODY = 'detainee.custody_index, detainee."key"'
_TOUCHING = "ref, lawyer_id, detainee_key, detainee_claim, case_no, starts_at, ends_at, state"


class Wanted(NamedTuple):
    """Of whom and what a sitting has to know; of a lawyer: his requests, what he said of a person, his cases. `people`
    are the keys of their bookings, `numbers` all that somebody who defends them may be found by."""

    centres: Collection[str]
    lawyers: Collection[int]
    requests: Collection[tuple[int, str]]
    companions: Collection[str]
    people: Collection[str]
    sessions: Collection[str]
    said: Collection[tuple[int, str]]
    cases: Collection[tuple[int, str]]
    numbers: Collection[str]
    today: datetime
    limits_at: datetime | None = None  # asked for the limits of rule 9 too, as they are at this moment


class Rows(NamedTuple):
    """The answers: names and policies of centres, lawyers, answers kept by request, the roll's lines about companions,
    the registers' by 在押编号, when sessions that go on will end, who defends whom, and every active booking that may
    matter."""

    centres: dict[str, tuple[str, Policy]]
    lawyers: dict[int, LawyerOnRoll]
    kept: dict[tuple[int, str], KeptAnswer]
    companions: dict[str, OnRoll]
    sessions: dict[str, datetime]
    lines: list[tuple[str, str]]
    defending: defending.Defending
    touching: list[tuple[Taken, Past]]
    record: made.Record


def load(lock: Sequence[Statement], asked: Wanted, carry: Carry = together) -> Rows:
    """One trip: what comes after the lock sees what whoever held it before has written."""
    limits = made.asking(asked.lawyers, asked.said, asked.limits_at) if asked.limits_at else []
    answers = carry(
        [
            *lock,
            seeking("centre.code, name, policy", "centre", {"code": "text"}, ((code,) for code in asked.centres)),
            seeking(_LAWYER, "lawyer", {"id": "int"}, ((lawyer,) for lawyer in asked.lawyers), _his_line()),
            seeking(_KEPT, "kept_answer", {"lawyer_id": "int", "key": "text"}, asked.requests),
            seeking(_LINE, "roll_entry", {"licence_no": "text"}, ((licence,) for licence in asked.companions)),
            seeking(_SESSION, "session", {"token_hash": "text"}, ((one,) for one in asked.sessions)),
            seeking(_BY_CUSTODY, "detainee", {"custody_index": "text"}, ((key,) for key in asked.people)),
            defending.asking(asked.numbers),
            _touching(asked),
            *limits,
        ]
    )
    centres, found, kept, companions, sessions, lines, defenders, touching, *record = answers[len(lock) :]
    return Rows(
        {code: (name, Policy.written(policy, code)) for code, name, policy in centres},
        {row[0]: LawyerOnRoll(row[0], row[1], row[2], _moment(row[3]), *row[4:]) for row in found},
        {(row[0], row[1]): _kept(*row) for row in kept},
        {row[0]: OnRoll(*row) for row in companions},
        {token: _moment(ends) for token, ends, revoked in sessions if revoked is None},
        [(number, key) for number, key in lines],
        defending.answered(defenders),
        list(_bookings(touching)),
        made.answered(record) if record else made.NOTHING,
    )


def save(
    here: Transaction, wanted: Mapping[str, int], drafts: Sequence[Draft],
    letters: Statement, answers: Sequence[Sequence[object]],
) -> bool:  # fmt: skip
    """One trip: claim the seats, in the order of their slots, write everything and commit. False when a seat was short:
    then nothing is kept. `answers` are lawyer, key, hash of the body, reference, sealed answer, moment."""
    claims = claiming_all(wanted)
    try:
        told = here.finish([
            *claims,
            entering("booking", _BOOKING, [_booking_row(draft.booking) for draft in drafts]),
            entering("change", _CHANGE, [_change_row(draft.change) for draft in drafts]),
            letters,
            entering("kept_answer", _ANSWER, answers),
        ])  # fmt: skip
    except DataError as problem:
        if short(problem):
            return False
        raise
    return on_postgres() or all(rows == 1 for rows in told[: len(claims)])


def _his_line() -> str:
    return matching("roll_entry", "roll_entry.licence_no = lawyer.licence_no", "LEFT JOIN")


def _touching(asked: Wanted) -> Statement:
    """Every active booking that may matter, in one question over three indexes; a booking may come by several."""
    of_people = looked_up("booking", {"detainee_key": "text"})
    of_lawyers = looked_up("booking", {"lawyer_id": "int"}, onward="starts_at")
    of_cases = looked_up("booking", {"lawyer_id": "int", "case_no": "text"})
    found = " UNION ALL ".join(f"SELECT booking.* FROM {where}" for where in (of_people, of_lawyers, of_cases))
    people, lawyers = as_one((key,) for key in asked.people), as_one((lawyer,) for lawyer in asked.lawyers)
    given = (people, lawyers, moment_text(asked.today), as_one(asked.cases))
    return Statement(f"SELECT {_TOUCHING}, {_proven()} FROM ({found}) AS booking WHERE active = 1", given)


def _proven() -> str:
    """Whether a mandate that the licence bears stands behind it: a barred lawyer's makes no third defender of anybody.
    Found by the lawyer, who has few, and not by the centre."""
    his = matching("lawyer", "lawyer.id = mandate.lawyer_id")
    person = "mandate.centre_id || '' = booking.centre_id AND mandate.person || '' = booking.detainee_key"
    lasts = f"mandate.lawyer_id = booking.lawyer_id AND mandate.active + 0 = 1 AND {person}"
    return f"(SELECT COUNT(*) FROM mandate {his} {_his_line()} WHERE {lasts} AND {BORNE})"


def _bookings(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Taken, Past]]:
    for ref, lawyer, key, claim, case_no, starts_at, ends_at, state, proven in {row[0]: row for row in rows}.values():
        weighs = weight(state, proven > 0)
        taken = Taken(ref, lawyer, key, claim, _moment(starts_at), _moment(ends_at), weighs)
        yield taken, Past(lawyer, key, case_no, weighs)


def touching_of(b: NewBooking) -> tuple[Taken, Past]:
    """As one just decided on will be read."""
    weighs = weight(b.state, bool(b.proven))
    taken = Taken(b.ref, b.lawyer_id, b.detainee_key, b.detainee_claim, b.starts_at, b.ends_at, weighs)
    return taken, Past(b.lawyer_id, b.detainee_key, b.case_no, weighs)


def _kept(lawyer: int, key: str, body_hash: str, ref: str, sealed: str) -> KeptAnswer:
    return KeptAnswer(lawyer=lawyer, key=key, body_hash=body_hash, booking=ref, answer_sealed=sealed)


def _booking_row(b: NewBooking) -> Sequence[object]:
    return (
        b.ref, b.lawyer_id, b.centre_id, b.slot_id, moment_text(b.starts_at), moment_text(b.ends_at), b.minutes, b.state,
        b.active, b.detainee_key, b.detainee_claim, b.detainee_said, b.detainee_numbers, b.detainee_sealed, b.case_no,
        b.mandate, b.stage, b.permit_no, _listed(b.companions), _listed(b.findings), moment_text(b.created_at), b.way,
        b.proven,
    )  # fmt: skip


def _listed(some: Sequence[object]) -> str | None:
    return _json(some) if some else "[]"


def _change_row(c: FirstChange) -> Sequence[object]:
    return (c.booking_id, moment_text(c.at), c.to_state, c.by, "")
