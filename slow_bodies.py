"""Nobody holds a thread by sending half a body [DESIGN 19]: a body is read whole before anyone acts on the request, and
whoever stops in the middle is hung up on.

granian waits for a body on the thread that will answer, for as long as the other side likes, and knows no time-out for
it. A reverse proxy that buffers stands in front of this; the service does not lean on there being one. Linux alone says
how long a connection has been silent; elsewhere, where nobody serves the public, nobody is hung up on.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from io import BytesIO
from os import dup, listdir, readlink
from os.path import isdir
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WHOLE_BYTES = 1024 * 1024  # up to this it is read first; what is longer, a roll, is read by who may send one
PIECE_BYTES = 64 * 1024
PATIENCE_S = 10.0  # for a short body, and for each piece of a long one
FEW = 3  # waiting at once: threads enough are left
HASTE_S = 0.5  # the patience when more than FEW wait
LOOK_EVERY_S = 0.1
AGAIN_S = 1.5  # in which a thread comes back; else another connection was hung up on than the one it waits for
_FDS = "/proc/self/fd"
_TCP_INFO = struct.Struct("=44xI4xI64xQ")  # milliseconds since data went, since data came; octets acknowledged


class Input(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class SlowBodies:
    """WSGI middleware, outermost: it must see the address that the connection has."""

    def __init__(self, app: "WSGIApplication"):
        self._app, self._waiting = app, Waiting()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        said = environ.get("CONTENT_LENGTH") or ""
        if said not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ:
            body, address = environ["wsgi.input"], environ.get("REMOTE_ADDR") or ""
            if said.isdecimal() and int(said) <= WHOLE_BYTES:
                with self._waiting.one(address):
                    environ["wsgi.input"] = BytesIO(body.read(int(said)))
            else:
                environ["wsgi.input"] = Watched(body, self._waiting, address)
        return self._app(environ, start_response)


class Watched:
    """A body, and everybody who waits for it is known."""

    def __init__(self, body: Input, waiting: "Waiting", address: str):
        self._body, self._waiting, self._address = body, waiting, address

    def read(self, size: int = -1, /) -> bytes:
        """A piece of at most PIECE_BYTES at a time, so that a long one may take its time as long as it goes on."""
        pieces, left = [], size
        while left and (piece := self._piece(PIECE_BYTES if left < 0 else min(left, PIECE_BYTES))):
            pieces.append(piece)
            left -= len(piece) if left > 0 else 0
        return b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        with self._waiting.one(self._address):
            return self._body.read(size)


class Waiting:
    """Who waits for a body, since when and from where; a thread of its own, made with the first, looks after them."""

    def __init__(self) -> None:
        self._waits: dict[int, _Wait] = {}
        self._lock = threading.Lock()
        self._guard: threading.Thread | None = None

    def one(self, address: str) -> "_Wait":
        if self._guard is None and isdir(_FDS):
            self._start()
        return _Wait(self._waits, address, time.monotonic())

    def _start(self) -> None:
        with self._lock:
            if self._guard is None:
                self._guard = threading.Thread(target=self._watch, name="slow-bodies", daemon=True)
                self._guard.start()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_S)
            with suppress(OSError, RuntimeError):  # no descriptor left, or somebody came while they were listed: again
                for address, overdue in self.overdue(time.monotonic()).items():
                    hang_up(address, overdue)

    def overdue(self, now: float) -> dict[str, list[float]]:
        """Address → how long each has waited, of those who have for too long. They are not told again for a while:
        until they are off the line nobody else is to be hung up on for them."""
        waits = list(self._waits.values())
        patience = HASTE_S if sum(now - one.since >= HASTE_S for one in waits) > FEW else PATIENCE_S
        found: dict[str, list[float]] = {}
        for one in waits:
            if (waited := now - one.since) >= patience:
                found.setdefault(one.address, []).append(waited)
                one.since = now + AGAIN_S - HASTE_S
        return found


class _Wait:
    """One reader, from entering to leaving."""

    def __init__(self, waits: "dict[int, _Wait]", address: str, since: float):
        self._waits, self.address, self.since = waits, address, since

    def __enter__(self) -> None:
        self._waits[id(self)] = self

    def __exit__(self, *_: object) -> None:
        del self._waits[id(self)]


def hang_up(address: str, overdue: list[float]) -> int:
    """Shut as many connections from the address as wait there; answers how many.

    The server does not say which connection a request came by. It has received nothing for at least as long as somebody
    waits. Likeliest are those that were never answered, then those not answered since, the longest silent first; an
    idle one that goes with them is opened again by its owner.
    """
    silent = sorted(_silent(address, min(overdue) * 1000), key=lambda one: one[0])
    for number, (_, connection) in enumerate(silent):
        with closing(connection), suppress(OSError):
            if number < len(overdue):
                connection.shutdown(socket.SHUT_RDWR)
    return min(len(silent), len(overdue))


def _silent(address: str, least_ms: float) -> Iterator[tuple[tuple[bool, bool, int], socket.socket]]:
    ours = list(_connections())
    ports = {one.getsockname()[1] for one in ours if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)}
    for one in ours:
        with suppress(OSError):  # it has just gone, or it is the door itself
            sent, received, answered = _TCP_INFO.unpack(
                one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
            )
            here = one.getsockname()[1] in ports and one.getpeername()[0].removeprefix("::ffff:") == address
            if here and received >= least_ms:
                yield (answered > 1, sent < received, -received), one
                continue
        one.close()


def _connections() -> Iterator[socket.socket]:
    """Of this process, each by a descriptor of our own."""
    for fd in listdir(_FDS):
        with suppress(OSError):  # closed since it was listed
            if not readlink(f"{_FDS}/{fd}").startswith("socket:"):
                continue
            one = socket.socket(fileno=dup(int(fd)))
            if one.type == socket.SOCK_STREAM and one.family in (socket.AF_INET, socket.AF_INET6):
                yield one
            else:
                one.close()
