"""Officers' sessions: an opaque token in the cookie, its SHA-256 in SQL.

Thirty minutes of rest end one, twelve hours any.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from peewee import JOIN

from booking.officers.sign_in import new_secret
from console.door.context import TOKEN
from models import Centre, Officer, OfficerSession

LASTS, IDLE, SEEN_EVERY = timedelta(hours=12), timedelta(minutes=30), timedelta(minutes=1)


def begin(officer: Officer, now: datetime, *, enrolling: bool = False) -> str:
    """A new session's token, 256 bits. Who is still enrolling is offered a secret for his authenticator."""
    token = secrets.token_urlsafe(32)
    OfficerSession.create(
        token_hash=hash_of(token),
        totp_offer_sealed=_offered(hash_of(token)) if enrolling else None,
        officer=officer,
        created_at=now,
        seen_at=now,
        expires_at=now + LASTS,
        enrolling=enrolling,
    )
    return token


def recognise(token: str, now: datetime) -> OfficerSession | None:
    """The session with its officer and centre; None for a token that is unknown, over, or a suspended officer's."""
    if not TOKEN.fullmatch(token):
        return None
    found = OfficerSession.select(OfficerSession, Officer, Centre).join(Officer).join(Centre, JOIN.LEFT_OUTER)
    alive = OfficerSession.revoked_at.is_null() & (OfficerSession.expires_at > now)
    alive &= (OfficerSession.seen_at > now - IDLE) & (Officer.state == "active")
    session: OfficerSession | None = found.where(OfficerSession.token_hash == hash_of(token), alive).first()
    if session is not None and session.seen_at <= now - SEEN_EVERY:
        OfficerSession.update(seen_at=now).where(OfficerSession.token_hash == session.token_hash).execute()
    return session


def offer_totp(session: OfficerSession) -> None:
    """A new secret, to be confirmed by a code of it; until then the old one holds."""
    sealed = _offered(session.token_hash)
    mine = OfficerSession.token_hash == session.token_hash
    OfficerSession.update(totp_offer_sealed=sealed).where(mine).execute()


def _offered(token_hash: str) -> str:
    return OfficerSession.totp_offer_sealed.seal(new_secret(), token_hash=token_hash)


def withdraw_offer(session: OfficerSession) -> None:
    mine = OfficerSession.token_hash == session.token_hash
    OfficerSession.update(totp_offer_sealed=None).where(mine).execute()


def end(session: OfficerSession, now: datetime) -> None:
    """At once: the next request with this token finds nobody."""
    OfficerSession.update(revoked_at=now).where(OfficerSession.token_hash == session.token_hash).execute()


def end_all(officer: Officer, now: datetime, but: OfficerSession | None = None) -> int:
    """Everywhere, on this officer's every device; `but` one. Answers how many ended."""
    running = (OfficerSession.officer == officer) & OfficerSession.revoked_at.is_null()
    if but is not None:
        running &= OfficerSession.token_hash != but.token_hash
    return int(OfficerSession.update(revoked_at=now).where(running).execute())


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
