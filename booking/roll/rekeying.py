"""What stands on somebody's key goes with him when a register brings him under another: bookings and mandates. Rule 7b.

Where his bookings come together by it, two that are confirmed for one time may meet: the one with a proven mandate
stands, else the one confirmed first; the other lets go of the person and is put before a reviewer, since the comparison
finds it from then on.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from peewee import SQL, Case, chunked, fn

from booking.documents import keys_of
from booking.lawyers import proof
from booking.lifecycle import OPEN_STATES
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import Line, note_all
from booking.roll import rekeyed_mandates
from booking.roll.rekeyed_mandates import AT_ONCE, Mandates
from booking.roll.same_person import Followed, Register
from booking.words import moment_words
from models import Booking, Change, database, rows_of
from models.detainees import name_key
from models.locks import lock_people, lock_register
from models.statements import as_one, sought
from models.states import State

TWICE = "同一时间另有先通过的预约会见此人"


class Plan(NamedTuple):
    """`claims` are other bookings that claim one of the new keys."""

    bookings: list[tuple[Booking, str]]
    claims: list[Booking]
    mandates: Mandates

    @property
    def many(self) -> int:
        return len(self.bookings) + len(self.mandates.moving)

    def people(self) -> tuple[set[int], set[str]]:
        """Whose locks it takes: lawyers, and keys, the old as well as the new."""
        moving, merged, given_away = self.mandates
        bookings = [*(one for one, _ in self.bookings), *self.claims]
        ending = [*(one for one, _ in moving), *merged, *given_away]
        keys = {one.detainee_key for one in bookings} | {one.person for one in ending}
        lawyers = {one.lawyer_id for one in bookings} | {one.lawyer_id for one in ending}
        return lawyers, keys | {key for _, key in self.bookings} | {key for _, key in moving}


class _Joined(Exception):
    """Somebody has come in, and his lock is not held."""


def plan(now: datetime, centre: str, followed: Followed, today: Register) -> Plan:
    """In three questions, however many there are."""
    bookings = [(one, key) for one in _bookings(now, centre, followed, today) if (key := _to(one, followed, today))]
    return Plan(bookings, _claims(bookings), rekeyed_mandates.plan(centre, followed, today))


def carry_out(actor: Actor, now: datetime, centre: str, look: Callable[[], Plan], today: Register) -> Plan:
    """In the caller's transaction, with everybody locked; `look` makes the plan. Mandates first: which booking one stands
    behind follows from today's numbers."""
    made = _locked(centre, look)
    rekeyed_mandates.carry_out(actor, now, centre, made.mandates, today)
    twice = _twice(made)
    _move(made.bookings, twice)
    touched = [one for one, _ in made.bookings] + [one for one in made.claims if one.ref in twice]
    lines = [Line(one.ref, one.centre_id, _words(one, one.ref in twice)) for one in touched]
    note_all(actor, now, Kind.BOOKING_REKEYED, lines)
    return made


def _locked(centre: str, look: Callable[[], Plan]) -> Plan:
    """Looks again once the locks are there, and begins anew where somebody else has come in by then."""
    made = look()
    while True:
        lawyers, keys = made.people()
        try:
            with database.atomic():  # let go together: more can't be added in order
                lock_people(lawyers, keys)
                lock_register(centre)
                made = look()
                more, others = made.people()
                if more <= lawyers and others <= keys:
                    return made
                raise _Joined
        except _Joined:
            continue


def _bookings(now: datetime, centre: str, followed: Followed, today: Register) -> list[Booking]:
    """Those on a key that may go over, and all that are open, which may be of somebody the register has only now."""
    ahead = Booking.starts_at > now
    mine = (Booking.centre == centre) & ((Booking.active == 1) | ahead)
    on_one = _among("detainee_key", [*followed.keys, *today.second_numbers()])
    return list(Booking.select().where(mine & (on_one | Booking.state.in_(OPEN_STATES) & ahead)))


def _to(booking: Booking, followed: Followed, today: Register) -> str | None:
    """The key it goes over to. By a number alone only who is called the same."""
    if booking.detainee_key in followed.keys:
        return followed.keys[booking.detainee_key]
    if booking.detainee_key in today.by_key:
        return None
    said = booking.detainee_shown
    for number in (booking.detainee_key, *keys_of(booking.centre_id, said)):
        if number and (line := today.line_of(number)):
            return line.key if line.name == name_key(said["name"]) else None
    return None


def _claims(bookings: Sequence[tuple[Booking, str]]) -> list[Booking]:
    """Others, of any centre, that claim whom these will."""
    keys = [key for one, key in bookings if one.detainee_claim]
    refs = {one.ref for one, _ in bookings}
    return [one for one in Booking.select().where(_among("detainee_claim", keys)) if one.ref not in refs]


def _twice(made: Plan) -> set[str]:
    """Of those that will claim one person at one time all but the one with a proven mandate, else the one confirmed first:
    a stranger who knew the other number may have come earlier."""
    of_one: dict[str, list[Booking]] = defaultdict(list)
    for one, key in [*made.bookings, *((one, one.detainee_key) for one in made.claims)]:
        if one.detainee_claim:
            of_one[key].append(one)
    together = [same for same in of_one.values() if len(same) > 1]
    proven = proof.standing_behind([one for same in together for one in same])
    steps = _confirmed([one.ref for same in together for one in same])

    def rank(one: Booking) -> tuple[bool, int, str]:
        return one.ref not in proven, steps.get(one.ref, 0), one.ref

    return {ref for same in together for ref in _beside(sorted(same, key=rank))}


def _beside(claims: Iterable[Booking]) -> Iterable[str]:
    """Those that overlap with one before them that stands."""
    stand: list[Booking] = []
    for one in claims:
        if any(one.starts_at < other.ends_at and other.starts_at < one.ends_at for other in stand):
            yield one.ref
        else:
            stand.append(one)


def _confirmed(refs: Collection[str]) -> dict[str, int]:
    """The step by which each was confirmed."""
    if not refs:
        return {}
    steps = Change.select(Change.booking, fn.MIN(Change.id)).where(Change.to_state == State.CONFIRMED)
    return dict(rows_of(steps.where(_among("booking_id", refs)).group_by(Change.booking)))


def _move(bookings: Sequence[tuple[Booking, str]], twice: Collection[str]) -> None:
    """Claims let go first, since two people's keys may have been exchanged."""
    claiming = {one.ref for one, _ in bookings if one.detainee_claim}
    for refs in chunked([*claiming.union(twice)], AT_ONCE):
        Booking.update(detainee_claim=None).where(Booking.ref.in_(refs)).execute()
    for some in chunked(bookings, AT_ONCE):
        key = Case(Booking.ref, [(one.ref, key) for one, key in some])
        Booking.update(detainee_key=key).where(Booking.ref.in_([one.ref for one, _ in some])).execute()
    for refs in chunked([*claiming.difference(twice)], AT_ONCE):
        Booking.update(detainee_claim=Booking.detainee_key).where(Booking.ref.in_(refs)).execute()


def _words(booking: Booking, twice: bool) -> dict[str, str]:
    return {"when": moment_words(booking.starts_at)} | ({"why": TWICE} if twice else {})


def _among(column: str, keys: Collection[str]) -> Any:
    """One parameter, however many they are."""
    named = sought({"key": "text"})
    return SQL(f'"{column}" IN (SELECT sought."key" FROM {named})', [as_one((key,) for key in keys)])
