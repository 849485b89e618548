"""The one door into the record: whatever is written down about what people see and do is written here."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from booking.record.actor import Actor
from booking.record.kinds import Kind
from models import Audit

OWN: Final = object()  # the centre of whoever acts: for what belongs to no centre by itself


class Line(NamedTuple):
    """What one line of many is about. `words` are kept with it."""

    subject: str
    centre: str | None
    words: Mapping[str, Any]


def note(
    actor: Actor,
    now: datetime,
    what: Kind,
    subject: str,
    words: Mapping[str, Any] | None = None,
    *,
    centre: Any = OWN,
) -> None:
    """One line. Of no centre given it is filed under the actor's own; None files it under none."""
    filed = actor.centre if centre is OWN else centre
    Audit.create(**_by(actor, now, what), subject=subject, words=words or {}, centre=filed)


def note_all(actor: Actor, now: datetime, what: Kind, lines: Iterable[Line]) -> None:
    """The same thing done to many, in one statement."""
    if rows := [_by(actor, now, what) | line._asdict() for line in lines]:
        Audit.insert_many(rows).execute()


def _by(actor: Actor, now: datetime, what: Kind) -> dict[str, Any]:
    return {"at": now, "who": actor.account, "what": what.value, "origin": actor.address}
