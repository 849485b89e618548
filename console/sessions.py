"""Officers' sessions: an opaque token in the cookie, its SHA-256 in SQL.

Thirty minutes of rest end one, twelve hours any.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from peewee import JOIN

from console.visit import TOKEN
from models import Centre, Officer, OfficerSession

LASTS, IDLE, SEEN_EVERY = timedelta(hours=12), timedelta(minutes=30), timedelta(minutes=1)


def begin(officer: Officer, now: datetime, *, enrolling: bool = False) -> str:
    """A new session's token, 256 bits."""
    token = secrets.token_urlsafe(32)
    OfficerSession.create(
        token_hash=hash_of(token),
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


def end(session: OfficerSession, now: datetime) -> None:
    """At once: the next request with this token finds nobody."""
    OfficerSession.update(revoked_at=now).where(OfficerSession.token_hash == session.token_hash).execute()


def end_all(officer: Officer, now: datetime) -> None:
    running = (OfficerSession.officer == officer) & OfficerSession.revoked_at.is_null()
    OfficerSession.update(revoked_at=now).where(running).execute()


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
