"""Being told to stop: Ctrl-C, a kind signal, or the terminal gone."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ToldToStop(BaseException):
    """Not an error, so that nothing on the way up mistakes it for one."""


@contextmanager
def listening_for_stop() -> Iterator[None]:
    """Raises ToldToStop at the first signal wherever the work stands; a second cannot disturb the ending."""

    def told(number: int, frame: FrameType | None) -> None:
        for one in STOPS:
            signal.signal(one, signal.SIG_IGN)
        raise ToldToStop

    for one in STOPS:
        signal.signal(one, told)
    yield
