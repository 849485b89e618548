"""Mandates 委托关系: that this lawyer defends this person in this stage, once an officer has seen the originals. Rule 7a.

What a lawyer says in a form proves and ends nothing, and nobody but officers is told of a mandate's end: it would tell
of the person. A barred licence suspends a mandate. Whether a booking has one follows from mandate and form alone.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from booking.lawyers import known_by
from booking.lawyers.borne import NOT_BORNE, in_force, in_force_of, with_licence
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import Line, note, note_all
from booking.words import STAGES, moment_words
from models import Booking, Lawyer, Mandate, database, rows_of
from models.bookings import NAME_LOST
from models.detainees import name_key
from models.locks import lock_people
from models.sealed import UNREADABLE
from refusals import Invalid, NotFound, WrongState

STAGE_OVER = "已进入下一诉讼阶段"
GONE = "当事人已不在本所名册"
LONGEST_REASON = 200
MANY = 50


class Pair(NamedTuple):
    """A lawyer and a person, at a centre. `person` is a key as in `Booking.detainee_key`."""

    lawyer: int
    centre: str
    person: str


def of_booking(booking: Booking) -> Pair:
    return Pair(booking.lawyer_id, booking.centre_id, booking.detainee_key)


def proven(pairs: Collection[Pair]) -> dict[Pair, str]:
    """Those of them that are proven now, by any number known of the person, each with its stage; in one question."""
    found = [(lawyer, centre, keys, stage) for lawyer, centre, keys, stage in in_force_of({p.lawyer for p in pairs})]
    stages = {Pair(lawyer, centre, key): stage for lawyer, centre, keys, stage in found for key in keys}
    return {pair: stages[pair] for pair in pairs if pair in stages}


def prove(
    actor: Actor,
    now: datetime,
    pair: Pair,
    name: str,
    stage: str,
    *,
    seen: Sequence[str] = (),
    booking: str | None = None,
    numbers: Collection[str] = (),
) -> Mandate:
    """An officer has seen the originals. The same again is the one there is; another stage ends the earlier. `numbers`
    are all that were seen with them: they are recorded where the centre keeps no register that says which are his.

    Raises Invalid for an unknown stage or a person known by a bare name only.
    """
    _may_be_proven(pair, name, stage)
    with database.atomic():
        lock_people([pair.lawyer])
        known = known_by.known(pair.centre, pair.person, numbers)
        there = [one for one in Mandate.select().where(_his(pair), Mandate.active == 1) if one.keys & known]
        if same := next((one for one in there if one.stage == stage), None):
            return known_by.write(same, same.keys | known)
        end_all(actor, now, there, STAGE_OVER)
        made = Mandate.create(
            lawyer=pair.lawyer, centre=pair.centre, person=pair.person, stage=stage, seen=list(seen), booking=booking,
            name_sealed=Mandate.name_sealed.seal(name, person=pair.person), proven_at=now, proven_by=actor.account,
        )  # fmt: skip
        return _noted(actor, now, known_by.write(made, known))


def _noted(actor: Actor, now: datetime, made: Mandate) -> Mandate:
    details = {"stage": STAGES[made.stage], "papers": made.seen, "ref": made.booking_id or ""}
    note(actor, now, Kind.MANDATE_PROVEN, f"mandate-{made.id}", details, centre=made.centre_id)
    return made


def _may_be_proven(pair: Pair, name: str, stage: str) -> None:
    if stage not in STAGES:
        raise Invalid("请选择诉讼阶段", errors=[{"field": "stage", "message": "请选择诉讼阶段"}])
    if pair.person == name_key(name):
        raise Invalid("只有姓名不能登记委托关系，请先核对证件号、在押编号或名册")


def prove_by(actor: Actor, now: datetime, booking: Booking, seen: Sequence[str]) -> Mandate | None:
    """At the gate or the window, with the papers of this meeting; None where its form does not say which person."""
    if known_by.not_provable(booking):
        return None
    name, numbers = str(booking.detainee["name"]), known_by.numbers_of(booking)
    pair = of_booking(booking)
    with database.atomic():
        lock_people([booking.lawyer_id])  # from here on no register gives the person another key
        pair = of_booking(Booking.get_by_id(booking.ref))
        return prove(actor, now, pair, name, booking.stage, seen=seen, booking=booking.ref, numbers=numbers)


def prove_for_line(actor: Actor, now: datetime, booking: Booking, line: int) -> Mandate:
    """The person is who the officer has picked of the register. Raises Invalid for another line."""
    picked = next((one for one in known_by.lines_to_pick(booking) if one.id == line), None)
    if picked is None:
        raise Invalid("请选择名册中的当事人", errors=[{"field": "line", "message": "请选择"}])
    pair = of_booking(booking)._replace(person=picked.key)
    return prove(actor, now, pair, picked.name, booking.stage, booking=booking.ref)


def end(actor: Actor, now: datetime, mandate_id: int, why: str) -> Mandate:
    """Raises NotFound, Invalid without a reason, WrongState where it has ended."""
    if not why.strip():
        raise Invalid("请填写结束委托关系的原因", errors=[{"field": "why", "message": "请填写原因"}])
    with database.atomic():
        found = Mandate.get_or_none(Mandate.id == mandate_id)
        if found is None:
            raise NotFound("没有这条委托关系")
        lock_people([found.lawyer_id])
        if not end_all(actor, now, [found], why.strip()[:LONGEST_REASON]):
            raise WrongState("该委托关系已经结束")
    return Mandate.get_by_id(mandate_id)


def end_of_gone(actor: Actor, now: datetime, centre: str, held: Collection[str]) -> int:
    """After a register was brought: those of people it no longer has; answers how many. In the caller's transaction."""
    there = Mandate.select().where(Mandate.centre == centre, Mandate.active == 1)
    known = set(held)
    return end_all(actor, now, [one for one in there if one.person not in known], GONE)


