"""Officers 民警: who may do what, at which centre. A centre's chief sees to his own centre, one of the bureau to all."""

import re
from collections.abc import Iterable
from datetime import datetime

from peewee import JOIN, IntegrityError, fn

from booking import by_id
from booking.fields import unseen
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Centre, Officer, OfficerCode, OfficerSession, database, rows_of
from models.locks import lock_officers
from refusals import AlreadyBound, Forbidden, Invalid, NotFound, WrongState

ROLES = {"gate": "核验窗口", "reviewer": "复核", "chief": "所领导", "auditor": "督察"}
STATES = {"active": "在用", "suspended": "已停用"}
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}", re.ASCII)
_NOBODYS = {
    "system",
    "lawyer",
    "terminal",
}  # in the records these act; an officer of that name would pass for them


def add(actor: Actor, now: datetime, account: str, name: str, role: str, centre: str | None) -> Officer:
    """No centre means the whole bureau. Raises Invalid, NotFound for an unknown centre, AlreadyBound when taken."""
    if not _ACCOUNT.fullmatch(account):
        raise Invalid("账号须为2至40个字母、数字或 . _ -")
    if account.casefold() in _NOBODYS:
        raise Invalid(f"账号{account}由系统保留，请换一个")
    row = _checked(name, role, centre) | {"account": account, "created_at": now}
    with database.atomic():
        lock_officers()  # whoever adds another spelling of the same name waits
        if Officer.select().where(fn.LOWER(Officer.account) == account.lower()).exists():
            raise AlreadyBound(f"账号{account}已存在，或只是大小写不同")
        if not Officer.insert(row).on_conflict_ignore().as_rowcount().execute():
            raise AlreadyBound(f"账号{account}已存在")
        note(actor, now, Kind.OFFICER_ADD, account, {"role": role, "centre": centre}, centre=centre)
    return of_account(account)


def change(actor: Actor, now: datetime, officer: Officer, name: str, role: str, centre: str | None) -> None:
    """Raises Invalid, NotFound, Forbidden for one's own role or centre, and for what another centre would have to say."""
    columns = _checked(name, role, centre)
    with database.atomic():
        _alone(actor)
        before = _again(officer)
        if before.account == actor.account and (role, centre) != (before.role, before.centre_id):
            raise Forbidden("不能更改自己的角色和单位")
        may_see_to(actor, before.centre_id)
        may_see_to(actor, centre)
        changed = {field: value for field, value in columns.items() if value != before.__data__[field]}
        if changed:
            Officer.update(**changed).where(Officer.id == before.id).execute()
            note(actor, now, Kind.OFFICER_CHANGE, before.account, changed, centre=before.centre_id)


def suspend(actor: Actor, now: datetime, officer: Officer) -> None:
    """Out at once, with every session and code. Raises Forbidden for oneself, WrongState when it is so already."""
    if officer.account == actor.account:
        raise Forbidden("不能停用自己")
    with database.atomic():
        _alone(actor)
        _turn(actor, officer, "active", "suspended")
        mine = OfficerSession.officer == officer
        OfficerSession.update(revoked_at=now).where(mine, OfficerSession.revoked_at.is_null()).execute()
        codes = (OfficerCode.officer == officer) & OfficerCode.used_at.is_null()
        OfficerCode.update(used_at=now).where(codes).execute()
        note(actor, now, Kind.OFFICER_SUSPEND, officer.account, centre=officer.centre_id)


def restore(actor: Actor, now: datetime, officer: Officer) -> None:
    """Raises Forbidden, WrongState."""
    with database.atomic():
        _alone(actor)
        _turn(actor, officer, "suspended", "active")
        note(actor, now, Kind.OFFICER_RESTORE, officer.account, centre=officer.centre_id)


def bind_website(actor: Actor, now: datetime, officer: Officer, openid: str) -> None:
    """From now on this WeChat identity signs the officer in. Raises AlreadyBound when it is another's."""
    try:
        with database.atomic():
            Officer.update(website_openid=openid).where(Officer.id == officer.id).execute()
            note(actor, now, Kind.OFFICER_WECHAT_BIND, officer.account, centre=officer.centre_id)
    except IntegrityError:
        raise AlreadyBound("此微信已绑定另一位民警") from None


def unbind_website(actor: Actor, now: datetime, officer: Officer) -> None:
    """Raises WrongState when none is bound."""
    bound = (Officer.id == officer.id) & Officer.website_openid.is_null(False)
    with database.atomic():
        if not Officer.update(website_openid=None).where(bound).execute():
            raise WrongState("没有绑定微信")
        note(actor, now, Kind.OFFICER_WECHAT_UNBIND, officer.account, centre=officer.centre_id)


def may_see_to(actor: Actor, centre: str | None) -> None:
    """Raises Forbidden: a centre's chief sees to the officers of that centre only."""
    if actor.centre is not None and actor.centre != centre:
        raise Forbidden("只能管理本所的民警")


def of_account(account: str) -> Officer:
    """Raises NotFound."""
    found = Officer.get_or_none(Officer.account == account)
    if found is None:
        raise NotFound(f"没有账号为{account}的民警")
    return found


def of_website(openid: str) -> Officer | None:
    """Who signs in with this WeChat identity."""
    bound = (Officer.website_openid == openid) & (Officer.state == "active")
    return Officer.get_or_none(bound)


def of_centre(centre: str | None, after: str = "", many: int = 100) -> list[Officer]:
    """With their centres, by account, those that follow `after`; None is every centre and the bureau."""
    found = Officer.select(Officer, Centre).join(Centre, JOIN.LEFT_OUTER).where(Officer.account > after)
    if centre is not None:
        found = found.where(Officer.centre == centre)
    return list(found.order_by(Officer.account).limit(many))


def every() -> list[Officer]:
    return list(Officer.select().order_by(Officer.account))


def names(accounts: Iterable[str]) -> dict[str, str]:
    """Account → name, of those that are officers'."""
    wanted = Officer.account.in_(sorted(set(accounts)))
    return dict(rows_of(Officer.select(Officer.account, Officer.name).where(wanted)))


def _checked(name: str, role: str, centre: str | None) -> dict[str, object]:
    name = name.strip()
    if unseen(name):
        raise Invalid("姓名含有不可见字符")
    if not 1 <= len(name) <= 60 or role not in ROLES:
        raise Invalid("姓名须为1至60字，角色须为" + "、".join(ROLES.values()) + "之一")
    if centre is not None:
        by_id.centre(centre)
    return {"name": name, "role": role, "centre": centre}


def _alone(actor: Actor) -> None:
    """One at a time, and only who is still a chief then: so there is always one left. Raises Forbidden."""
    lock_officers()
    standing = (Officer.account == actor.account) & (Officer.state == "active") & (Officer.role == "chief")
    if not Officer.select().where(standing).exists():
        raise Forbidden("您已不是在用的所领导")


def _turn(actor: Actor, officer: Officer, before: str, after: str) -> None:
    may_see_to(actor, _again(officer).centre_id)
    found = (Officer.id == officer.id) & (Officer.state == before)
    if not Officer.update(state=after).where(found).execute():
        raise WrongState(f"{officer.name}（{officer.account}）{STATES[after]}")


def _again(officer: Officer) -> Officer:
    return Officer.get_by_id(officer.id)
