"""The word that wakes the relay: given to `database.after_commit` by whoever leaves it something to carry.

A lost word costs a second: the relay looks by itself that often.
"""

from collections.abc import Callable

WORD = "huijian:wake"

_wired: list[Callable[[], object]] = []


def connect(publish: Callable[[], object]) -> None:
    """`publish` says WORD where this process's relay listens; it never raises."""
    _wired[:] = [publish]


def relay() -> None:
    """Nothing is said where nothing is connected, as in a command that only reads."""
    for publish in _wired:
        publish()
