"""The officers' pages: each turns a request into one call at the desk, and the answer into a page."""

from collections.abc import Sequence
from typing import Any

from flask import Flask
from redis import Redis

from console import (
    closing,
    demo_sign_in,
    front,
    me,
    policy,
    problems,
    roll_import,
    sign_in,
    timetable,
    weekly,
    window,
)
from console.cookies import Cookies
from console.door import console, dress
from console.visit import Door

__all__ = ["console", "register"]

# Importing them hangs their pages up.
_SUBJECTS = (front, sign_in, roll_import, me, window, timetable, closing, weekly, policy)

problems.answer_for(console)
problems.answer_for(demo_sign_in.demo)
demo_sign_in.demo.after_request(dress)


def register(
    app: Flask,
    *,
    desk: Any,
    redis: Redis,
    public_url: str,
    demo_accounts: Sequence[str] = (),
) -> None:
    """Open the officers' door in `app`. `demo_accounts` may sign in with one click; without them nobody may."""
    cookies = Cookies(secure=public_url.startswith("https://"))
    app.extensions["huijian.console"] = Door(desk, redis, cookies, tuple(demo_accounts))
    app.register_blueprint(console)
    if demo_accounts:
        app.register_blueprint(demo_sign_in.demo)
    problems.answer_unknown_paths(app, dress)
