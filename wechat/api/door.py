"""The door itself: who may come in, and what every endpoint finds behind it."""

import re
from dataclasses import dataclass

from apiflask import APIBlueprint
from flask import current_app, g, request

from booking.desk import Desk
from booking.gate.passes import PassKeys
from refusals import Unauthenticated
from wechat.api.validation import MAX_BODY_BYTES
from wechat.api.visitors import Visitor, Visitors
from wechat.limits import Limits
from wechat.outgoing.miniprogram import WeChat

api = APIBlueprint("lawyers", __name__, url_prefix="/api/v1", template_folder="templates")

# Everything else under /api/v1 needs a session; a test holds the list against the routes.
PUBLIC = {"lawyers.sign_in", "lawyers.openapi", "lawyers.docs", "lawyers.docs_file"}
BEARER = re.compile(r"Bearer +([A-Za-z0-9_-]{43})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ApiDoor:
    """What the endpoints work with."""

    desk: Desk
    wechat: WeChat
    visitors: Visitors
    limits: Limits
    pass_keys: PassKeys
    message_templates: frozenset[str]


def door() -> ApiDoor:
    found: ApiDoor = current_app.extensions["huijian.lawyers"]
    return found


@api.before_request
def guard() -> None:
    """Raises Unauthenticated where a session is needed and there is none."""
    request.max_content_length = MAX_BODY_BYTES
    if request.endpoint not in PUBLIC and request.method != "OPTIONS":
        given = BEARER.fullmatch(request.headers.get("Authorization", ""))
        if given is None:
            raise Unauthenticated()
        g.visitor = door().visitors.recognise(given[1], door().desk.now())


def visitor() -> Visitor:
    found: Visitor = g.visitor
    return found


def visitor_now() -> Visitor:
    """As SQL has the visitor: an unbinding or an ended session counts at once for all that is somebody's own.

    Raises Unauthenticated.
    """
    return door().visitors.look_again(visitor())


def lawyer_id() -> int:
    """The visitor's lawyer as of now, or 0 for somebody who has bound no licence: nothing belongs to him."""
    return visitor_now().lawyer_id
