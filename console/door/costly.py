"""What takes long to compute, a passphrase's hash or a QR code: one at a time in a process, and few wait for it, so that
threads and processors are left for lawyers. Who is signed in, or has been on this device, has a lane of his own, which
no stranger fills.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from console.door.counting import Busy
from outer_machine import LeftAlone, Places

# Threads: two at most are a stranger's, three an officer's.
STRANGERS, KNOWN = Places(1, 1), Places(1, 2)


@contextmanager
def lane(known: bool) -> Iterator[None]:
    """Raises Busy."""
    places = KNOWN if known else STRANGERS
    try:
        with places.one():
            yield
    except LeftAlone:
        raise Busy("现在登录的人太多，请过几秒再试；这一次不计入尝试次数") from None
