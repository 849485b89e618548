"""Nobody holds a thread by sending half a body [DESIGN 19]: a body is read whole before anyone acts on the request, and
whoever is too slow with it is sent away.

granian waits for a body on the thread that will answer, for as long as the other side likes, and knows no time-out for
it. So another thread reads, and the one that answers waits only as long as it wants to. A reverse proxy that buffers
stands in front of this; the service does not lean on there being one.
"""

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from io import BytesIO
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from werkzeug.exceptions import ClientDisconnected

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WHOLE_BYTES = 1024 * 1024  # up to this it is read first; what is longer, a roll, is read by who may send one
PIECE_BYTES = 64 * 1024
PATIENCE_S = 10.0  # for a short body in all, and for each piece of a long one
FEW = 3  # slow ones at once: threads enough are left
HASTE_S = 0.5  # who takes longer is slow; the patience when more than FEW are
HEAD_FIRST_S = 0.01  # in which the head of a 408 goes; when the octet lacks, what has not gone yet is dropped


class Input(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Late(ClientDisconnected):
    """The body, or its next piece, did not come in time. Whatever is made of this, the answer is 408."""

    code = 408


class SlowBodies:
    """WSGI middleware, outermost: what it says to the late must reach the server as it is."""

    def __init__(self, app: "WSGIApplication"):
        self._app, self._readers = app, Readers()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            return self._answer(environ, start_response)
        except Late:
            # An octet is promised and does not come: after that the server can only shut the connection.
            headers = [("Content-Length", "1"), ("Connection", "close")]
            start_response("408 REQUEST TIMEOUT", headers, sys.exc_info())
            return _nothing()

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        said, body = environ.get("CONTENT_LENGTH") or "", environ["wsgi.input"]
        if said in ("", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            return self._app(environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD":  # such a body means nothing, and no answer to it promises octets
            environ["wsgi.input"] = BytesIO()
        elif said.isdecimal() and int(said) <= WHOLE_BYTES:
            environ["wsgi.input"] = BytesIO(self._whole(body, int(said)))
        else:
            return self._in_pieces(LongBody(body, self._readers), environ, start_response)
        return self._app(environ, start_response)

    def _whole(self, body: "Input", size: int) -> bytes:
        came = (
            body.read(size) if isinstance(body, BytesIO) else self._readers.read(body, size)
        )  # of the known it is read
        if len(came) < size:  # the other side has gone: nobody acts on a part of what was meant
            raise Late()
        return came

    def _in_pieces(
        self, body: "LongBody", environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        environ["wsgi.input"] = body
        answer = self._app(environ, start_response)
        if body.late:
            if hasattr(answer, "close"):
                answer.close()
            raise body.late
        return answer


def _nothing() -> Iterator[bytes]:
    """No list: of one granian would know the length, and correct what was promised."""
    time.sleep(HEAD_FIRST_S)
    yield from ()


class LongBody:
    """Read in pieces, so that it may take its time as long as it goes on."""

    def __init__(self, body: Input, readers: "Readers"):
        self._body, self._readers = body, readers
        self.late: Late | None = None

    def read(self, size: int = -1, /) -> bytes:
        """Raises Late."""
        pieces, left = [], size
        while left and (piece := self._piece(PIECE_BYTES if left < 0 else min(left, PIECE_BYTES))):
            pieces.append(piece)
            left -= len(piece) if left > 0 else 0
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        try:
            if self.late is None:
                return self._readers.read(self._body, size)
        except Late as late:
            self.late = late
        raise self.late


class Readers:
    """Threads that read for those that answer. As many stay as have ever been needed at once; who waits for a slow
    body is not used again, and ends with its connection."""

    def __init__(self) -> None:
        self._idle: list[_Reader] = []
        self._slow: set[_Reader] = set()
        self._lock = threading.Lock()

    def __del__(self) -> None:
        for reader in self._idle:
            reader.asked.put(None)

    def read(self, body: Input, size: int) -> bytes:
        """Raises Late."""
        try:
            reader = self._idle.pop()
        except IndexError:
            reader = _Reader()
        reader.asked.put((body, size))
        try:
            came = reader.came.get(timeout=HASTE_S)
        except Empty:
            came = self._slowly(reader)
        else:
            self._idle.append(reader)
        if came is None:
            raise Late()
        return came

    def _slowly(self, reader: "_Reader") -> bytes | None:
        """What came in the rest of the patience, which ends at once for all when there are more than a few."""
        with self._lock:
            self._slow.add(reader)
            if len(self._slow) > FEW:
                while self._slow:
                    self._slow.pop().came.put(None)
        try:
            return reader.came.get(timeout=PATIENCE_S - HASTE_S)
        except Empty:
            return None
        finally:
            with self._lock:
                self._slow.discard(reader)
            reader.asked.put(None)


class _Reader:
    """One thread. It keeps nothing of what it has read: a body that somebody holds keeps the connection open."""

    def __init__(self) -> None:
        self.asked: SimpleQueue[tuple[Input, int] | None] = SimpleQueue()
        self.came: SimpleQueue[bytes | None] = SimpleQueue()
        threading.Thread(target=self._run, name="body-reader", daemon=True).start()

    def _run(self) -> None:
        while self._one():
            pass

    def _one(self) -> bool:
        asked = self.asked.get()
        if asked:
            body, size = asked
            self.came.put(body.read(size))
        return asked is not None
