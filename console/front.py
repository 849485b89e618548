"""The way in, and the files that pages are made with."""

import mimetypes
from pathlib import Path

from flask import Response, request

from console.door import back, console, here
from console.door.rendering import STATIC, version
from console.door.rights import menu_of
from refusals import NotFound


@console.get("/")
def front() -> Response:
    """On to the first page of the officer's menu, of the centre asked for."""
    return back(f"console.{menu_of(here().officer.role)[0][0]}", centre=request.args.get("centre") or None)


@console.get("/static/<path:name>")
def static(name: str) -> Response:
    """For good where the address has the file's hash in it. Raises NotFound."""
    file = _file(name)
    answer = Response(file.read_bytes(), mimetype=mimetypes.guess_type(name)[0])
    kept = request.args.get("v") == version(name)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
    answer.set_etag(version(name))
    answer.make_conditional(request)
    return answer


def _file(name: str) -> Path:
    """Raises NotFound, also for a name that no file can have."""
    try:
        file = (STATIC / name).resolve()
        if file.is_file() and STATIC in file.parents:
            return file
    except (OSError, ValueError):
        pass
    raise NotFound
