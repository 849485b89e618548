"""Nobody holds a thread by sending half a body [DESIGN 19]: a body is read whole before anyone acts on the request, and
whoever is too slow with it is sent away.

granian waits for a body on the thread that will answer, for as long as the other side likes, and knows no time-out for
it. So another thread reads, and the one that answers waits only as long as it wants to. A reverse proxy that buffers
stands in front of this; the service does not lean on there being one.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from werkzeug.exceptions import ClientDisconnected

from networks import network_of, sender

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WHOLE_BYTES = 1024 * 1024  # up to this it is read first; what is longer, a roll, is read by who may send one
PIECE_BYTES = 64 * 1024
PATIENCE_S = 10.0  # for a short body in all, and for each piece of a long one
FEW = 3  # slow ones at once of one address
MOST = 12  # of all addresses: threads enough are left
HASTE_S = 0.5  # who takes longer is slow; the patience when more than FEW or MOST are
HEAD_FIRST_S = 0.01  # in which the head of a 408 goes; when the octet lacks, what has not gone yet is dropped


class Input(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Late(ClientDisconnected):
    """The body, or its next piece, did not come in time. Whatever is made of this, the answer is 408."""

    code = 408


class SlowBodies:
    """WSGI middleware, outermost: what it says to the late must reach the server as it is."""

    def __init__(self, app: "WSGIApplication", hops: int = 0):
        """`hops`: so many proxies stand in front, each of which says whom it passes on."""
        self._app, self._readers, self._hops = app, Readers(), hops

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            return self._answer(environ, start_response)
        except Late:
            # An octet is promised and does not come: after that the server can only shut the connection.
            headers = [("Content-Length", "1"), ("Connection", "close")]
            start_response("408 REQUEST TIMEOUT", headers, sys.exc_info())
            return _nothing()

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        said = environ.get("CONTENT_LENGTH") or ""
        if said in ("", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            return self._app(environ, start_response)
        body = environ["wsgi.input"]
        read = partial(self._readers.read, body, network_of(sender(environ, self._hops)))
        if environ["REQUEST_METHOD"] == "HEAD":  # such a body means nothing, and no answer to it promises octets
            environ["wsgi.input"] = BytesIO()
        elif said.isdecimal() and int(said) <= WHOLE_BYTES:
            environ["wsgi.input"] = self._whole(body, read, int(said))
        else:
            return self._in_pieces(LongBody(read), environ, start_response)
        return self._app(environ, start_response)

    def _whole(self, body: "Input", read: Callable[[int], bytes], size: int) -> BytesIO:
        came = body.read(size) if isinstance(body, BytesIO) else read(size)  # of the known it is read
        if len(came) < size:  # the other side has gone: nobody acts on a part of what was meant
            raise Late()
        return BytesIO(came)

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

    def __init__(self, read: Callable[[int], bytes]):
        self._read = read
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
                return self._read(size)
        except Late as late:
            self.late = late
        raise self.late


class Readers:
    """Threads that read for those that answer. As many stay as have ever been needed at once; who waits for a slow
    body is not used again, and ends with its connection."""

    def __init__(self) -> None:
        self._idle: list[_Reader] = []
        self._slow: dict[_Reader, str] = {}  # by network; who waits longest stands first
        self._lock = threading.Lock()

    def __del__(self) -> None:
        for reader in self._idle:
            reader.asked.put(None)

    def read(self, body: Input, network: str, size: int) -> bytes:
        """Raises Late."""
        try:
            reader = self._idle.pop()
        except IndexError:
            reader = _Reader()
        reader.asked.put((body, size))
        try:
            came = reader.came.get(timeout=HASTE_S)
        except Empty:
            came = self._slowly(reader, network)
        else:
            self._idle.append(reader)
        if came is None:
            raise Late()
        return came

    def _slowly(self, reader: "_Reader", network: str) -> bytes | None:
        """What came in the rest of the patience, which ends at once for all of a network that has too many."""
        with self._lock:
            self._slow[reader] = network
            for one in self._too_many(network):
                del self._slow[one]
                one.came.put(None)
        try:
            return reader.came.get(timeout=PATIENCE_S - HASTE_S)
        except Empty:
            return None
        finally:
            with self._lock:
                self._slow.pop(reader, None)
            reader.asked.put(None)

    def _too_many(self, network: str) -> list["_Reader"]:
        """All of this network, or where only all together are too many, of the one that has most of them: where each
        has one, of who has waited longest."""
        many = Counter(self._slow.values())
        if many[network] <= FEW:
            if many.total() <= MOST:
                return []
            network = max(many, key=lambda each: many[each])
        return [one for one, its in self._slow.items() if its == network]


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
