"""Who stands at the window: a lawyer we know, one of the roll, or one with an original licence that an officer has seen.

One licence, one row: the verified WeChat identity's where there is one, else the one that the window made or an
unbinding left. A binding takes the row over later (booking/lawyers/licences.py).
"""

from datetime import datetime
from typing import NamedTuple

from booking.identity import same_name
from models import Lawyer, RollEntry
from models.locks import lock_identity, lock_people
from refusals import Invalid

VERIFIED = "verified"


class WalkIn(NamedTuple):
    """What an officer typed from the card on the table; name and firm may be left to the roll."""

    licence_no: str
    name: str = ""
    firm: str = ""
    phone: str = ""


class Known(NamedTuple):
    """What is known of a licence, and from where: `bound`, `window`, `roll`; nothing known is `new`."""

    source: str
    name: str
    firm: str
    roll_state: str | None
    suspended_until: datetime | None
    has_phone: bool


def known(licence_no: str) -> Known:
    row, entry = _row(licence_no), RollEntry.get_or_none(RollEntry.licence_no == licence_no)
    state = entry.state if entry else None
    if row is not None:
        source = "bound" if row.licence_claim else "window"
        return Known(source, row.name, row.firm, state, row.suspended_until, bool(row.phone_sealed))
    if entry is not None:
        return Known("roll", entry.name, entry.firm, state, None, False)
    return Known("new", "", "", None, None, False)


def lawyer_of(walk_in: WalkIn, now: datetime) -> Lawyer:
    """His row, made where there is none; in the caller's transaction, before any other lock.

    Raises Invalid where the licence is known under another name, or is new and its name or firm was not typed;
    IntegrityError where two do it at once: the second time finds the first one's row.
    """
    entry = RollEntry.get_or_none(RollEntry.licence_no == walk_in.licence_no)
    lock_identity(entry.id_no_index if entry else "", walk_in.licence_no)
    row = _row(walk_in.licence_no) or _left(walk_in) or _renewed(walk_in, entry)
    if row is None:
        return _made(walk_in, entry, now)
    _same(walk_in, row.name)
    columns: dict[str, object] = {}
    if row.licence_claim is None and row.walk_in_claim is None:
        columns |= {"walk_in_claim": walk_in.licence_no, "licence_no": walk_in.licence_no}
    if walk_in.phone and row.openid is None:  # a bound lawyer's number is WeChat's word
        columns["phone_sealed"] = Lawyer.phone_sealed.seal(walk_in.phone, id=row.id)
    if columns:
        lock_people([row.id])  # before his row, as everybody does
        unbound = (Lawyer.id == row.id) & Lawyer.licence_claim.is_null()
        Lawyer.update(**columns, updated_at=now).where(unbound).execute()
    return row


def _row(licence_no: str) -> Lawyer | None:
    claims = (Lawyer.licence_claim == licence_no) | (Lawyer.walk_in_claim == licence_no)
    found = Lawyer.select().where(claims)
    return max(found, key=lambda one: one.licence_claim is not None, default=None)


def _left(walk_in: WalkIn) -> Lawyer | None:
    """The row that was verified under this licence and name, and is no more: his bookings and strikes stay his. What
    merely says so was typed by anybody."""
    once = (Lawyer.licence_no == walk_in.licence_no) & (Lawyer.verified_as == walk_in.licence_no)
    his = [one for one in Lawyer.select().where(once).order_by(Lawyer.id) if _is_named(walk_in, one.name)]
    return max(his, key=lambda one: one.bookings.exists(), default=None)


def _renewed(walk_in: WalkIn, entry: RollEntry | None) -> Lawyer | None:
    """He has a new number and has not bound it yet: his row by the ID number that the roll has with the licence he
    shows, and by the roll's name; what claims another licence still is unbound first."""
    if entry is None or not entry.id_no_index:
        return None
    free = Lawyer.licence_claim.is_null() & Lawyer.walk_in_claim.is_null() & Lawyer.verified_as.is_null(False)
    found = Lawyer.select().where(free, Lawyer.id_no_index == entry.id_no_index).order_by(Lawyer.id)
    his = [one for one in found if same_name(one.name, entry.name) and _is_named(walk_in, one.name)]
    return max(his, key=lambda one: one.bookings.exists(), default=None)


def _made(walk_in: WalkIn, entry: RollEntry | None, now: datetime) -> Lawyer:
    if entry is not None:
        _same(walk_in, entry.name)
    name, firm = walk_in.name or (entry and entry.name), walk_in.firm or (entry and entry.firm)
    if not name or not firm:
        raise Invalid("执业证号不在名册中，请按执业证原件填写姓名和律师事务所")
    made = Lawyer.enter(
        "",
        walk_in.phone,  # nobody has proved to hold it, so it claims none
        licence_no=walk_in.licence_no,
        walk_in_claim=walk_in.licence_no,
        name=name,
        firm=firm,
        id_no_index=entry.id_no_index if entry else "",
        state=VERIFIED,
        created_at=now,
        updated_at=now,
    )
    return made


def _same(walk_in: WalkIn, name: str) -> None:
    if not _is_named(walk_in, name):
        raise Invalid(
            f"该执业证号登记的姓名为{name}，与所填不符，请核对执业证原件",
            errors=[{"field": "name", "message": "与登记的姓名不符"}],
        )


def _is_named(walk_in: WalkIn, name: str) -> bool:
    return not walk_in.name or same_name(walk_in.name, name)
