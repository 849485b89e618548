"""The one door into the record: whatever is written down about what people see and do is written here."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from booking.record.kinds import Kind
from models import Audit

OWN: Final = object()  # the centre of whoever acts: for what belongs to no centre by itself


class Line(NamedTuple):
    """What one line of many is about. `words` are kept with it."""

    subject: str
    centre: str | None
    words: Mapping[str, Any]


def note(
    by: str,
    now: datetime,
    what: Kind,
    subject: str,
    words: Mapping[str, Any] | None = None,
    *,
    centre: Any = OWN,
) -> None:
    """One line. Of no centre given it is filed under the acting officer's; None files it under none."""
    filed = {} if centre is OWN else {"centre": centre}
    Audit.create(at=now, who=by, what=what.value, subject=subject, words=words or {}, **filed)


def note_all(by: str, now: datetime, what: Kind, lines: Iterable[Line]) -> None:
    """The same thing done to many, in one statement."""
    if rows := [{"at": now, "who": by, "what": what.value, **line._asdict()} for line in lines]:
        Audit.insert_many(rows).execute()
