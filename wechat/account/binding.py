"""How an openid becomes an officer's, and stops being one. Tries are counted in Redis; without it nobody tries."""

from redis import Redis, RedisError

from booking.desk import Desk
from booking.officers import bound
from booking.officers.officers import ROLES
from booking.record.actor import Actor
from models import Officer
from refusals import Invalid, RateLimited, Refusal
from wechat.account import texts
from wechat.account.intents import Intent
from wechat.account.question import ADDRESS
from wechat.limits import Limits


class Binding:
    def __init__(self, desk: Desk, redis: Redis):
        self._desk, self._limits = desk, Limits(redis)

    def stranger(self, openid: str, wish: Intent) -> str:
        """Whoever is nobody gets one answer, a code excepted. Eight letters alone may be one; if they are not, they
        are a stranger's words like any others."""
        if wish.name == "bind" and wish.about:
            return self._bind(openid, wish.about, texts.BAD_CODE)
        return self._bind(openid, wish.about, texts.STRANGER) if wish.name == "ref" else texts.STRANGER

    def unbind(self, officer: Officer) -> str:
        bound.unbind(Actor.of(officer, ADDRESS), self._desk.now(), officer)
        return texts.UNBOUND

    def _bind(self, openid: str, code: str, otherwise: str) -> str:
        try:
            self._limits.officer_code(openid)
            officer = bound.bind(openid, code, self._desk.now(), ADDRESS)
        except RedisError:
            return texts.BUSY
        except RateLimited:
            return texts.TOO_MANY if otherwise == texts.BAD_CODE else otherwise
        except Invalid:
            return otherwise
        except Refusal as refusal:
            return refusal.detail
        return texts.bound(officer.name, ROLES[officer.role])
