"""Sessions: an opaque token on the phone, its SHA-256 in SQL, and for two seconds in Redis who it stands for."""

import hashlib
import logging
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson
from peewee import Expression, fn
from redis import Redis

from booking.record.retention import SESSIONS_KEPT
from circuit_breaker import CircuitBreaker, CircuitOpen
from models import Lawyer, Session, database, rows_of
from pinned_redis import PinnedConnection
from refusals import Unauthenticated
from wechat.api.hot.roster import Roster

log = logging.getLogger(__name__)

LASTS = timedelta(days=30)
REMEMBERED_AFTER = SESSIONS_KEPT  # an ended session, as somebody's who has been here
MOST_SESSIONS = 10
REMEMBERED_S = 2  # for looks at slots and days alone: what is somebody's own is asked of SQL
_DEAD = b"dead"


class Visitor(NamedTuple):
    """Who is at the door; `lawyer_id` is 0 and `state` empty without a licence bound."""

    token_hash: str
    openid: str
    lawyer_id: int
    state: str
    suspended_until: datetime | None

    def may_book(self, now: datetime) -> bool:
        return self.state == "verified" and (self.suspended_until is None or now >= self.suspended_until)


class Visitors:
    """Redis only spares SQL the question. Away, SQL answers; what it remembers never lets in a token SQL refused."""

    def __init__(self, redis: Redis, breaker: CircuitBreaker, roster: Roster):
        self._redis = redis
        self._line = PinnedConnection(redis)
        self._breaker = breaker
        self._roster = roster

    def welcome(self, openid: str, now: datetime) -> tuple[str, datetime]:
        """A new session: its token, 256 bits, and when it ends."""
        token = secrets.token_urlsafe(32)
        row = {"token_hash": hash_of(token), "openid": openid, "created_at": now, "expires_at": now + LASTS}
        Session.insert(row).execute()
        self._end_oldest(openid, now)
        return token, now + LASTS

    def _end_oldest(self, openid: str, now: datetime) -> None:
        """Of one identity MOST_SESSIONS last, the newest: more phones nobody has."""
        lives = (Session.openid == openid) & (Session.expires_at > now) & ~_has_ended()
        newest = Session.select(Session.token_hash).where(lives).order_by(Session.created_at.desc(), Session.token_hash)
        for (token_hash,) in rows_of(newest.offset(MOST_SESSIONS).limit(100)):
            self._end(token_hash, now)

    def recognise(self, token: str, now: datetime) -> Visitor:
        """Raises Unauthenticated."""
        token_hash = hash_of(token)
        kept = self._remembered(token_hash)
        if kept == _DEAD:
            raise Unauthenticated()
        return (_unpack(token_hash, kept) if kept else None) or self._ask_and_remember(token_hash, now)

    def once(self, token: str, now: datetime) -> str | None:
        """The identity that this token stood for until not long ago, or stands for: good for no more than telling a
        stranger from somebody who has been here."""
        since = now - REMEMBERED_AFTER
        lately = (Session.expires_at > since) & (Session.revoked_at.is_null() | (Session.revoked_at > since))
        for (openid,) in rows_of(Session.select(Session.openid).where(Session.token_hash == hash_of(token), lately)):
            return str(openid)
        return None

    def look_again(self, known: Visitor) -> Visitor:
        """The same visitor as SQL has it now. Raises Unauthenticated where the session ended meanwhile."""
        found = _ask(known.token_hash)
        if found is None:
            raise Unauthenticated()
        return found

    def dismiss(self, known: Visitor, now: datetime) -> None:
        """The token is dead at once: the mark outlives whatever another request is just about to remember."""
        self._end(known.token_hash, now)

    def _end(self, token_hash: str, now: datetime) -> None:
        Session.update(revoked_at=now).where(Session.token_hash == token_hash).execute()
        self._roster.forget(token_hash)
        try:
            self._breaker.call(lambda: self._redis.set(_key(token_hash), _DEAD, ex=2 * REMEMBERED_S))
        except CircuitOpen:
            log.warning("Redis is away: an ended session may be remembered for %s s", REMEMBERED_S)

    def forget(self, known: Visitor) -> None:
        self._roster.forget(known.token_hash)
        try:
            self._breaker.call(lambda: self._redis.delete(_key(known.token_hash)))
        except CircuitOpen:
            log.warning("Redis is away: a visitor's old standing may be remembered for %s s", REMEMBERED_S)

    def _remembered(self, token_hash: str) -> bytes:
        try:
            return self._breaker.call(lambda: self._line.ask("GET", _key(token_hash))) or b""
        except CircuitOpen:
            return b""

    def _ask_and_remember(self, token_hash: str, now: datetime) -> Visitor:
        found = _ask(token_hash, now)
        if found is None:
            raise Unauthenticated()
        with suppress(CircuitOpen):
            remembered = orjson.dumps(found[1:])
            self._breaker.call(lambda: self._redis.set(_key(token_hash), remembered, ex=REMEMBERED_S, nx=True))
        return found


def _has_ended() -> Expression:
    """Seen on the row: by the index of `revoked_at` nearly all are found that have not."""
    ended: Expression = fn.COALESCE(Session.revoked_at, Session.created_at) > Session.created_at
    return ended


_QUESTION = """SELECT s.openid, s.expires_at, s.revoked_at, l.id, l.state, l.suspended_until
FROM session s LEFT JOIN lawyer l ON l.openid = s.openid WHERE s.token_hash = {p}"""


def _ask(token_hash: str, now: datetime | None = None) -> Visitor | None:
    row = database.execute_sql(_QUESTION.format(p=database.param), (token_hash,)).fetchone()
    if row is None or row[2] is not None:
        return None
    ends_at = _moment(row[1])
    if now is not None and (ends_at is None or now >= ends_at):
        return None
    return Visitor(token_hash, row[0], row[3] or 0, row[4] or "", _moment(row[5]))


def _moment(value: object) -> datetime | None:
    return Lawyer.suspended_until.python_value(value)


def _unpack(token_hash: str, kept: bytes) -> Visitor | None:
    """None for what another version has packed otherwise: SQL knows him as well."""
    try:
        openid, lawyer, state, until = orjson.loads(kept)
        return Visitor(token_hash, openid, lawyer, state, datetime.fromisoformat(until) if until else None)
    except (ValueError, TypeError):
        return None


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _key(token_hash: str) -> str:
    return f"visitor:{token_hash}"
