"""Mandates that go with their person to the key a register has for him. Rule 7a.

A mandate is of one person: where the 在押编号 is somebody else's by now, it is nobody's and ends.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from peewee import Case, chunked

from booking.lawyers import known_by, mandates
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import Line, note_all
from booking.roll.same_person import Followed, Register
from models import Mandate
from models.detainees import name_key
from models.sealed import UNREADABLE

MERGED = "名册更新后与同一当事人的委托合并"
GIVEN_AWAY = "在押编号在名册中已是另一人"
AT_ONCE = 1000


class Mandates(NamedTuple):
    """Which go over to which key, which end since the same lawyer has a later one for that person, which are nobody's."""

    moving: list[tuple[Mandate, str]]
    merged: list[Mandate]
    given_away: list[Mandate]


def plan(centre: str, followed: Followed, today: Register) -> Mandates:
    lasting = list(Mandate.select().where(Mandate.centre == centre, Mandate.active == 1))
    to = {one.id: _to(one, followed, today) for one in lasting}
    beside: dict[tuple[int, str], list[Mandate]] = defaultdict(list)
    for one in lasting:
        if key := to[one.id]:
            beside[one.lawyer_id, key].append(one)
    last = {max(same, key=lambda one: (one.proven_at, one.id)).id for same in beside.values()}
    return Mandates(
        [(one, key) for one in lasting if one.id in last and (key := to[one.id]) and key != one.person],
        [one for one in lasting if to[one.id] and one.id not in last],
        [one for one in lasting if to[one.id] is None],
    )


def _to(mandate: Mandate, followed: Followed, today: Register) -> str | None:
    """The key it is of today, None where that number is somebody else's. By a number alone only who is called the same."""
    person = mandate.person
    if person in followed.keys:
        return followed.keys[person]
    line = today.line_of(person)
    if line is None or (line.key == person and person not in followed.given_away):
        return person
    return line.key if line.name == name_key(mandates.name_shown(mandate)) else None


def carry_out(actor: Actor, now: datetime, centre: str, planned: Mandates, today: Register) -> None:
    """Ends those of people who are gone as well, and has the others know the numbers of today.

    In the caller's transaction; whoever has them go holds their lawyers' locks."""
    mandates.end_all(actor, now, planned.merged, MERGED)
    mandates.end_all(actor, now, planned.given_away, GIVEN_AWAY)
    _move(planned.moving)
    note_all(actor, now, Kind.MANDATE_REKEYED, [Line(f"mandate-{one.id}", centre, {}) for one, _ in planned.moving])
    mandates.end_of_gone(actor, now, centre, [*today.by_key, *today.by_custody])
    known_by.follow_register(centre, [[n for n in line[:2] if n] for line in today.by_key.values()])


def _move(moving: Sequence[tuple[Mandate, str]]) -> None:
    """Not in force for a moment, since two people's keys may have been exchanged."""
    for ids in chunked([one.id for one, _ in moving], AT_ONCE):
        Mandate.update(active=None).where(Mandate.id.in_(ids)).execute()
    for some in chunked(moving, AT_ONCE):
        person = Case(Mandate.id, [(one.id, key) for one, key in some])
        name = Case(Mandate.id, [(one.id, _sealed(one, key)) for one, key in some])
        mine = Mandate.id.in_([one.id for one, _ in some])
        Mandate.update(person=person, name_sealed=name, active=1).where(mine).execute()


def _sealed(mandate: Mandate, key: str) -> str:
    """The name bound to the new key; one that can't be opened stays what it is."""
    try:
        return Mandate.name_sealed.seal(mandate.name, person=key)
    except UNREADABLE:
        return str(mandate.name_sealed)
