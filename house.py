"""What the doors without a wire of their own find behind them: terminal, jobs and watch ask the app for it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import current_app
from redis import Redis

from booking.desk import Desk
from circuit_breaker import CircuitBreaker
from sms.asking import Asking
from sms.delivery import Delivery


class OfficerTags(Protocol):
    """The officers' tag at the subscription account."""

    def keep(self, wanted: Collection[str]) -> int: ...


class Menus(Protocol):
    """The menus by name, `default` and `officer`."""

    def _asdict(self) -> dict[str, Any]: ...


class MenuComparison(Protocol):
    """The menus that are at WeChat, and the names of those that are not as we have them."""

    @property
    def there(self) -> Menus: ...

    @property
    def differs(self) -> list[str]: ...


class OfficerMenu(Protocol):
    """The menus of the subscription account."""

    def show(self) -> MenuComparison: ...

    def push(self) -> MenuComparison: ...


@dataclass(frozen=True)
class House:
    """As `app.extensions["huijian"]`; `load_demo` is there in the demo only."""

    desk: Desk
    redis: Redis
    breaker: CircuitBreaker
    seats_redis: Redis
    officer_tags: OfficerTags
    menu: OfficerMenu
    delivery: Delivery
    asking: Asking
    wechat_template_ids: dict[str, str]
    receipt_secret: str
    public_host: str
    load_demo: Callable[[Desk, datetime], None] | None


def house() -> House:
    found: House = current_app.extensions["huijian"]
    return found
