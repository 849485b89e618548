"""Rule 6: a verified lawyer changes firm, telephone or WeChat without a trip where it is proven; else at the window.

The roll proves a firm, WeChat a telephone (the old number is told), and the bound telephone with the ID number a new
WeChat (that telephone is told). What is not proven yet waits beside what holds until an officer says yes or no.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from peewee import Expression, IntegrityError

from booking.identity import same_name
from booking.lawyers import own_row, roll_match, shown
from booking.lawyers.roll_match import Claim
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.words import moment_words
from models import Audit, Lawyer, database, keyring
from models.names import plain
from refusals import AlreadyBound, Invalid, NotVerified, WrongState
from sms import outbox

HIMSELF = Actor("lawyer")
GIVEN_PHONE_WAITS = timedelta(days=3)


class Change(NamedTuple):
    """`state` is `done`, or `pending` while an officer has to look."""

    field: str
    state: str


def ask(openid: str, now: datetime, firm: str | None = None, phone: str | None = None) -> tuple[Lawyer, list[Change]]:
    """What a lawyer changes himself; `phone` is WeChat's word. Raises NotVerified, AlreadyBound."""
    with database.atomic():
        lawyer = Lawyer.of_openid(openid)
        if lawyer is None or lawyer.state != "verified":
            raise NotVerified("身份核验通过后才能变更")
        changes = []
        if firm is not None:
            changes.append(Change("firm", "done" if _ask_firm(lawyer, now, firm) else "pending"))
        if phone is not None:
            _move_phone(HIMSELF, now, lawyer, phone)
            changes.append(Change("phone", "done"))
    return Lawyer.get_by_id(lawyer.id), changes


def _ask_firm(lawyer: Lawyer, now: datetime, firm: str) -> bool:
    """Whether the firm holds from now on. One that holds or waits already, a double tap's too, is written no more."""
    if same_name(firm, lawyer.firm) or roll_match.has_firm(lawyer.licence_no, firm):
        new = (Lawyer.firm != firm) | Lawyer.firm_asked.is_null(False)
        _write(HIMSELF, now, lawyer, "firm", _firm(firm), new, pending=False)
        return True
    new = Lawyer.firm_asked.is_null() | (Lawyer.firm_asked != firm)
    _write(HIMSELF, now, lawyer, "firm", {"firm_asked": firm}, new, pending=True)
    return False


def settle(actor: Actor, now: datetime, lawyer: Lawyer, yes: bool, why: str, *, seen: str | None = None) -> None:
    """An officer's word on a firm that was asked for, as it was `shown`. Raises WrongState where none waits."""
    with database.atomic():
        asked = Lawyer.firm_asked == lawyer.firm_asked
        if not lawyer.firm_asked or not Lawyer.select().where(Lawyer.id == lawyer.id, asked).exists():
            raise WrongState("该律师没有待核验的变更")
        shown.check(lawyer, seen)
        columns = _firm(lawyer.firm_asked) if yes else {"firm_asked": None}
        _write(actor, now, lawyer, "firm", columns, yes=yes, why=why)


def check_fields(firm: str, phone: str) -> None:
    """Raises Invalid where nothing is to be changed."""
    if not firm and not phone:
        raise Invalid("请填写新的律师事务所或手机号", errors=[{"field": "firm", "message": "至少填一项"}])


def at_the_window(actor: Actor, now: datetime, lawyer: Lawyer, firm: str, phone: str, why: str) -> None:
    """What an officer changes who has the originals before him. Raises Invalid, AlreadyBound."""
    check_fields(firm, phone)
    with database.atomic():
        if firm:
            _write(actor, now, lawyer, "firm", _firm(firm), why=why)
        if phone:
            _move_phone(actor, now, lawyer, phone, why=why)


