"""The mini-program's endpoints: each turns a request into one call at the desk, and the answer into JSON."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from apiflask import APIFlask
from redis import Redis

from booking.desk import Desk
from booking.gate.passes import PassKeys
from circuit_breaker import CircuitBreaker
from wechat.api import bookings, centres, me, openapi, passes, problems, session
from wechat.api.door import ApiDoor, api
from wechat.api.hot.door import Count, HotDoor
from wechat.api.hot.roster import Roster
from wechat.api.visitors import Visitors
from wechat.limits import Limits
from wechat.outgoing.miniprogram import WeChat

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    Known = Callable[["WSGIEnvironment"], object | None]

__all__ = ["api", "problems", "register"]

_SUBJECTS = (session, me, centres, bookings, passes, openapi)


def register(
    app: APIFlask,
    *,
    desk: Desk,
    wechat: WeChat,
    redis: Redis,
    breaker: CircuitBreaker,
    secret_keys: Sequence[str],
    message_templates: Collection[str],
    count: Count,
    hot: bool = True,
) -> "Known | None":
    """Open the lawyers' door in `app`. `message_templates` are the ids a consent may be given for; `count` is told
    what is answered on the hot way, where that is `hot`: then the answer tells at once who is known."""
    roster = Roster()
    door = app.extensions["huijian.lawyers"] = ApiDoor(
        desk,
        wechat,
        Visitors(redis, breaker, roster),
        Limits(redis),
        PassKeys(secret_keys),
        frozenset(message_templates),
    )
    problems.register(app)
    if hot:
        hosts = app.config["TRUSTED_HOSTS"]
        app.wsgi_app = quick = HotDoor(app.wsgi_app, door, roster, count, hosts)  # type: ignore[method-assign]
    openapi.describe(app)
    app.register_blueprint(api)
    return quick.known if hot else None
