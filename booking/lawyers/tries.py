"""Tries at a licence by who does not know what its lawyer knows, online or at a window: kept in the record, and before
the officers. Rule 6."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from peewee import fn

from booking.lawyers import licences
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Audit, Lawyer, rows_of
from models.fields import MomentField
from refusals import AlreadyBound

LOOKED_BACK = timedelta(days=7)
_moment: Callable[[Any], Any] = MomentField().python_value
FROM = 3  # that many are no slip of the finger


class Tried(NamedTuple):
    licence_no: str
    times: int
    last: datetime


def bind(openid: str, name: str, licence_no: str, firm: str, id_no: str, phone: str, now: datetime) -> Lawyer:
    """As `licences.bind`; what somebody else's knowledge would have passed is kept in the record."""
    try:
        bound = licences.bind(openid, name, licence_no, firm, id_no, phone, now)
    except AlreadyBound:
        _note(licence_no, openid, now)
        raise
    if bound.state == licences.PENDING and any(one["code"] == "differs" for one in bound.findings):
        _note(licence_no, openid, now)
    return bound


def _note(licence_no: str, openid: str, now: datetime) -> None:
    """Of the WeChat no more than tells it from another."""
    who = hashlib.sha256(openid.encode()).hexdigest()[:8]
    note(Actor("lawyer"), now, Kind.LICENCE_TRIED, f"licence-{licence_no}", {"who": who})


def often(now: datetime, many: int) -> list[Tried]:
    """Licences tried FROM times or more in the last days, the most tried first."""
    times, last = fn.COUNT(Audit.id), fn.MAX(Audit.at)
    found = Audit.select(Audit.subject, times, last).where(*_recent(now)).group_by(Audit.subject).having(times >= FROM)
    rows = rows_of(found.order_by(times.desc(), Audit.subject).limit(many))
    return [Tried(subject.partition("-")[2], n, _moment(moment)) for subject, n, moment in rows]


def at(licence_no: str, now: datetime) -> int:
    """How often this one was tried in the last days."""
    return int(Audit.select().where(*_recent(now), Audit.subject == f"licence-{licence_no}").count())


def note_originals(actor: Actor, now: datetime, lawyer: Lawyer) -> None:
    """An officer typed an ID number that is not this lawyer's, as from his documents."""
    note(actor, now, Kind.LICENCE_ORIGINALS_WRONG, f"lawyer-{lawyer.id}")


def originals_wrong(lawyer_id: int, now: datetime) -> int:
    """How often that was in the last days."""
    his = Audit.subject == f"lawyer-{lawyer_id}"
    return int(Audit.select().where(*_recent(now, Kind.LICENCE_ORIGINALS_WRONG), his).count())


def _recent(now: datetime, what: Kind = Kind.LICENCE_TRIED) -> tuple[object, object]:
    return Audit.what == what.value, Audit.at > now - LOOKED_BACK
