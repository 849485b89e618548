"""Who is signed in, held in the process: for looks and for *full* nobody else is asked who is asking.

Token hash → the person, one record for all sessions of a WeChat identity. Each second whoever comes by asks SQL one
question, for all that changed in the last minute: sessions ended, lawyers bound, taken over, unbound, refused,
suspended. A minute, since what a transaction writes is seen only when it ends. There is no thread: the first requests
of a process load the roster page by page, and who is not in it yet is asked for.

What is somebody's own is never decided from here. Nothing is, once the last look is FRESH_SECONDS old.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from sys import intern
from typing import Any, NamedTuple

from models import Lawyer, database

LOOK_SECONDS = 1.0
FRESH_SECONDS = 2.0
OVERLAP = timedelta(seconds=60)
PAGE = 1000
MOST = 400_000  # sessions; beyond them all is forgotten, and whoever comes is asked for

_SESSIONS = """SELECT s.token_hash, s.openid, s.expires_at, l.id, l.state, l.suspended_until
FROM session s LEFT JOIN lawyer l ON l.openid = s.openid WHERE s.revoked_at IS NULL AND """
_ONE = _SESSIONS + "s.token_hash = {p}"
_NEXT = _SESSIONS + "s.token_hash > {p} ORDER BY s.token_hash LIMIT {p}"
_CHANGED = """SELECT token_hash, NULL, NULL, NULL, NULL FROM session WHERE revoked_at >= {p}
UNION ALL SELECT NULL, id, openid, state, suspended_until FROM lawyer WHERE updated_at >= {p}"""
_moment: Callable[[object], Any] = Lawyer.suspended_until.python_value
_stored = Lawyer.suspended_until.db_value


class Standing(NamedTuple):
    """`lawyer_id` is 0 and `state` empty without a licence bound."""

    lawyer_id: int
    state: str
    suspended_until: datetime | None

    def may_book(self, now: datetime) -> bool:
        return self.state == "verified" and (self.suspended_until is None or now >= self.suspended_until)


NOBODY = Standing(0, "", None)


class Person:
    """A WeChat identity, shared by its sessions."""

    __slots__ = ("openid", "standing")

    def __init__(self, openid: str, standing: Standing):
        self.openid, self.standing = openid, standing


class Roster:
    """One for a process."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, tuple[Person, datetime]] = {}
        self._people: dict[str, Person] = {}
        self._lawyers: dict[int, Person] = {}
        self._looked, self._tried = -FRESH_SECONDS, -LOOK_SECONDS  # by the monotonic clock
        self._up_to: datetime | None = None
        self._asking = threading.Lock()
        self._loaded = ""  # all sessions up to this hash
        self._is_whole = False

    def find(self, token: str, now: datetime) -> Person | None:
        """None for whoever is not known for certain to be signed in: the slow way knows. Raises as Peewee does."""
        if time.monotonic() - self._looked >= LOOK_SECONDS or not self._is_whole:
            self._ask_sql(now)
            if time.monotonic() - self._looked >= FRESH_SECONDS:
                return None
        key = hashlib.sha256(token.encode()).digest()
        found = self._sessions.get(key) or self._ask_for(key)
        return found[0] if found is not None and now < found[1] else None

    def forget(self, token_hash: str) -> None:
        """What we know to have changed; it is asked for when it comes again."""
        self._sessions.pop(bytes.fromhex(token_hash), None)

    def _ask_sql(self, now: datetime) -> None:
        """One asks, and the others go on with what there is."""
        if not self._asking.acquire(blocking=False):
            return
        try:
            begun = time.monotonic()
            if begun - self._looked >= LOOK_SECONDS <= begun - self._tried:
                self._tried = begun
                self._look(now)
                self._looked, self._up_to = begun, now
            elif not self._is_whole and begun - self._looked < LOOK_SECONDS:
                self._load()
        finally:
            self._asking.release()

    def _look(self, now: datetime) -> None:
        since = _stored((self._up_to or now) - OVERLAP)
        for token_hash, *lawyer in _rows(_CHANGED, since, since):
            if token_hash is not None:
                self.forget(token_hash)
            else:
                self._lawyer_is(*lawyer)

    def _lawyer_is(self, lawyer: int, openid: str | None, state: str, until: object) -> None:
        was = self._lawyers.get(lawyer)
        if was is not None and was.openid != openid and was.standing.lawyer_id == lawyer:
            was.standing = NOBODY
        if openid is not None and (person := self._people.get(openid)) is not None:
            self._stands(person, lawyer, state, until)

    def _stands(self, person: Person, lawyer: int | None, state: str | None, until: object) -> None:
        if lawyer is None:
            person.standing = NOBODY
        else:
            person.standing = Standing(lawyer, intern(state or ""), _moment(until))
            self._lawyers[lawyer] = person

    def _load(self) -> None:
        page = _rows(_NEXT, self._loaded, PAGE)
        for row in page:
            self._enter(*row)
        self._is_whole = len(page) < PAGE or len(self._sessions) >= MOST
        self._loaded = page[-1][0] if page else ""

    def _ask_for(self, key: bytes) -> tuple[Person, datetime] | None:
        """Where there is room for no more, all is forgotten: then it is the last who came that are known."""
        if len(self._sessions) >= MOST or len(self._people) >= MOST:
            self._sessions, self._people, self._lawyers = {}, {}, {}
        row = next(iter(_rows(_ONE, key.hex())), None)
        return self._enter(*row) if row else None

    def _enter(
        self, token_hash: str, openid: str, ends_at: object, lawyer: int | None, state: str | None, until: object
    ) -> tuple[Person, datetime]:
        person = self._people.setdefault(openid, Person(openid, NOBODY))
        self._stands(person, lawyer, state, until)
        session = self._sessions[bytes.fromhex(token_hash)] = person, _moment(ends_at)
        return session


def _rows(question: str, *given: object) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = database.execute_sql(question.format(p=database.param), given).fetchall()
    return rows
