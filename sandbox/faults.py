"""Faults ordered from a stand-in: what goes wrong, how often, on which calls."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class BadOrder(ValueError):
    """The order names no fault of this stand-in; the text says which there are."""


@dataclass
class Fault:
    """`left` is how many calls it still strikes, None for always; `seconds` is for the faults that delay."""

    mode: str
    calls: frozenset[str]
    left: int | None
    seconds: float


class Faults:
    """A queue: of the faults that concern a call, the one ordered first strikes it."""

    def __init__(self, modes: Mapping[str, frozenset[str]]):
        """`modes`: each fault's name → the calls it strikes unless the order says `call`."""
        self._modes = modes
        self._queue: list[Fault] = []
        self._lock = threading.Lock()

    def order(self, mode: str, times: Any = 1, call: str | None = None, seconds: float = 5.0) -> None:
        """`times` is a number or "always". The mode "none" takes back everything ordered. Raises BadOrder."""
        if mode == "none":
            return self.clear()
        if mode not in self._modes:
            raise BadOrder(f"mode is one of: none, {', '.join(self._modes)}")
        if times != "always" and (type(times) is not int or times < 1):
            raise BadOrder('times is a number from 1, or "always"')
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 600:
            raise BadOrder("seconds is a number from 0 to 600")
        known = frozenset().union(*self._modes.values())
        if call is not None and call not in known:
            raise BadOrder(f"call is one of: {', '.join(sorted(known))}")
        calls = self._modes[mode] if call is None else frozenset({call})
        with self._lock:
            self._queue.append(Fault(mode, calls, None if times == "always" else times, float(seconds)))
        return None

    def strike(self, call: str) -> Fault | None:
        """The fault that strikes this call now, used up by one; None when all is well."""
        with self._lock:
            fault = next((fault for fault in self._queue if call in fault.calls), None)
            if fault and fault.left is not None:
                fault.left -= 1
                if not fault.left:
                    self._queue.remove(fault)
            return fault

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()
