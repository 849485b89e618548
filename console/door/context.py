"""Who is here: what the door knows of this request, and what it was opened with."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, g, request
from redis import Redis

from booking.desk import Desk
from booking.gate.passes import PassKeys
from booking.record.actor import Actor
from console.door.cookies import Cookies
from models import Officer, OfficerSession
from sms.asking import Asking

SESSION, BEFORE, SAID, CENTRE = "huijian", "huijian-form", "huijian-said", "huijian-centre"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
FORM_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class WeChatDoor:
    """The website app: its id, WeChat's address for people, and who it is that got a code there."""

    appid: str
    open_url: str
    openid_for: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class ConsoleDoor:
    """What the console was opened with. `demo_accounts` is empty but in the demo."""

    desk: Desk
    redis: Redis
    public_url: str
    cookies: Cookies
    wechat: WeChatDoor
    asking: Asking
    pass_keys: PassKeys
    demo_accounts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request of a signed-in officer. `by` goes into the records, `origin` is the address it came from."""

    desk: Desk
    redis: Redis
    officer: Officer
    session: OfficerSession
    now: datetime
    origin: str

    @property
    def actor(self) -> Actor:
        return Actor.of(self.officer, self.origin)

    @property
    def by(self) -> str:
        return str(self.officer.account)


def door() -> ConsoleDoor:
    found: ConsoleDoor = current_app.extensions["huijian.console"]
    return found


def here() -> RequestContext:
    found: RequestContext = g.visit
    return found


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"
