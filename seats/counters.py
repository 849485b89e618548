"""The seat counters: holds taken, settled and given back by reference, in single Lua calls."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from redis.cluster import RedisCluster
from redis.exceptions import NoScriptError, RedisError

import wake
from circuit_breaker import CircuitBreaker, CircuitOpen
from pinned_redis import PinnedConnection
from seats import scripts

log = logging.getLogger(__name__)

HOLD_SECONDS = 30
TRIES_A_MINUTE = 30
KEEP_DAYS_SECONDS = 40 * 24 * 3600


class Day(NamedTuple):
    """A day of a centre: what one hash tag holds."""

    centre: str
    date: date

    def key(self, what: str) -> str:
        return _key(self.centre, self.date, what)


@lru_cache(3000)
def _key(centre: str, day: date, what: str) -> str:
    return f"seats:{{{centre}:{day.isoformat()}}}:{what}"


class Reserved(NamedTuple):
    """What the gate said; `outcome` is one of seats.scripts' HELD, KNOWN, FULL, UNLOADED, TOO_MANY."""

    outcome: int
    left: int


class Call(NamedTuple):
    """One of RESERVE or SETTLE."""

    script: str
    day: Day
    argv: list[object]

    @property
    def keys(self) -> list[str]:
        return [self.day.key(key) for key in _KEYS[self.script]]


_KEYS = {"RESERVE": ("left", "holders", "tries"), "SETTLE": ("left", "holders")}


class GateAway(Exception):
    """Redis did not answer. Bookings go on against SQL alone; nobody gives anything back on a guess."""


