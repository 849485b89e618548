"""Saying no: a page with the sentence and its code; for htmx the sentence alone."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, g, request, url_for
from peewee import InterfaceError, OperationalError
from redis import RedisError
from werkzeug.exceptions import HTTPException

import refusals
from console.door.context import is_htmx
from console.door.rendering import page
from models import database
from refusals import Refusal

log = logging.getLogger(__name__)

_BY_STATUS: dict[int, type[Refusal]] = {
    400: refusals.Malformed,
    404: refusals.NotFound,
    405: refusals.MethodNotAllowed,
    413: refusals.TooLarge,
    415: refusals.UnsupportedMediaType,
}


class Broken(Exception):
    """Not a refusal: a bug. It is logged, and the officer is told no more than that."""

    status, code, title, detail = 500, "internal", "系统内部错误", "系统出现故障，已记录，请稍后再试"
    retry_after = None


def answer_for(blueprint: Blueprint) -> None:
    """All that goes wrong behind this blueprint's routes is told here."""
    blueprint.register_error_handler(Refusal, refused)
    blueprint.register_error_handler(HTTPException, _http)
    for away in (OperationalError, InterfaceError):
        blueprint.register_error_handler(away, _database_away)
    blueprint.register_error_handler(RedisError, _redis_away)


def answer_unknown_paths(app: Flask, dress: Callable[[Response], Response]) -> None:
    """A path nobody knows belongs to no blueprint; under /console/ it is told as ours all the same."""
    before = dict(app.error_handler_spec[None][None])

    def no_such_path(error: HTTPException) -> Any:
        if request.path.startswith("/console/"):
            return dress(_http(error))
        others = before.get(HTTPException)
        return others(error) if others else error

    for status in (404, 405):
        app.register_error_handler(status, no_such_path)


def refused(refusal: Refusal | Broken) -> Response:
    g.refused = refusal.code  # the metrics count it
    template = "_messages.html" if is_htmx() else "refusal.html"
    said = [{"words": refusal.detail, "wrong": True}]
    told = page(template, refusal=refusal, **({"messages": said} if is_htmx() else {}))
    answer = Response(told, refusal.status)
    if refusal.retry_after is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    if refusal.status == 401 and is_htmx():
        answer.headers["HX-Redirect"] = url_for("console.sign_in")
    return answer


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    if status < 500:
        answer = refused(_BY_STATUS.get(status, refusals.Malformed)())
    else:
        log.error("%s %s", request.endpoint, error)
        answer = refused(Broken())
    if allowed := dict(error.get_headers()).get("Allow"):
        answer.headers["Allow"] = allowed
    return answer


def _database_away(error: Exception) -> Response:
    """The connection is let go with it. The page is a bare one: whoever it is for can't be asked for."""
    log.error("database: %s", error)
    if not database.is_closed() and not database.in_transaction():
        database.close()
    g.pop("visit", None)
    return refused(refusals.Unavailable("数据库暂时不可用，请稍后再试"))


def _redis_away(error: Exception) -> Response:
    log.error("Redis: %s", error)
    return refused(refusals.Unavailable("服务暂时不可用，请稍后再试"))
