"""That a form was sent from a page of ours. The proof is made from the visitor's own cookie, which no other site knows."""

import hashlib
import hmac
import secrets

from flask import Response, g, request

from console.door.context import BEFORE, SESSION, TOKEN, door
from refusals import Forbidden

FIELD, HEADER = "csrf", "X-CSRF-Token"


def proof() -> str:
    """What goes into every form of this page. Who isn't signed in gets a cookie to make it from."""
    return proof_of(_token() or _new())


def proof_of(token: str) -> str:
    return hmac.new(token.encode(), b"this form is ours", hashlib.sha256).hexdigest()


def check() -> None:
    """Raises Forbidden."""
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    token = _token()
    if not token or not hmac.compare_digest(given.encode(), proof_of(token).encode()):
        raise Forbidden("页面已过期，请刷新后再试一次")


def hand_out(answer: Response) -> Response:
    if fresh := g.get("fresh_before"):
        door().cookies.put(answer, BEFORE, fresh)
    return answer


def _token() -> str:
    """Of the session where there is one, so that what was made before signing in is worth nothing after it."""
    if "visit" in g:
        return door().cookies.read(SESSION)
    before = door().cookies.read(BEFORE)
    return before if TOKEN.fullmatch(before) else g.get("fresh_before", "")


def _new() -> str:
    g.fresh_before = secrets.token_urlsafe(32)
    return str(g.fresh_before)
