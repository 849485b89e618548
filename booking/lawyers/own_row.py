"""The row a lawyer's history hangs on: nobody renames it, and he alone comes back to it. Rule 6.

Bookings, mandates, strikes and a suspension are those of the person the row was verified for. Who says to be somebody
else gets a row of his own, and the old one waits for whoever proves to be its person: by its ID number
with the name, or by the licence and name it was verified under.
"""

from datetime import datetime

from peewee import Expression

from booking.identity import same_name
from booking.lawyers.roll_match import Claim
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Booking, Lawyer, Mandate, RollEntry, Strike, Suspension, keyring
from models.lawyers import seal_person
from refusals import AlreadyBound, WrongState

VERIFIED, REFUSED = "verified", "refused"
_HANG_ON_IT = (Booking, Mandate, Strike, Suspension)
_OF_THE_ROW = ("id", "suspended_until", "budget_lifted_at", "created_at", "updated_at")


def is_his(row: Lawyer, claim: Claim) -> bool:
    """Whether a claim is the row's own once more; firm and phone may be other ones."""
    same_id = row.id_no_index == keyring().index("id_no", claim.id_no)
    return same_id and row.licence_no == claim.licence_no and same_name(row.name, claim.name)


def keeps_something(row: Lawyer) -> bool:
    """Else what a WeChat sends now may be written over what it sent before: a slip of the finger."""
    if row.proven_licence is not None or row.suspended_until is not None:
        return True
    return any(table.select().where(table.lawyer == row.id).exists() for table in _HANG_ON_IT)


def let_go(actor: Actor, now: datetime, row: Lawyer, why: str) -> None:
    """As at an unbinding: it is nobody's WeChat's any more, and all that was there stays as it was. In the caller's
    transaction. Raises WrongState where the row was verified or let go this moment."""
    mine = (Lawyer.id == row.id) & (Lawyer.openid == row.openid) & (Lawyer.state != VERIFIED)
    if not Lawyer.update(openid=None, state=REFUSED, updated_at=now).where(mine).execute():
        raise just_changed()
    note(actor, now, Kind.LICENCE_UNBOUND, f"lawyer-{row.id}", {"why": why})


def return_to(lawyer_id: int) -> int:
    """Whoever is verified goes back to his own row: bookings, strikes, a suspension stay his.

    On the row he came in by nothing hangs, and it goes. Raises WrongState; AlreadyBound while he is verified with
    another licence: two rows would each have half of his history.
    """
    came = Lawyer.get_by_id(lawyer_id)
    same_person = (Lawyer.id_no_index == came.id_no_index) & (Lawyer.id != came.id)
    if Lawyer.select().where(same_person, Lawyer.state == VERIFIED, Lawyer.openid.is_null(False)).exists():
        raise AlreadyBound("此身份证号已用另一执业证通过核验，请先到会见窗口解除原来的微信绑定，再核验现在的执业证")
    own = _left_by(came)
    if own is None:
        return lawyer_id
    columns = {name: value for name, value in came.__data__.items() if name not in _OF_THE_ROW}
    columns |= seal_person(own.id, came.id_no, came.phone)
    came.delete_instance()
    to_him = Lawyer.update(**columns, updated_at=came.updated_at)
    if not to_him.where(Lawyer.id == own.id, _nobodys()).execute():
        raise just_changed()
    return int(own.id)


def of_another(row: Lawyer) -> str:
    """Another's row that has this ID number, for officers; empty where there is none, or the roll has the number with
    this licence. With somebody else's number, typed rightly, his history would be handed over."""
    if not row.id_no_index or _roll_agrees(row):
        return ""
    found = Lawyer.select().where(Lawyer.id_no_index == row.id_no_index, Lawyer.id != row.id).order_by(Lawyer.id)
    others = (one for one in found if one.proven_licence and not same_name(one.name, row.name))
    other = next(others, None)
    return f"此身份证号另有{other.name}律师的记录（执业证号{other.proven_licence}）" if other else ""


def just_changed() -> WrongState:
    return WrongState("身份核验状态刚刚变化，请刷新后再试")


def _nobodys() -> Expression:
    """Unbound, or of a WeChat that is verified no more: barred by the roll, say, with another licence by now."""
    free: Expression = Lawyer.openid.is_null() | (Lawyer.state != VERIFIED)
    return free


def _left_by(came: Lawyer) -> Lawyer | None:
    """The row of the same person. What it says was proven once, or it is nobody's: it may say whatever was typed."""
    same = (Lawyer.id_no_index == came.id_no_index) | (Lawyer.licence_no == came.licence_no)
    found = Lawyer.select().where(_nobodys(), same, Lawyer.id != came.id).order_by(Lawyer.id)
    his = [one for one in found if one.proven_licence and (_of_his_number(one, came) or _of_his_licence(one, came))]
    return max(his, key=lambda one: (one.bookings.exists(), _of_his_number(one, came)), default=None)


def _of_his_number(row: Lawyer, came: Lawyer) -> bool:
    """Anybody may type a number: with another name it is his where the roll has it with the licence he came by."""
    same = bool(came.id_no_index) and row.id_no_index == came.id_no_index
    return same and (same_name(row.name, came.name) or _roll_agrees(came))


def _roll_agrees(row: Lawyer) -> bool:
    of_licence = (RollEntry.licence_no == row.licence_no) & (RollEntry.id_no_index == row.id_no_index)
    found: bool = RollEntry.select().where(of_licence).exists()
    return found


def _of_his_licence(row: Lawyer, came: Lawyer) -> bool:
    """His ID number was mistyped, or the window never asked for it."""
    named = row.openid is None and same_name(row.name, came.name)
    return named and row.proven_licence == came.licence_no