def proves_new_wechat(holder: Lawyer, claim: Claim) -> bool:
    """WeChat answers for the bound telephone, and who has it knows the rest: then it is himself, on another WeChat."""
    return (
        holder.licence_no == claim.licence_no
        and same_name(holder.name, claim.name)
        and holder.id_no_index == keyring().index("id_no", claim.id_no)
        and holder.phone_claim == keyring().index("phone", claim.phone)
    )


def take_over(holder: Lawyer, openid: str, now: datetime) -> None:
    """The row goes to this WeChat; the one before is nobody's from then on. In the caller's transaction.

    The bound number is told, as it is now: if it was not he, whoever it was may change the number next. A number that
    an officer gave him a moment ago proves nothing yet: he who had the old one has been told, and has time to object.
    Raises WrongState.
    """
    if since := _given_at_the_window(holder, now):
        until = moment_words(since + GIVEN_PHONE_WAITS)
        raise WrongState(f"该手机号刚在窗口变更，{until}以后才能用它更换微信；急需的，请带执业证、身份证到会见窗口办理")
    if (left := Lawyer.of_openid(openid)) is not None:
        own_row.let_go(HIMSELF, now, left, "该微信改由另一位律师使用")
    mine = (Lawyer.id == holder.id) & (Lawyer.openid == holder.openid)
    if not Lawyer.update(openid=openid, updated_at=now).where(mine).execute():
        raise WrongState("身份核验状态刚刚变化，请刷新后再试")
    note(HIMSELF, now, Kind.LICENCE_CHANGED, f"lawyer-{holder.id}", {"field": "wechat"})
    _tell(holder.phone, "wechat_changed", holder.id, now, {"when": moment_words(now)})


def _given_at_the_window(lawyer: Lawyer, now: datetime) -> datetime | None:
    """Since when the telephone is one that an officer wrote, where that was in the last days. A line of the record that
    can't be read counts as such."""
    changed = (Audit.what == Kind.LICENCE_CHANGED.value) & (Audit.subject == f"lawyer-{lawyer.id}")
    recent = Audit.select().where(changed, Audit.at > now - GIVEN_PHONE_WAITS).order_by(Audit.id.desc())
    last = next((line for line in recent if line.words.get("field", "phone") == "phone"), None)
    by_himself = last is None or (last.who == HIMSELF.account and "field" in last.words and "why" not in last.words)
    return None if last is None or by_himself else last.at


def _firm(firm: str) -> dict[str, Any]:
    return {"firm": firm, "plain_firm": plain(firm), "firm_asked": None}


def _write(
    actor: Actor, now: datetime, lawyer: Lawyer, field: str, columns: dict[str, Any], *new: Expression, **words: object
) -> None:
    """With its line in the record; neither where the row is not `new` to it."""
    if Lawyer.update(**columns, updated_at=now).where(Lawyer.id == lawyer.id, *new).execute():
        note(actor, now, Kind.LICENCE_CHANGED, f"lawyer-{lawyer.id}", {"field": field, **words})


def _move_phone(actor: Actor, now: datetime, lawyer: Lawyer, phone: str, **words: object) -> None:
    """The old number is told, so that nobody takes a lawyer's messages unseen."""
    before = lawyer.phone
    if phone == before:
        return
    columns: dict[str, Any] = {"phone_sealed": Lawyer.phone_sealed.seal(phone, id=lawyer.id)}
    if lawyer.licence_claim:
        columns["phone_claim"] = keyring().index("phone", phone)
    try:
        with database.atomic():
            _write(actor, now, lawyer, "phone", columns, **words)
    except IntegrityError:
        raise AlreadyBound("该手机号已由另一位律师绑定") from None
    if before:
        _tell(before, "phone_changed", lawyer.id, now, {"when": moment_words(now), "tail": phone[-4:]})


def _tell(phone: str, kind: str, lawyer_id: int, now: datetime, words: dict[str, str]) -> None:
    event = f"lawyer-{lawyer_id}:{kind}:{now.timestamp():.6f}"
    outbox.post_to(phone, outbox.Letter(kind, event, lawyer_id, None, words), now)
