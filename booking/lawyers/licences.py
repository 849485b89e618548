"""Rule 6: binding a WeChat identity to a lawyer of the roll. One licence, one identity, one phone.

A licence number is public: it identifies, it proves nothing. What proves is that name, firm, ID number and phone agree
with the roll, or that an officer says so.
"""

from datetime import datetime
from typing import Any

from peewee import IntegrityError

from booking.findings import Finding, finding
from booking.lawyers import changes, own_row, roll_match, shown
from booking.lawyers.roll_match import Claim
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Lawyer, database, keyring
from models.lawyers import called, claims_gone, seal_person
from models.locks import lock_identity
from refusals import AlreadyBound, NotFound, WrongState

PENDING, VERIFIED, REFUSED = "pending", own_row.VERIFIED, own_row.REFUSED
OTHERWISE_NOW = "本人在微信上改填了其他执业证或身份"
# One sentence whatever hinders: to name the field that differs would confirm the others.
WAITS = "待民警核验；请核对所填内容，有误可重新提交，也可带执业证、身份证到会见窗口办理"
TURNED_DOWN = "身份核验未通过，请带执业证、身份证到会见窗口办理"
_OFFICERS_TO_KNOW = {"not_on_roll", "differs", "phone_not_on_roll"}


def told_why(lawyer: Lawyer) -> str:
    """What the lawyer is told about his state; empty once he is verified."""
    if lawyer.state == VERIFIED:
        return ""  # what an officer passed over stays with the row
    if lawyer.state == PENDING:
        return WAITS
    if any(one["code"] in _OFFICERS_TO_KNOW for one in lawyer.findings):  # an officer's no, without his words
        return TURNED_DOWN
    return "；".join(one["message"] for one in lawyer.findings)


def bind(openid: str, name: str, licence_no: str, firm: str, id_no: str, phone: str, now: datetime) -> Lawyer:
    """The lawyer this identity now stands for: `verified`, `pending` (an officer decides) or `refused`.

    A verified identity that sends the same again gets the same answer. Raises WrongState when a verified identity
    sends something else, AlreadyBound when another identity is verified with this licence or this phone.
    """
    claim = Claim(name, licence_no, firm, id_no, phone)
    # The second time sees what hindered the first: the same identity's own double tap, or another's.
    for _ in range(2):
        try:
            with database.atomic():
                return _bind(openid, claim, now)
        except IntegrityError:
            continue
    raise _bound_elsewhere()


def decide(actor: Actor, now: datetime, lawyer_id: int, verified: bool, why: str, *, seen: str | None = None) -> Lawyer:
    """An officer's word on a pending lawyer as he was `shown`; with a no, `why` is told to the lawyer.

    With a yes the answer is the row this person left at an unbinding, where there is one. Raises NotFound, WrongState,
    AlreadyBound.
    """
    try:
        with database.atomic():
            lawyer = _of_id(lawyer_id)
            lock_identity(lawyer.id_no_index, lawyer.licence_no)
            if lawyer.state == PENDING:
                shown.check(lawyer, seen)
                if verified:
                    _may_verify(lawyer)
            waiting = (Lawyer.id == lawyer_id) & (Lawyer.state == PENDING) & (Lawyer.updated_at == lawyer.updated_at)
            if not Lawyer.update(**_decided(lawyer, verified, why), updated_at=now).where(waiting).execute():
                raise WrongState("该律师不在待核验状态")
            if verified and not own_row.keeps_something(lawyer):
                lawyer_id = own_row.return_to(lawyer_id)
            what = Kind.LICENCE_VERIFIED if verified else Kind.LICENCE_REFUSED
            note(actor, now, what, f"lawyer-{lawyer_id}", {"why": why})
    except IntegrityError:
        raise _bound_elsewhere() from None
    return _of_id(lawyer_id)


def _may_verify(lawyer: Lawyer) -> None:
    roll_match.may_verify(lawyer.licence_no)
    if other := own_row.of_another(lawyer):
        raise WrongState(f"{other}，请先核对姓名和身份证号")


