"""The codes a phone hands over, of `wx.login` and of the phone number button: one use, five minutes."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.wechat.refusals import Refused

LIFETIME_SECONDS = 300


@dataclass
class Code:
    appid: str
    stands_for: str
    issued_at: float
    used: bool = False


class Codes:
    def __init__(self, now: Callable[[], float], used_errcode: int):
        """`used_errcode` is what a second use is answered with."""
        self._now, self._used_errcode = now, used_errcode
        self._codes: dict[str, Code] = {}
        self._lock = threading.Lock()

    def issue(self, appid: str, stands_for: str) -> str:
        """A new code for this appid that stands for an openid or a phone number."""
        code = f"0{secrets.token_urlsafe(23)}"
        with self._lock:
            self._codes[code] = Code(appid, stands_for, self._now())
        return code

    def redeem(self, appid: str, code: str) -> str:
        """What the code stands for, once. Raises Refused; another app's code is as good as none."""
        with self._lock:
            found = self._codes.get(code)
            if found is None or found.appid != appid:
                raise Refused(40029)
            if found.used:
                raise Refused(self._used_errcode)
            if self._now() - found.issued_at > LIFETIME_SECONDS:
                raise Refused(40029)
            found.used = True
            return found.stands_for
