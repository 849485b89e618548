"""The record: who saw or did what, when, from where. It is only ever added to; here it is asked."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import clock
from booking.paging import Position, behind
from booking.record.labels import LABELS
from models import Audit


class Question(NamedTuple):
    """What is asked of the record. No centre is all of them, and what belongs to none; days are whole, both included."""

    centre: str | None = None
    who: str = ""
    what: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


def entries(question: Question, many: int, before: int | None = None) -> list[Audit]:
    """The newest first, at most `many`; with `before` those that stand after that entry in this order."""
    found = Audit.select().where(*_conditions(question))
    if before is not None and (last := Audit.get_or_none(Audit.id == before)) is not None:
        found = found.where(behind(Audit.at, Audit.id, Position(last.at, last.id), newest_first=True))
    return list(found.order_by(Audit.at.desc(), Audit.id.desc()).limit(many))


def about(entry: Audit) -> str:
    """What else is kept with it, as one line."""
    return "；".join(
        f"{LABELS.get(name, name)}：{_said(value)}" for name, value in entry.words.items() if value not in ("", None)
    )


def _said(value: object) -> str:
    if isinstance(value, dict):
        return "，".join(f"{name} {_said(one)}" for name, one in value.items())
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _conditions(question: Question) -> Iterable[object]:
    yield Audit.at >= (_midnight(question.since) if question.since else _BEGINNING)
    if question.until is not None:
        yield Audit.at < _midnight(question.until + timedelta(days=1))
    for field in ("centre", "who", "what", "subject"):
        if value := getattr(question, field):
            yield getattr(Audit, field) == value


def _midnight(day: date) -> datetime:
    return clock.at(day, time(0))


_BEGINNING = clock.at(date(2019, 1, 1), time(0))
