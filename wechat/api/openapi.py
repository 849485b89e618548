"""The description of it all, made from the routes and forms themselves, and a page to read and try it."""

import hashlib
import importlib.resources
import threading
from functools import cached_property
from typing import Any

from apiflask import APIFlask
from flask import Response, current_app, render_template, request, send_from_directory

from wechat.api.door import PUBLIC, api
from wechat.api.serializers import answer, as_json
from wechat.api.shapes import Problem

_FILES = importlib.resources.files("flask_swagger_ui") / "dist"
_PROBLEM = "#/components/schemas/Problem"
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Description:
    """Made once, by whoever asks first, when all routes are there: it costs as much as a hundred other answers, and
    anybody may ask."""

    def __init__(self, app: APIFlask):
        self._app, self._lock = app, threading.Lock()

    @cached_property
    def _made(self) -> tuple[bytes, str]:
        octets = as_json(self._app.spec)
        return octets, hashlib.sha256(octets).hexdigest()[:16]

    def answer(self) -> Response:
        """With no body for who has it already."""
        with self._lock:
            octets, version = self._made
        told = answer(octets)
        told.headers["Cache-Control"] = "no-cache"
        told.set_etag(version)
        told.make_conditional(request)
        return told


def describe(app: APIFlask) -> None:
    app.title, app.version = "huijian 会见: the mini-program's API", "1"
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["AUTO_VALIDATION_ERROR_RESPONSE"] = False
    app.config["AUTO_404_RESPONSE"] = False
    app.config["AUTO_SERVERS"] = False
    app.config["SECURITY_SCHEMES"] = {"session": {"type": "http", "scheme": "bearer"}}
    app.spec_processor(_complete)
    app.extensions["huijian.description"] = Description(app)


@api.get("/openapi.json")
@api.doc(hide=True)
def openapi() -> Response:
    described: Description = current_app.extensions["huijian.description"]
    return described.answer()


@api.get("/docs")
@api.doc(hide=True)
def docs() -> Response:
    page = Response(render_template("docs.html"), mimetype="text/html")
    page.headers["Content-Security-Policy"] = _PAGE_POLICY
    return page


@api.get("/docs/<name>")
@api.doc(hide=True)
def docs_file(name: str) -> Response:
    """The page's own script; all else it needs comes from the package."""
    if name == "page.js":
        return Response(render_template("docs.js"), mimetype="text/javascript")
    return send_from_directory(str(_FILES), name, max_age=3600)


def _complete(spec: Any) -> Any:
    """What holds for every call is said once: problems, and the session."""
    problem = Problem.model_json_schema(ref_template=_PROBLEM + ".{model}")
    schemas = spec["components"]["schemas"]
    schemas |= {f"Problem.{name}": schema for name, schema in problem.pop("$defs").items()} | {"Problem": problem}
    spec["paths"] = {path: calls for path, calls in spec["paths"].items() if path.startswith(f"{api.url_prefix}/")}
    for calls in spec["paths"].values():
        for call in calls.values():
            _complete_call(call, schemas)
    used = (tag for calls in spec["paths"].values() for call in calls.values() for tag in call["tags"])
    spec["tags"] = [{"name": name} for name in dict.fromkeys(used)]
    return spec


def _complete_call(call: dict[str, Any], schemas: dict[str, Any]) -> None:
    if f"lawyers.{call['operationId']}" not in PUBLIC:
        call["security"] = [{"session": []}]
    for parameter in call.get("parameters", ()):
        if parameter["in"] == "header":
            parameter["name"] = parameter["name"].title()
    if body := call.get("requestBody"):
        name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        body["required"] = bool(schemas[name].get("required"))
    refused = {"application/problem+json": {"schema": {"$ref": _PROBLEM}}}
    call["responses"]["default"] = {"description": "Refused, and why.", "content": refused}