def unbind(actor: Actor, now: datetime, lawyer_id: int, why: str) -> Lawyer:
    """Free the licence, the phone and the WeChat identity; bookings and strikes stay. Raises NotFound."""
    with database.atomic():
        findings = [finding("unbound", why or "已解除绑定")]
        Lawyer.update(openid=None, **claims_gone(), findings=findings, updated_at=now).where(
            Lawyer.id == lawyer_id
        ).execute()
        note(actor, now, Kind.LICENCE_UNBOUND, f"lawyer-{lawyer_id}", {"why": why})
        return _of_id(lawyer_id)


def _bind(openid: str, claim: Claim, now: datetime) -> Lawyer:
    lock_identity(keyring().index("id_no", claim.id_no), claim.licence_no)
    before = Lawyer.of_openid(openid)
    if before is not None and before.state == VERIFIED:
        if not roll_match.is_same(before, claim):
            raise WrongState("您已通过身份核验；更改律师事务所、手机号请用“变更”，其余请到会见窗口办理")
        return before
    holder = _holder_of(claim)
    if holder is not None and holder.openid != openid:
        if not changes.proves_new_wechat(holder, claim):
            raise _bound_elsewhere()
        changes.take_over(holder, openid, now)
        return _of_id(holder.id)
    differs, barred = roll_match.compare(claim, now.date())
    state = PENDING if differs else REFUSED if barred else VERIFIED
    columns = _columns(openid, claim, state, differs + barred, now)
    kept = before is not None and own_row.keeps_something(before)
    if before is not None and kept and not own_row.is_his(before, claim):
        own_row.let_go(changes.HIMSELF, now, before, OTHERWISE_NOW)
        before, kept = None, False
    if before is None:
        lawyer_id = int(Lawyer.enter(claim.id_no, claim.phone, **columns, created_at=now).id)
    else:
        lawyer_id = _rewritten(before, claim, columns)
    return _of_id(own_row.return_to(lawyer_id) if state == VERIFIED and not kept else lawyer_id)


def _rewritten(before: Lawyer, claim: Claim, columns: dict[str, object]) -> int:
    """Compare-and-set: an officer may have verified or unbound him this moment."""
    unchanged = (Lawyer.id == before.id) & (Lawyer.openid == before.openid) & (Lawyer.state != VERIFIED)
    unchanged &= Lawyer.verified_as.is_null(before.verified_as is None)
    personal = seal_person(before.id, claim.id_no, claim.phone)
    if not Lawyer.update(**called(columns), **personal).where(unchanged).execute():
        raise own_row.just_changed()
    return int(before.id)


def _holder_of(claim: Claim) -> Lawyer | None:
    """The identity verified with this licence or this phone."""
    phone = keyring().index("phone", claim.phone)
    held = (Lawyer.licence_claim == claim.licence_no) | (Lawyer.phone_claim == phone)
    found: Lawyer | None = Lawyer.select().where(held).order_by(Lawyer.licence_claim != claim.licence_no).first()
    return found


def _decided(lawyer: Lawyer, verified: bool, why: str) -> dict[str, Any]:
    if verified:
        return _claims(lawyer) | {"state": VERIFIED}
    findings = [finding("officer", why)] if why else lawyer.findings
    return {"state": REFUSED, "findings": findings}


def _columns(openid: str, claim: Claim, state: str, findings: list[Finding], now: datetime) -> dict[str, Any]:
    verified = state == VERIFIED
    return {
        "openid": openid,
        "licence_no": claim.licence_no,
        "licence_claim": claim.licence_no if verified else None,
        "name": claim.name,
        "firm": claim.firm,
        "phone_claim": keyring().index("phone", claim.phone) if verified else None,
        "state": state,
        "findings": findings,
        "updated_at": now,
    }


def _claims(lawyer: Lawyer) -> dict[str, str]:
    return {"licence_claim": lawyer.licence_no, "phone_claim": keyring().index("phone", lawyer.phone)}


def _of_id(lawyer_id: int) -> Lawyer:
    found = Lawyer.get_or_none(Lawyer.id == lawyer_id)
    if found is None:
        raise NotFound("没有这位律师")
    return found


def _bound_elsewhere() -> AlreadyBound:
    return AlreadyBound("该执业证号或手机号已绑定其他微信，请到会见窗口核实")
