"""The hot way's door, in front of everything but the reading of bodies: what is not ordinary goes on to the slow way."""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from werkzeug.sansio.utils import host_is_trusted

from refusals import Refusal
from wechat.api.bookings import telling
from wechat.api.door import BEARER, ApiDoor
from wechat.api.hot import ask
from wechat.api.hot.answers import Answer, FullAnswers, booked, refused, told
from wechat.api.hot.looks import PREFIX, Looks
from wechat.api.hot.roster import Person, Roster
from wechat.api.validation import MAX_BODY_BYTES
from wechat.api.visitors import hash_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BOOKINGS = "/api/v1/bookings"
KNOWN = "huijian.known"  # in WSGI's environment: who was found before his body was read
_KEY = re.compile(r"[!-~]{1,255}", re.ASCII)

Count = Callable[[str, int, str, float], None]


class Changed(Exception):
    """The roster is behind: the slow way answers."""


class HotDoor:
    """`count` is told endpoint, status, outcome and seconds of each answer given here; `hosts` are the names by which
    the service may be asked for, None for any."""

    def __init__(
        self, app: "WSGIApplication", door: ApiDoor, roster: Roster, count: Count, hosts: Sequence[str] | None
    ):
        self._app, self._door, self._roster, self._count = app, door, roster, count
        self._looks, self._full = Looks(door.desk), FullAnswers(door.desk)
        self._is_trusted = lru_cache(1000)(lambda host: host_is_trusted(host, hosts)) if hosts else None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began, answer = time.perf_counter(), None
        try:
            answer = self._answer(environ)
        except Exception:  # the slow way meets the same, and knows how to say it
            answer = None
        if answer is None:
            return self._app(environ, start_response)
        self._count(answer.endpoint, answer.status, answer.outcome, time.perf_counter() - began)
        start_response(answer.status_line, answer.headers)
        return [answer.body]

    def _answer(self, environ: "WSGIEnvironment") -> Answer | None:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if method == "POST" and path == BOOKINGS:
            return self._book(environ) if self._is_for_us(environ) else None
        if method == "GET" and path.startswith(PREFIX):
            return self._look(environ, path) if self._is_for_us(environ) else None
        return None

    def known(self, environ: "WSGIEnvironment") -> Person | None:
        """The lawyer who asks, if he is verified and it can be told at once; never raises."""
        try:
            person = self._roster.find(_token(environ), self._door.desk.now())
        except Exception:  # whatever it was, he is then a stranger; the slow way meets the same, and says it
            return None
        if person is None or person.standing.state != "verified":
            return None
        environ[KNOWN] = person
        return person

    def _look(self, environ: "WSGIEnvironment", path: str) -> Answer | None:
        look, token = self._looks.understand(path, environ["QUERY_STRING"]), _token(environ)
        if look is None or not token or self._roster.find(token, self._door.desk.now()) is None:
            return None
        return told(look.tell(), look.endpoint)

    def _book(self, environ: "WSGIEnvironment") -> Answer | None:
        """The roster may let somebody be told *full*; before he books, his session is asked for again."""
        key, token, desk = environ.get("HTTP_IDEMPOTENCY_KEY", ""), _token(environ), self._door.desk
        asked, now = _asked(environ), desk.now()
        person = (
            environ.get(KNOWN) or self._roster.find(token, now) if asked and token and _KEY.fullmatch(key) else None
        )
        if asked is None or person is None or not person.standing.may_book(now):
            return None
        full = self._full.told(asked, person.standing.lawyer_id, key, now)
        return full or self._ask_the_desk(asked, person, token, key)

    def _ask_the_desk(self, asked: ask.Asked, person: Person, token: str, key: str) -> Answer:
        """The sitting asks for the session anew; who is refused before it, the slow way knows better."""
        desk = self._door.desk
        vouched = asked.application(
            person.standing.lawyer_id,
            person.openid,
            hash_of(token),
            key,
            telling(desk, asked.detainee.name),
            lambda: self._look_twice(token),
        )
        try:
            return booked(desk.book(vouched))
        except Refusal as no:
            return refused(no)

    def _look_twice(self, token: str) -> None:
        """Raises Unauthenticated, and Changed for whoever may not book any more."""
        if not self._door.visitors.recognise(token, now := self._door.desk.now()).may_book(now):
            raise Changed

    def _is_for_us(self, environ: "WSGIEnvironment") -> bool:
        """Whether it asks by a name of ours; the slow way says no where not."""
        if self._is_trusted is None:
            return True
        host = environ.get("HTTP_HOST", "")
        return self._is_trusted(host) and self._is_trusted(environ.get("HTTP_X_FORWARDED_HOST", host))


def _token(environ: "WSGIEnvironment") -> str:
    given = BEARER.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
    return given[1] if given else ""


def _asked(environ: "WSGIEnvironment") -> ask.Asked | None:
    """The form, if it is all there; it is put back for the slow way."""
    said = environ.get("CONTENT_LENGTH") or ""
    if environ.get("CONTENT_TYPE") != "application/json" or "HTTP_TRANSFER_ENCODING" in environ:
        return None
    if not said.isdecimal() or not 0 < int(said) <= MAX_BODY_BYTES:
        return None
    raw: bytes = environ["wsgi.input"].read(int(said))
    environ["wsgi.input"] = BytesIO(raw)
    return ask.ordinary(raw) if len(raw) == int(said) else None
