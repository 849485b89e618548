"""Whoever is known reads for himself: the bodies of those signed in are taken on the thread that will answer them.

`slow_bodies.py` has another thread read, since nothing ends a read that has begun; handing a body over costs as much as
answering most of them. A lawyer of the roll is no stranger. One who sends half a body and stops has one thread for it,
and there is a bound for all of them: so a handful of licences can make the house slower, and cannot shut it.
"""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    Known = Callable[[WSGIEnvironment], object | None]

SHORT_BYTES = 64 * 1024
MOST = 16  # of the 32 threads of a process


class KnownBodies:
    """WSGI middleware in front of SlowBodies, which has nothing left to do for what is read here.

    `known` says who is asking, None for whoever is a stranger or cannot be told at once; it never raises.
    """

    def __init__(self, app: "WSGIApplication", known: "Known"):
        self._app, self._known = app, known
        self._reading: dict[object, object] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        said = environ.get("CONTENT_LENGTH") or ""
        is_short = said.isdecimal() and 0 < int(said) <= SHORT_BYTES and "HTTP_TRANSFER_ENCODING" not in environ
        if is_short and environ["REQUEST_METHOD"] == "POST" and (who := self._known(environ)) is not None:
            self._read(environ, who, int(said))
        return self._app(environ, start_response)

    def _read(self, environ: "WSGIEnvironment", who: object, size: int) -> None:
        """Not while he reads another, nor while MOST others do."""
        mine = object()
        if len(self._reading) >= MOST or self._reading.setdefault(who, mine) is not mine:
            return
        try:
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(size))
        finally:
            del self._reading[who]
