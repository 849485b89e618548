"""Officers known by their WeChat identity in the subscription account: bound by a one-time code, once."""

from datetime import datetime

from peewee import IntegrityError

from booking.officers import codes
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Centre, Officer, database, rows_of
from refusals import AlreadyBound


def of_openid(openid: str) -> Officer | None:
    """The officer, with the centre; whoever is suspended is nobody here."""
    where = (Officer.account_openid == openid) & (Officer.state == "active")
    found: Officer | None = Officer.select(Officer, Centre).left_outer_join(Centre).where(where).first()
    return found


def openids() -> set[str]:
    """Of everybody who may see the officers' menu."""
    bound = Officer.account_openid.is_null(False) & (Officer.state == "active")
    return {openid for (openid,) in rows_of(Officer.select(Officer.account_openid).where(bound))}


def bind(openid: str, code: str, now: datetime, address: str) -> Officer:
    """The officer to whom the code was given comes by this identity from now on, and by no other.

    Who acts is known by the code only; `address` is where it came from.
    Raises Invalid for a code that is wrong, used or expired, AlreadyBound where the identity is another officer's.
    """
    try:
        with database.atomic():
            officer = codes.redeem(code, "bind", now)
            left = (Officer.account_openid == openid) & (Officer.state != "active")
            Officer.update(account_openid=None).where(left).execute()
            Officer.update(account_openid=openid).where(Officer.id == officer.id).execute()
            note(Actor.of(officer, address), now, Kind.OFFICER_BOUND, officer.account, centre=officer.centre_id)
    except IntegrityError:
        raise AlreadyBound("此微信已绑定其他民警") from None
    return officer


def unbind(actor: Actor, now: datetime, officer: Officer) -> None:
    with database.atomic():
        same = (Officer.id == officer.id) & (Officer.account_openid == officer.account_openid)
        if Officer.update(account_openid=None).where(same).execute():
            note(actor, now, Kind.OFFICER_UNBOUND, officer.account, centre=officer.centre_id)
