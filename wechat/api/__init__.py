"""The mini-program's endpoints: each turns a request into one call at the desk, and the answer into JSON."""

from collections.abc import Collection, Sequence

from apiflask import APIFlask
from redis import Redis

from booking.desk import Desk
from booking.gate.passes import PassKeys
from circuit_breaker import CircuitBreaker
from wechat.api import bookings, centres, me, openapi, passes, problems, session
from wechat.api.door import ApiDoor, api
from wechat.api.fast_path import Count, FastPath
from wechat.api.visitors import Visitors
from wechat.limits import Limits
from wechat.outgoing.miniprogram import WeChat

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
) -> None:
    """Open the lawyers' door in `app`. `message_templates` are the ids a consent may be given for; `count` is told
    what is answered before Flask."""
    door = app.extensions["huijian.lawyers"] = ApiDoor(
        desk,
        wechat,
        Visitors(redis, breaker),
        Limits(redis),
        PassKeys(secret_keys),
        frozenset(message_templates),
    )
    app.wsgi_app = FastPath(app.wsgi_app, door, count)  # type: ignore[method-assign]
    problems.register(app)
    openapi.describe(app)
    app.register_blueprint(api)
