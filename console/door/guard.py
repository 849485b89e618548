"""The officers' door: who may come in, and what every page finds behind it."""

from apiflask import APIBlueprint
from flask import Response, g, request, url_for

from booking.record.kinds import Kind
from booking.record.note import note
from console.door import csrf, scope, sessions
from console.door.context import FORM_BYTES, SESSION, RequestContext, door, here, is_htmx
from console.door.rendering import back, carry_messages, page, say
from console.door.rights import PUBLIC, RIGHTS
from refusals import Forbidden, NotFound, Unauthenticated

__all__ = ["back", "console", "here", "note_look", "page", "say"]

# APIFlask asks every blueprint with a guard whether it is to be described; pages are not.
console = APIBlueprint("console", __name__, url_prefix="/console", template_folder="../templates", enable_openapi=False)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
}
ENROLLING = {"enrol", "enrolled", "sign_out"}  # what is open to who came in by a one-time code


@console.before_request
def guard() -> Response | None:
    """Raises Unauthenticated, Forbidden, NotFound; a page asked for without a session leads to the sign-in."""
    endpoint = (request.endpoint or "").removeprefix("console.")
    request.max_content_length = RIGHTS[endpoint].room if endpoint in RIGHTS else FORM_BYTES
    if endpoint not in PUBLIC:
        if not recognised():
            return _to_sign_in()
        if here().session.enrolling and endpoint not in ENROLLING:
            return _to_enrolment()
        _permit(endpoint)
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        csrf.check()
    return None


def note_look(what: Kind, subject: str, /, **words: object) -> None:
    """Somebody looked something up, or took it out of the house: into the record."""
    visit, centre = here(), words.pop("centre", None) or scope.about()
    note(visit.actor, visit.now, what, subject, words, centre=centre)


def recognised() -> bool:
    """Whether there is a session; who it is, is in `here()` then."""
    now = door().desk.now()
    session = sessions.recognise(door().cookies.read(SESSION), now)
    if session is None:
        return False
    g.visit = RequestContext(door().desk, door().redis, session.officer, session, now, request.remote_addr or "")
    return True


def _permit(endpoint: str) -> None:
    officer = here().officer
    if endpoint not in RIGHTS or officer.role not in RIGHTS[endpoint].roles:
        raise Forbidden("您的角色无权进行此操作")
    if "\0" in request.path:
        raise NotFound  # no key holds one, and PostgreSQL takes none
    if request.args.get("centre"):
        scope.centre_shown()


def _to_enrolment() -> Response:
    """Who came in by a one-time code has to choose a passphrase first. Raises Forbidden."""
    if request.method not in ("GET", "HEAD") or is_htmx():
        raise Forbidden("请先设置口令和动态码")
    return back("console.enrol")


def _to_sign_in() -> Response:
    """A page is come back to after signing in; anything else is refused."""
    if request.method not in ("GET", "HEAD") or is_htmx():
        raise Unauthenticated("登录已失效，请重新登录")
    to = url_for("console.sign_in", next=request.full_path.removesuffix("?"))
    return Response(status=303, headers={"Location": to})


@console.after_request
def dress(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    answer.headers.setdefault("Cache-Control", "no-store")
    return csrf.hand_out(carry_messages(scope.remember_centre(answer)))
