"""WeChat's API as a stand-in for the mini-program: speaks the protocol to the unmodified wechatpy.

In tests and in a supervisor's own process: `with running(apps=…, templates=…) as wechat:`.
As a process: `python -m sandbox.wechat --port 9001 …`. Everything is in memory; each start is fresh.
"""

import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.controls import Tally
from sandbox.faults import Faults
from sandbox.serving import listening, until_told_to_stop
from sandbox.wechat.account import Account
from sandbox.wechat.account_push import Outcome, Pusher
from sandbox.wechat.account_safe_mode import Seal
from sandbox.wechat.app import create_app, faults
from sandbox.wechat.oauth import Website
from sandbox.wechat.platform import Platform


@dataclass(frozen=True)
class StandIn:
    """A running stand-in, as the tests hold it."""

    url: str
    platform: Platform
    account: Account
    pusher: Pusher | None
    faults: Faults
    tally: Tally

    def login_code(self, openid: str) -> str:
        """What `wx.login` gives this person's phone: one use, five minutes."""
        return self.platform.tap_login(openid)

    def phone_code(self, phone: str) -> str:
        return self.platform.tap_phone(phone)

    def consent(self, openid: str, template_id: str, times: int = 1) -> None:
        self.platform.tap_allow(openid, template_id, times)

    def messages(self, openid: str | None = None) -> list[dict[str, object]]:
        """Subscription messages delivered, oldest first, as `GET /_/messages` gives them."""
        delivered = self.platform.subscriptions.messages
        return [one.as_json() for one in delivered if openid in (None, one.openid)]

    def scan(self, address: str, openid: str | None) -> str:
        """Somebody scans the QR code at `address`, or says no; where that leads the browser."""
        return self.platform.oauth.scan(dict(parse_qsl(urlsplit(address).query)), openid)

    def type(self, openid: str, text: str, lost: int = 0) -> Outcome:
        """Somebody writes to the subscription account; the answers to the first `lost` attempts are lost."""
        assert self.pusher is not None
        self.account.follow(openid, True)
        return self.pusher.words(openid, text, lost)

    def tap(self, openid: str, key: str, lost: int = 0) -> Outcome:
        """Somebody taps a button of the menu."""
        assert self.pusher is not None
        self.account.follow(openid, True)
        return self.pusher.event(openid, "CLICK", key, lost)

    def requests(self, path: str) -> int:
        """How often this path was called, as `/cgi-bin/stable_token`."""
        return self.tally.of(path)

    def clear(self) -> None:
        """No messages, no consents, no menus, no tags, no faults; codes and tokens stay good."""
        self.platform.subscriptions.clear()
        self.account.clear()
        self.faults.clear()


@contextmanager
def running(
    *, apps: Mapping[str, str], templates: Mapping[str, Sequence[str]],
    port: int = 0, now: Callable[[], float] = time.time,
    bot: tuple[str, Seal] | None = None, followers: Mapping[str, str] | None = None,
    website: Website | None = None,
) -> Generator[StandIn, None, None]:  # fmt: skip
    """Serves from a thread while the block lasts.

    `apps`: appid → AppSecret, the mini-program's first: codes and consents are its own; `templates`: template
    id → its keys, as `{"tpl": ["thing1", "time2"]}`; `now` in seconds since 1970. `bot`: the subscription account's
    server and seal; `followers`: openid → who that is. Without a bot the account is the last of the apps.
    `website`: the app people sign in to websites with.
    """
    platform, ordered = Platform(apps, templates, now, website), faults()
    account = Account(bot[1].appid if bot else list(apps)[-1], followers or {})
    pusher = Pusher(*bot, now) if bot else None
    tally, stopped = Tally(), threading.Event()
    try:
        with listening(create_app(platform, account, pusher, ordered, tally, stopped), port) as url:
            yield StandIn(url, platform, account, pusher, ordered, tally)
    finally:
        stopped.set()


def serve(port: int, **given: Any) -> None:
    """Serves until SIGTERM or SIGINT; `given` as for `running`."""
    with running(port=port, **given) as stand_in:
        print(f"WeChat stand-in on {stand_in.url}", flush=True)
        until_told_to_stop()
