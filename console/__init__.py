"""The officers' pages: each turns a request into one call at the desk, and the answer into a page."""

from collections.abc import Sequence
from typing import Any

from flask import Flask
from redis import Redis

from booking.passes import PassKeys
from console import (
    arrivals,
    bookings,
    closing,
    demo_sign_in,
    figures,
    front,
    lawyers,
    me,
    messages,
    plan,
    policy,
    problems,
    review,
    roll_import,
    rooms,
    sign_in,
    timetable,
    today,
    weekly,
    window,
)
from console.cookies import Cookies
from console.door import console, dress
from console.visit import Door

__all__ = ["console", "register"]

# Importing them hangs their pages up.
_SUBJECTS = (
    front,
    sign_in,
    today,
    arrivals,
    review,
    bookings,
    lawyers,
    plan,
    window,
    timetable,
    closing,
    weekly,
    policy,
    rooms,
    figures,
    roll_import,
    messages,
    me,
)

problems.answer_for(console)
problems.answer_for(demo_sign_in.demo)
demo_sign_in.demo.after_request(dress)


def register(
    app: Flask,
    *,
    desk: Any,
    redis: Redis,
    secret_keys: Sequence[str],
    asking: Any = None,
    public_url: str,
    demo_accounts: Sequence[str] = (),
) -> None:
    """Open the officers' door in `app`.

    `secret_keys` are those that lawyers' passes are signed with. `asking` finds out what became of an SMS before it is
    sent again. `demo_accounts` may sign in with one click; without them nobody may.
    """
    cookies = Cookies(secure=public_url.startswith("https://"))
    app.extensions["huijian.console"] = Door(
        desk, redis, cookies, tuple(demo_accounts), asking, PassKeys(secret_keys)
    )
    app.register_blueprint(console)
    if demo_accounts:
        app.register_blueprint(demo_sign_in.demo)
    problems.answer_unknown_paths(app, dress)
