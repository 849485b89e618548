"""Officers 民警: who may do what, at which centre."""

import re
from collections.abc import Iterable
from datetime import datetime

from models import Audit, Centre, Officer, database
from refusals import AlreadyBound, Invalid, NotFound

ROLES = {"gate": "核验窗口", "reviewer": "复核", "chief": "所领导", "auditor": "督察"}
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,39}", re.ASCII)


def add(account: str, name: str, role: str, centre: str | None, now: datetime, by: str) -> Officer:
    """No centre means the whole bureau. Raises Invalid, NotFound for an unknown centre, AlreadyBound when taken."""
    if not _ACCOUNT.fullmatch(account) or not 1 <= len(name.strip()) <= 60 or role not in ROLES:
        raise Invalid("账号须为2至40个字母、数字或 . _ -；姓名须为1至60字")
    if centre is not None and not Centre.select().where(Centre.code == centre).exists():
        raise NotFound(f"没有代码为{centre}的看守所")
    row = {"account": account, "name": name.strip(), "role": role, "centre": centre, "created_at": now}
    with database.atomic():
        if not Officer.insert(row).on_conflict_ignore().as_rowcount().execute():
            raise AlreadyBound(f"账号{account}已存在")
        Audit.create(
            at=now,
            who=by,
            what="officer.add",
            subject=account,
            words={"role": role, "centre": centre},
            centre=centre,
        )
    made: Officer = Officer.get(Officer.account == account)
    return made


def of_account(account: str) -> Officer:
    """Raises NotFound."""
    found: Officer | None = Officer.get_or_none(Officer.account == account)
    if found is None:
        raise NotFound(f"没有账号为{account}的民警")
    return found


def every() -> list[Officer]:
    return list(Officer.select().order_by(Officer.account))


def names(accounts: Iterable[str]) -> dict[str, str]:
    """Account → name, of those that are officers'."""
    wanted = Officer.account.in_(sorted(set(accounts)))
    return dict(Officer.select(Officer.account, Officer.name).where(wanted).tuples())