def listed(
    centre: str | None, *, lawyer: int | None = None, lasting: bool = True, after: int | None = None
) -> list[Any]:
    """Mandates with their lawyer, the newest first, `MANY` and one more; `in_force` says whether the licence bears it."""
    found = with_licence(Mandate, Lawyer, in_force().alias("in_force"))
    if centre is not None:
        found = found.where(Mandate.centre == centre)
    if lawyer is not None:
        found = found.where(Mandate.lawyer == lawyer)
    if lasting:
        found = found.where(Mandate.active == 1)
    if after is not None:
        found = found.where(Mandate.id < after)
    return list(found.order_by(Mandate.id.desc()).limit(MANY + 1))


def name_shown(mandate: Mandate) -> str:
    """The person's name for a page; one that can't be opened keeps nobody from the others."""
    try:
        return mandate.name
    except UNREADABLE:
        return NAME_LOST


def state_words(mandate: Any) -> str:
    """Of one as `listed` gives it."""
    if not mandate.active:
        return f"{moment_words(mandate.ended_at)}结束：{mandate.ended_why}"
    return "有效" if mandate.in_force else NOT_BORNE


def _his(pair: Pair) -> Any:
    return (Mandate.lawyer == pair.lawyer) & (Mandate.centre == pair.centre)


def end_all(actor: Actor, now: datetime, mandates: Sequence[Mandate], why: str) -> int:
    """Those that last, once each, whoever else ends them; answers how many."""
    ids = [mandate.id for mandate in mandates]
    over = {"active": None, "ended_at": now, "ended_by": actor.account, "ended_why": why}
    lasts = Mandate.id.in_(ids) & (Mandate.active == 1)
    ended = rows_of(Mandate.update(**over).where(lasts).returning(Mandate.id, Mandate.centre))
    lines = [Line(f"mandate-{one}", centre, {"why": why}) for one, centre in ended]
    note_all(actor, now, Kind.MANDATE_ENDED, lines)
    return len(lines)
