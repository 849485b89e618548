"""One-time codes for officers: to sign in for the first time, and to bind the subscription account."""

import secrets
from datetime import datetime, timedelta

from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.refs import ALPHABET, ref_said
from models import Officer, OfficerCode, database, keyring, rows_of
from refusals import Invalid, WrongState

LASTS = {"sign_in": timedelta(hours=24), "bind": timedelta(minutes=10)}
LETTERS = 8


def issue(actor: Actor, now: datetime, officer: Officer, kind: str) -> str:
    """A new code, 8 characters to be said aloud; an earlier one of this kind is void. Raises WrongState."""
    if officer.state != "active":
        raise WrongState(f"{officer.name}（{officer.account}）已停用")
    code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    with database.atomic():
        _withdraw(officer, kind, now)
        OfficerCode.create(
            officer=officer,
            kind=kind,
            code_hash=_hash(kind, code),
            created_at=now,
            expires_at=now + LASTS[kind],
        )
        note(actor, now, Kind(f"officer.{kind}_code"), officer.account, centre=officer.centre_id)
    return code


def redeem(code: str, kind: str, now: datetime) -> Officer:
    """Whose code it is; it is used up with that. How often somebody may try is the door's to say.

    Raises Invalid for a wrong, used or expired code, and for that of an officer who is suspended.
    """
    good = (
        (OfficerCode.code_hash == _hash(kind, ref_said(code)))
        & OfficerCode.used_at.is_null()
        & (OfficerCode.expires_at > now)
        & OfficerCode.officer.in_(Officer.select(Officer.id).where(Officer.state == "active"))
    )
    used = rows_of(OfficerCode.update(used_at=now).where(good).returning(OfficerCode.officer))
    for (officer,) in used:
        return Officer.get_by_id(officer)
    raise Invalid("一次性代码不对、已用过或已过期")


def waiting(officer: Officer, kind: str, now: datetime) -> datetime | None:
    """Until when the officer's unused code is good, or None where there is none."""
    mine = (OfficerCode.officer == officer) & (OfficerCode.kind == kind) & OfficerCode.used_at.is_null()
    found = OfficerCode.get_or_none(mine & (OfficerCode.expires_at > now))
    return found.expires_at if found else None


def _withdraw(officer: Officer, kind: str, now: datetime) -> None:
    mine = (OfficerCode.officer == officer) & (OfficerCode.kind == kind) & OfficerCode.used_at.is_null()
    OfficerCode.update(used_at=now).where(mine).execute()


def _hash(kind: str, code: str) -> str:
    """Keyed: eight characters are few enough to be guessed by whoever holds the table."""
    return keyring().index(f"officer.{kind}", code)
