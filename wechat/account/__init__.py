"""The officers' subscription account 订阅号: it answers from safe-mode pushes, looks up and decides nothing."""

from collections.abc import Sequence

from flask import Flask
from redis import Redis

from booking.desk import Desk
from circuit_breaker import CircuitBreaker
from wechat.account.binding import Binding
from wechat.account.bot import AccountDoor, bot
from wechat.account.conversation import Conversation
from wechat.account.envelope import Envelope
from wechat.account.memory import Memory
from wechat.account.menu import Menu
from wechat.account.once import Once
from wechat.account.tags import Tags

__all__ = ["Menu", "Tags", "register"]


def register(
    app: Flask,
    *,
    desk: Desk,
    redis: Redis,
    breaker: CircuitBreaker,
    tags: Tags,
    appid: str,
    token: str,
    aes_keys: Sequence[str],
    public_url: str,
) -> None:
    """Open the officers' account in `app`; `public_url` is where people reach the console."""
    conversation = Conversation(desk, Binding(desk, redis), Memory(redis, breaker), tags, public_url)
    app.extensions["huijian.account"] = AccountDoor(
        Envelope(appid, token, aes_keys), Once(redis, breaker), conversation
    )
    app.register_blueprint(bot)