class SeatCounters:
    """Seats of all days on one Redis, Sentinel or Cluster. Every method may raise GateAway."""

    def __init__(self, redis: Any, breaker: CircuitBreaker | None = None):
        self._redis = redis
        self._scripts = {
            name: redis.register_script(getattr(scripts, name))
            for name in ("RESERVE", "TRY", "SETTLE", "GIVE_BACK", "LOAD", "BALANCE")
        }
        self._line = None if isinstance(redis, RedisCluster) else PinnedConnection(redis)
        self.breaker = breaker or CircuitBreaker(RedisError)

    def reserve(self, day: Day, slot: str, ref: str, lawyer: int, now: datetime) -> Reserved:
        """Hold a seat for HOLD_SECONDS, once a reference: the same reference again is KNOWN, not a second seat."""
        return self.reserve_all({day: [(slot, ref, lawyer)]}, now)[day][0]

    def reserve_all(
        self,
        wanted: Mapping[Day, Sequence[tuple[str, str, int]]],
        now: datetime,
        taken: Mapping[Day, Sequence[tuple[str, str]]] | None = None,
    ) -> dict[Day, list[Reserved]]:
        """`reserve` for each slot, reference and lawyer, in their order, after `settle` of what was taken: one trip, where
        the days live on one server."""
        calls = [Call("SETTLE", day, _settling(pairs)) for day, pairs in (taken or {}).items()]
        calls += [Call("RESERVE", day, _reserving(some, now)) for day, some in wanted.items()]
        told = self._ask(lambda: self._in_one_trip(calls))[len(taken or {}) :]
        return {day: _reserved(flat) for day, flat in zip(wanted, told, strict=True)}

    def is_tried_too_often(self, day: Day, lawyer: int, now: datetime) -> bool:
        """Count a try that asks for no seat; after TRIES_A_MINUTE of either kind it is too many."""
        argv = [lawyer, TRIES_A_MINUTE, int(now.timestamp() // 60)]
        return int(self._run("TRY", day, ("tries",), argv)) == scripts.TOO_MANY

    def settle(self, day: Day, taken: Iterable[tuple[str, str]]) -> int:
        """Make `(slot, ref)` holds lasting; wakes the relay. Answers how many had to be counted anew."""
        return int(self._run("SETTLE", day, ("left", "holders"), _settling(taken)))

    def settle_all(self, taken: Mapping[Day, Iterable[tuple[str, str]]]) -> None:
        """`settle` for many days, in one trip where they live on one server."""
        self._ask(lambda: self._in_one_trip([Call("SETTLE", day, _settling(pairs)) for day, pairs in taken.items()]))

    def give_back(self, day: Day, refs: Iterable[str], *, remember: bool = False) -> int:
        argv = [wake.WORD, "remember" if remember else "forget", *refs]
        return int(self._run("GIVE_BACK", day, ("left", "holders"), argv))

    def load(self, day: Day, seats: Mapping[str, int], holders: Iterable[tuple[str, str]]) -> int:
        """Fill in the slots that are missing; `holders` are `(slot, ref)` of active bookings. Loaded slots stay."""
        flat = [part for pair in seats.items() for part in pair]
        argv = [KEEP_DAYS_SECONDS, len(seats), *flat, *(part for pair in holders for part in pair)]
        return int(self._run("LOAD", day, ("left", "holders", "seats"), argv))

    def balance(self, day: Day, seats: Mapping[str, int]) -> int:
        """Set `left` to seats minus holders, for loaded slots; answers by how many seats it had drifted."""
        return int(self._run("BALANCE", day, ("left", "holders", "seats"), [p for pair in seats.items() for p in pair]))

    def left(self, day: Day) -> dict[str, int]:
        """Seats left by slot; a slot that is not loaded is not in it."""
        found = self._ask(lambda: self._redis.hgetall(day.key("left")))
        return {slot.decode(): int(left) for slot, left in found.items()}

    def holders(self, day: Day) -> dict[str, tuple[str, int]]:
        """`ref → (slot, expiry in ms)`; 0 is settled, -1 given back."""
        found = self._ask(lambda: self._redis.hgetall(day.key("holders")))
        pairs = ((ref.decode(), held.decode().split(" ")) for ref, held in found.items())
        return {ref: (slot, int(expiry)) for ref, (slot, expiry) in pairs}

    def wake(self) -> None:
        """Tell the relay that a notice waits. It looks by itself each second, so a lost call costs a second."""
        try:
            self._ask(lambda: self._redis.publish(wake.WORD, ""))
        except GateAway:
            log.info("the relay was not woken: the gate is away")

    def ping(self) -> bool:
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def _in_one_trip(self, calls: "Sequence[Call]") -> list[Any]:
        """It runs for every booking, so it goes the shortest way there is."""
        if self._line is None:
            return [self._scripts[one.script](keys=one.keys, args=one.argv) for one in calls]
        commands = [self._command(one) for one in calls]
        answers = self._line.ask_all(commands)
        if any(isinstance(answer, NoScriptError) for answer in answers):  # a server that was restarted
            for name in {one.script for one in calls}:
                self._redis.script_load(self._scripts[name].script)
            answers = self._line.ask_all(commands)  # each may run twice
        if problem := next((answer for answer in answers if isinstance(answer, Exception)), None):
            raise problem
        return answers

    def _command(self, one: "Call") -> tuple[object, ...]:
        return ("EVALSHA", self._scripts[one.script].sha, len(one.keys), *one.keys, *one.argv)

    def _run(self, name: str, day: Day, keys: tuple[str, ...], argv: Sequence[object]) -> Any:
        return self._ask(lambda: self._scripts[name](keys=[day.key(key) for key in keys], args=argv))

    def _ask(self, call: Callable[[], object]) -> Any:
        try:
            return self.breaker.call(call)
        except CircuitOpen as away:
            raise GateAway(str(away)) from away.__cause__


def _settling(taken: Iterable[tuple[str, str]]) -> list[object]:
    return [wake.WORD, *(part for pair in taken for part in pair)]


def _reserving(some: Iterable[tuple[str, str, int]], now: datetime) -> list[object]:
    expiry, minute = int((now.timestamp() + HOLD_SECONDS) * 1000), int(now.timestamp() // 60)
    return [expiry, TRIES_A_MINUTE, minute, *(part for one in some for part in one)]


def _reserved(flat: Sequence[int]) -> list[Reserved]:
    return [Reserved(int(outcome), int(left)) for outcome, left in zip(flat[::2], flat[1::2], strict=True)]


def undecided(holders: Mapping[str, tuple[str, int]], slot_id: str) -> bool:
    """Whether a seat of the slot is held by somebody who has not been told yes or no."""
    return any(where == slot_id and expiry > 0 for where, expiry in holders.values())
