"""Many clients in one thread: each sends, waits for its answer, sends the next, on a connection kept alive.

Raw sockets, since the clients share the machine with what they measure: about 25 µs a request.
"""

import gc
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median

PATIENCE_SECONDS = 20.0
_LENGTH = b"content-length: "


class Broken(Exception):
    """A server hung up, or answered what is no answer."""


@dataclass
class Rush:
    """What came of it. `rate` counts answers a second while requests were sent; `times` are theirs, in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    samples: dict[int, bytes] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    @property
    def milliseconds(self) -> float:
        """The median."""
        return median(self.times) * 1000

    @property
    def p99(self) -> float:
        """Milliseconds within which 99 of 100 were answered."""
        return sorted(self.times)[len(self.times) * 99 // 100] * 1000

    @property
    def worst(self) -> float:
        return max(self.times) * 1000

    def note(self, status: int, answer: bytes) -> None:
        self.statuses[status] += 1
        if status not in self.samples:
            self.samples[status] = answer


class _Line:
    """One client's connection and what has come of the answer so far."""

    __slots__ = ("answer", "sent", "socket", "wanted")

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.wanted = 0
        self.sent = 0.0

    def ask(self, request: bytes) -> None:
        self.answer, self.wanted, self.sent = b"", 0, time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bool:
        """True once the answer is whole."""
        piece = self.socket.recv(65536)
        if not piece:
            raise Broken(f"the server hung up after {self.answer[:200]!r}")
        self.answer += piece
        if not self.wanted:
            self.wanted = _whole_length(self.answer)
        return 0 < self.wanted <= len(self.answer)


def rush(port: int, requests: Iterable[bytes], clients: int, seconds: float = float("inf")) -> Rush:
    """Send `requests` from `clients` at once, until they or the seconds are used up; every answer is waited for."""
    lines = [_Line(port) for _ in range(clients)]
    gc.collect()
    gc.disable()
    try:
        return _drive(lines, iter(requests), seconds)
    finally:
        gc.enable()
        for line in lines:
            line.socket.close()


def _drive(lines: list[_Line], requests: Iterator[bytes], seconds: float) -> Rush:
    found, begun = Rush(), time.perf_counter()
    until = begun + seconds
    with selectors.DefaultSelector() as selector:
        waiting = 0
        for line, request in zip(lines, requests, strict=False):
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.ask(request)
            waiting += 1
        while waiting:
            ready = selector.select(PATIENCE_SECONDS)
            if not ready:
                raise Broken(f"no answer within {PATIENCE_SECONDS} s; so far {dict(found.statuses)}")
            for key, _ in ready:
                line = key.data
                if line.read():
                    waiting -= not _go_on(line, requests, found, until)
    found.seconds = found.seconds or time.perf_counter() - begun
    found.seconds = min(found.seconds, seconds)
    return found


def _go_on(line: _Line, requests: Iterator[bytes], found: Rush, until: float) -> bool:
    """Note the answer and send the next request. False when there is none to send."""
    now = time.perf_counter()
    found.note(int(line.answer[9:12]), line.answer)
    if now >= until:
        return False
    found.times.append(now - line.sent)
    request = next(requests, None)
    if request is not None:
        line.ask(request)
    return request is not None


def _whole_length(answer: bytes) -> int:
    """Bytes of the whole answer, 0 while its head is not all there."""
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return 0
    at = answer.find(_LENGTH, 0, head)
    if at < 0:
        raise Broken(f"no content-length in {answer[:head]!r}")
    return head + 4 + int(answer[at + len(_LENGTH) : answer.find(b"\r", at)])
