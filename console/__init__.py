"""The officers' pages: each turns a request into one call at the desk, and the answer into a page."""

from collections.abc import Sequence

from flask import Flask
from redis import Redis

from booking.desk import Desk
from booking.gate.passes import PassKeys
from console import (
    arrivals,
    audit,
    bookings,
    closing,
    demo_sign_in,
    enrolment,
    figures,
    front,
    lawyer_changes,
    lawyers,
    mandates,
    me,
    messages,
    officers,
    plan,
    policy,
    review,
    roll_import,
    rooms,
    sign_in,
    timetable,
    today,
    weekly,
    window,
)
from console.door import console, problems
from console.door.context import ConsoleDoor, WeChatDoor
from console.door.cookies import Cookies
from console.door.guard import dress
from console.wechat_sign_in import oauth
from sms.asking import Asking

__all__ = ["WeChatDoor", "console", "register"]

# Importing them hangs their pages up.
_SUBJECTS = (
    front,
    sign_in,
    enrolment,
    today,
    arrivals,
    review,
    bookings,
    lawyer_changes,
    lawyers,
    mandates,
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
    officers,
    audit,
    me,
)

problems.answer_for(console)
for beside in (demo_sign_in.demo, oauth):  # what needs no session
    problems.answer_for(beside)
    beside.after_request(dress)


def register(
    app: Flask,
    *,
    desk: Desk,
    redis: Redis,
    secret_keys: Sequence[str],
    asking: Asking,
    public_url: str,
    wechat: WeChatDoor,
    demo_accounts: Sequence[str] = (),
) -> None:
    """Open the officers' door in `app`.

    `secret_keys` are those that lawyers' passes are signed with. `asking` finds out what became of an SMS before it is
    sent again. `demo_accounts` may sign in with one click; without them nobody may.
    """
    app.extensions["huijian.console"] = ConsoleDoor(
        desk=desk,
        redis=redis,
        public_url=public_url,
        cookies=Cookies(secure=public_url.startswith("https://")),
        wechat=wechat,
        demo_accounts=tuple(demo_accounts),
        asking=asking,
        pass_keys=PassKeys(secret_keys),
    )
    app.register_blueprint(console)
    app.register_blueprint(oauth)
    if demo_accounts:
        app.register_blueprint(demo_sign_in.demo)
    problems.answer_unknown_paths(app, dress)
