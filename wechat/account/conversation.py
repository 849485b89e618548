"""One push, one answer: who asks, what they want, and whether they may have it."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from peewee import InterfaceError, OperationalError
from redis import RedisError

from booking.desk import Desk
from booking.officers import bound
from booking.officers.officers import ROLES
from booking.search import lookups
from circuit_breaker import CircuitOpen
from models import Centre, Officer, database
from models.locks import waiting_at_most
from refusals import Refusal
from wechat.account import days, intents, people, texts
from wechat.account.binding import Binding
from wechat.account.intents import Intent
from wechat.account.memory import Memory
from wechat.account.pushes import Push
from wechat.account.question import Question
from wechat.account.replies import Answer, cut, page
from wechat.account.tags import Tags

log = logging.getLogger(__name__)

ANSWER_SECONDS = 2.5  # for one statement; WeChat hangs up after five for all

LookUp = Callable[[Question, str, str], Answer]
LOOK_UPS: dict[str, LookUp] = {
    "now": days.now_and_next,
    "day": days.day,
    "plan": days.plan,
    "seats": days.seats,
    "review": people.review,
    "ref": people.booking,
    "licence": people.licence,
    "name": people.named,
}
ROLES_OF = {"review": {"reviewer", "chief", "auditor"}}
SAYINGS = {"lawyer": texts.ASK_LAWYER, "booking": texts.ASK_BOOKING, "no such day": texts.NO_SUCH_DAY}


@dataclass(frozen=True)
class Conversation:
    """`public_url` is where the console's pages are."""

    desk: Desk
    binding: Binding
    memory: Memory
    tags: Tags
    public_url: str

    def answer(self, push: Push) -> str:
        """What to say; nothing to an event that asks for no answer. Never raises: who pushed gets a polite word."""
        wish = self._wish(push)
        if wish is None:
            return ""
        try:
            with waiting_at_most(ANSWER_SECONDS):
                return cut(self._say(push.openid, wish))
        except CircuitOpen:
            return texts.BUSY
        except (OperationalError, InterfaceError) as away:
            log.error("the account could not answer: %s", type(away).__name__)
            if not database.is_closed() and not database.in_transaction():
                database.close()
        except Exception:  # a fault of ours is logged; WeChat would show the officer its own error
            log.exception("the account could not answer")
        return texts.BUSY

    def _wish(self, push: Push) -> Intent | None:
        if push.kind != "event":
            today = self.desk.now().date()
            return intents.from_text(push.text, today) if push.kind == "text" else Intent("unknown")
        if push.event == "click":
            return intents.from_tap(push.key)
        if push.event in ("subscribe", "unsubscribe"):
            with suppress(RedisError):
                self.tags.forget(push.openid)
        return Intent("help") if push.event == "subscribe" else None

    def _say(self, openid: str, wish: Intent) -> str:
        officer = bound.of_openid(openid)
        if officer is None:
            return self.binding.stranger(openid, wish)
        try:
            return self._to_officer(openid, officer, wish)
        except Refusal as refusal:
            return refusal.detail

    def _to_officer(self, openid: str, officer: Officer, wish: Intent) -> str:
        cursor = ""
        if wish.name == "more":
            further = self.memory.further(openid)
            if further is None:
                return texts.NOTHING_FURTHER
            wish, cursor = further
        if wish.name == "bind":
            return texts.is_bound(officer.name, ROLES[officer.role])
        if wish.name == "unbind":
            return self.binding.unbind(officer)
        return self._look_up(openid, officer, wish, cursor)

    def _look_up(self, openid: str, officer: Officer, wish: Intent, cursor: str) -> str:
        visit = self._visit(openid, officer)
        if chosen := _centre_named(visit, wish):
            self.memory.choose_centre(openid, chosen.code)
            return f"已切换到{chosen.name}。"
        if wish.name == "centre":
            return _about_centre(visit)
        if wish.name not in LOOK_UPS:
            return SAYINGS.get(wish.name, texts.HELP)
        if officer.role not in ROLES_OF.get(wish.name, ROLES):
            return texts.NOT_YOURS
        said, cursor = page(LOOK_UPS[wish.name](visit, wish.about, cursor))
        self.memory.keep(openid, wish, cursor)
        return said

    def _visit(self, openid: str, officer: Officer) -> Question:
        centres = lookups.centres(officer)
        chosen = self.memory.centre(openid) if len(centres) > 1 else ""
        shown = next((one for one in centres if one.code == chosen), centres[0])
        return Question(self.desk, officer, shown, centres, self.desk.now(), self.public_url)


def _centre_named(visit: Question, wish: Intent) -> Centre | None:
    """An officer of the bureau chooses by name or code which days are shown."""
    if wish.name != "name" or len(visit.centres) < 2 or len(wish.about) < 2:
        return None
    named = (one for one in visit.centres if one.code == wish.about or one.name.startswith(wish.about))
    return next(named, None)


def _about_centre(visit: Question) -> str:
    lines = [visit.centre.name, visit.centre.address]
    others = [one.name for one in visit.centres if one != visit.centre]
    lines += [f"可发送名称切换：{'、'.join(others)}"] if others else []
    return "\n".join([*lines, visit.link("me")])
