"""How a stand-in is served: in a thread for tests, in the foreground for a supervisor, on 127.0.0.1 only."""

import select
import signal
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Says nothing: a query carries secrets and phone numbers."""


@contextmanager
def listening(app: Flask, port: int = 0) -> Generator[str, None, None]:
    """Serves `app` from a thread while the block lasts; yields its URL. Port 0 takes a free one."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until_told_to_stop() -> None:
    """Blocks the main thread until SIGTERM or SIGINT."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    told.wait()


def dropped() -> Response:
    """Hangs up without a word."""
    return _line(threading.Event(), drop_at_once=True)


def silent(stopped: threading.Event) -> Response:
    """Neither answers nor hangs up, until the caller does or the stand-in stops."""
    return _line(stopped, drop_at_once=False)


def _line(stopped: threading.Event, drop_at_once: bool) -> Response:
    line: socket.socket = request.environ["werkzeug.socket"]

    def nothing() -> Iterator[bytes]:
        while not drop_at_once and not _hung_up(line) and not stopped.wait(0.05):
            pass
        # Shut before the first byte, so that not even a status line goes out.
        _shut(line)
        yield b""

    return Response(nothing())


def _hung_up(line: socket.socket) -> bool:
    try:
        readable, _, _ = select.select([line], [], [], 0)
        return bool(readable) and line.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


def _shut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
