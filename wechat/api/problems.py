"""Saying no: every refusal, and whatever else goes wrong, as one kind of document [RFC 9457]."""

import logging
import secrets
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from peewee import InterfaceError, OperationalError
from redis import RedisError
from werkzeug.exceptions import HTTPException

import refusals
from models import database
from refusals import Refusal
from wechat.api.serializers import as_json

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

MIMETYPE = "application/problem+json"
_BY_STATUS: dict[int, type[Refusal]] = {
    400: refusals.Malformed,
    401: refusals.Unauthenticated,
    403: refusals.Forbidden,
    404: refusals.NotFound,
    405: refusals.MethodNotAllowed,
    413: refusals.TooLarge,
    415: refusals.UnsupportedMediaType,
    429: refusals.RateLimited,
    503: refusals.Unavailable,
}


def register(app: Flask) -> None:
    app.register_error_handler(Refusal, problem)
    app.register_error_handler(HTTPException, _http)
    for away in (OperationalError, InterfaceError):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(RedisError, _redis_away)
    app.wsgi_app = Headers(app.wsgi_app)  # type: ignore[method-assign]


def problem(refusal: Refusal) -> Response:
    g.refused = refusal.code  # the metrics count it
    answer = Response(as_json(members(refusal, request_id())), refusal.status, mimetype=MIMETYPE)
    if refusal.retry_after is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def members(refusal: Refusal, request: str) -> dict[str, object]:
    """The problem document."""
    return _members(refusal.status, refusal.code, refusal.title, refusal.detail, request) | refusal.extra


def request_id() -> str:
    """What joins an answer to its lines in the log."""
    found: str = request.environ[REQUEST_ID]
    return found


def _document(status: int, code: str, title: str, detail: str) -> Response:
    return Response(as_json(_members(status, code, title, detail, request_id())), status, mimetype=MIMETYPE)


def _members(status: int, code: str, title: str, detail: str, request: str) -> dict[str, object]:
    return {
        "type": f"urn:huijian:refusal:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request,
    }


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    if status in _BY_STATUS:
        answer = problem(_BY_STATUS[status]())
    elif status < 500:
        answer = _document(status, "malformed", "请求格式有误", HTTPStatus(status).phrase)
    else:
        answer = _document(500, "internal", "系统内部错误", "系统出现故障，已记录，请稍后再试")
    if allowed := dict(error.get_headers()).get("Allow"):
        answer.headers["Allow"] = allowed
    return answer


def _database_away(error: Exception) -> Response:
    """The connection is let go with it: the next request of this thread opens a new one."""
    log.error("database: %s", error, extra={"request_id": request_id()})
    if not database.is_closed() and not database.in_transaction():
        database.close()
    return problem(refusals.Unavailable())


def _redis_away(error: Exception) -> Response:
    log.error("Redis: %s", error, extra={"request_id": request_id()})
    return problem(refusals.Unavailable())


REQUEST_ID = "huijian.request_id"
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class Headers:
    """The same few headers on every answer, put there beside Flask: one by one they cost a tenth of a small answer."""

    def __init__(self, app: "WSGIApplication"):
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ[REQUEST_ID] = secrets.token_hex(8)

        def start(
            status: str, headers: list[tuple[str, str]], error: "OptExcInfo | None" = None, /
        ) -> Callable[[bytes], object]:
            own = {name for name, _ in headers}
            headers += [(name, value) for name, value in HEADERS.items() if name not in own]
            headers.append(("X-Request-Id", environ[REQUEST_ID]))
            return start_response(status, headers, error)

        return self._app(environ, start)
