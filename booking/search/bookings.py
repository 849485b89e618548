"""Where is my booking? A centre's bookings by what an officer is told on the telephone, and lawyers likewise."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from peewee import Expression, fn

from booking.fields import LICENCE, PHONE, number
from booking.identity import is_id_no
from booking.paging import Position, behind
from booking.refs import ref_said
from clock import at
from models import Booking, Detainee, Lawyer, RollEntry, keyring, rows_of
from models.detainees import id_key, name_key
from models.names import plain

_NAMESAKES = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty is anything. `lawyer` is a name, a licence number or a mobile number, `detainee` a name
    or an ID number, both whole: what is sealed is found by its index only."""

    centre: str
    day: date | None = None
    slot: str = ""
    state: str = ""
    ref: str = ""
    lawyer: str = ""
    detainee: str = ""
    case_no: str = ""
    past: bool = False

    @property
    def is_of_somebody(self) -> bool:
        return bool(self.ref or self.lawyer or self.detainee or self.case_no)

    @property
    def newest_first(self) -> bool:
        return not self.day and not self.slot and (self.past or self.is_of_somebody)


def listed(wanted: Wanted, now: datetime, many: int, after: Position | None = None) -> list[Booking]:
    """From today on, the soonest first; of the past, and of somebody's through all times, the latest first."""
    where = _matching(wanted) & _when(wanted, now)
    order = (Booking.starts_at, Booking.ref)
    if after is not None:
        where &= behind(Booking.starts_at, Booking.ref, after, newest_first=wanted.newest_first)
    found = Booking.in_full().where(where)
    return list(found.order_by(*(column.desc() for column in order) if wanted.newest_first else order).limit(many))


def lawyers(text: str, state: str, many: int, after: int = 0, centre: str | None = None) -> list[Lawyer]:
    """By name, licence number, mobile number or part of the firm's name, in the order they came, as seen from a centre."""
    where = (Lawyer.id > after) & (_called(text) if text else Lawyer.id.is_null(False)) & _seen_from(centre)
    if state:
        where &= Lawyer.state == state
    return list(Lawyer.select().where(where).order_by(Lawyer.id).limit(many))


def lawyer(lawyer_id: int, centre: str | None) -> Lawyer | None:
    """As seen from a centre; None from the bureau."""
    return Lawyer.get_or_none(Lawyer.id == lawyer_id, _seen_from(centre))


def changing(many: int) -> list[Lawyer]:
    """Verified lawyers who have asked for a firm that the roll does not have."""
    return list(Lawyer.select().where(Lawyer.firm_asked.is_null(False)).order_by(Lawyer.id).limit(many))


def is_ours(lawyer: Lawyer, centre: str | None, now: datetime) -> bool:
    """Whether this centre has to do with him: he waits for somebody's judgment, or has or had a booking there. A
    verified lawyer's numbers are no other centre's affair; and that he walked in today is an officer's word alone."""
    there = Booking.select(1).where(Booking.lawyer == lawyer.id, Booking.centre == centre)
    known = (Booking.way == "online") | (Booking.created_at < at(now.date(), time(0)))
    return centre is None or lawyer.state == "pending" or bool(there.where(known).exists())


def on_roll(text: str, many: int) -> list[RollEntry]:
    """Lines of the roll by licence number or name."""
    by_name = RollEntry.plain_name == plain(text)
    digits = number(text)
    where = RollEntry.licence_no == digits if LICENCE.fullmatch(digits) else by_name
    return list(RollEntry.select().where(where).order_by(RollEntry.licence_no).limit(many))


def detainee_keys(centre: str, text: str) -> list[str]:
    """By which bookings about this person are found; of a name, all of that name in the register."""
    if is_id_no(number(text)):
        return [id_key(number(text))]
    named = Detainee.select(Detainee.key).where(Detainee.centre == centre, Detainee.name_index == name_key(text))
    return [name_key(text), *(key for (key,) in rows_of(named.limit(_NAMESAKES)))]


def _matching(wanted: Wanted) -> Expression:
    where = Booking.centre == wanted.centre
    if wanted.ref:
        where &= Booking.ref == ref_said(wanted.ref)
    if wanted.slot:
        where &= Booking.slot == wanted.slot
    if wanted.state:
        where &= Booking.state == wanted.state
    if wanted.case_no:
        where &= Booking.case_no == wanted.case_no
    if wanted.detainee:
        where &= Booking.detainee_key.in_(detainee_keys(wanted.centre, wanted.detainee))
    if wanted.lawyer:
        called = Lawyer.select(Lawyer.id).where(_called(wanted.lawyer)).limit(_NAMESAKES)
        where &= Booking.lawyer.in_([lawyer for (lawyer,) in rows_of(called)])
    return where


def _seen_from(centre: str | None) -> Expression:
    """Any centre judges a licence, so the verified and the pending are seen from all; others where they have bookings."""
    if centre is None:
        return Lawyer.id.is_null(False)
    there = Booking.select(1).where(Booking.lawyer == Lawyer.id, Booking.centre == centre)
    return Lawyer.state.in_(("verified", "pending")) | fn.EXISTS(there)


def _called(text: str) -> Expression:
    digits = number(text)
    if LICENCE.fullmatch(digits):
        return Lawyer.licence_no == digits
    if PHONE.fullmatch(digits):
        return Lawyer.phone_claim == keyring().index("phone", digits)
    return (Lawyer.plain_name == plain(text)) | Lawyer.plain_firm.contains(plain(text))


def _when(wanted: Wanted, now: datetime) -> Expression:
    today = at(now.date(), time(0))
    if wanted.day:
        first = at(wanted.day, time(0))
        return (Booking.starts_at >= first) & (Booking.starts_at < first + timedelta(days=1))
    if wanted.past:
        return Booking.starts_at < today
    return Booking.ref.is_null(False) if wanted.is_of_somebody or wanted.slot else Booking.starts_at >= today
