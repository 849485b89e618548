"""access_token by the two ways WeChat gives them, which know nothing of one another.

`/cgi-bin/token`: each fetch makes a new one, the former lives five minutes on.
`/cgi-bin/stable_token`: the same one to everybody until five minutes before its end.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.wechat.refusals import Refused

LIFETIME, OVERLAP = 7200.0, 300.0
FORCED_A_DAY, FORCED_APART = 20, 30.0
# Tencent asks for room for 512 characters: whoever has less finds out here.
BYTES = 384


@dataclass
class Issued:
    token: str
    ends_at: float


@dataclass
class Ways:
    """One app's newest tokens and its forced refreshes of the last 24 hours."""

    plain: Issued | None = None
    stable: Issued | None = None
    forced: list[float] = field(default_factory=list)


class Tokens:
    def __init__(self, now: Callable[[], float]):
        self._now = now
        self._ways: dict[str, Ways] = {}
        self._alive: dict[str, tuple[str, Issued]] = {}
        self._lock = threading.Lock()

    def fetch(self, appid: str) -> tuple[str, int]:
        """A new token and its seconds to live; the former one lives on for the overlap."""
        now = self._now()
        with self._lock:
            ways = self._ways.setdefault(appid, Ways())
            if ways.plain:
                ways.plain.ends_at = min(ways.plain.ends_at, now + OVERLAP)
            ways.plain = self._new(appid, now)
            return _answer(ways.plain, now)

    def stable(self, appid: str, force: bool) -> tuple[str, int]:
        """The app's stable token and its seconds to live, which are never under the overlap."""
        now = self._now()
        with self._lock:
            ways = self._ways.setdefault(appid, Ways())
            if ways.stable and force and _may_force(ways, now):
                ways.stable.ends_at = now
                ways.stable = None
            if ways.stable is None or ways.stable.ends_at - now < OVERLAP:
                ways.stable = self._new(appid, now)
            return _answer(ways.stable, now)

    def appid(self, token: str | None) -> str:
        """Whose token this is. Raises Refused."""
        if not token:
            raise Refused(41001)
        with self._lock:
            found = self._alive.get(token)
            if found is None:
                raise Refused(40001)
            appid, issued = found
            if self._now() >= issued.ends_at:
                raise Refused(42001)
            return appid

    def revoke_all(self) -> None:
        """As when an AppSecret is reset: every token is dead at once."""
        with self._lock:
            self._ways.clear()
            self._alive.clear()

    def _new(self, appid: str, now: float) -> Issued:
        issued = Issued(secrets.token_urlsafe(BYTES), now + LIFETIME)
        self._alive[issued.token] = (appid, issued)
        return issued


def _may_force(ways: Ways, now: float) -> bool:
    ways.forced = [at for at in ways.forced if now - at < 86400]
    if len(ways.forced) >= FORCED_A_DAY or (ways.forced and now - ways.forced[-1] < FORCED_APART):
        return False
    ways.forced.append(now)
    return True


def _answer(issued: Issued, now: float) -> tuple[str, int]:
    return issued.token, int(issued.ends_at - now)
