"""`make bench`: each figure and its limit, measured in turns in one run. Goals and findings are in docs/speed.md."""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from statistics import median

import clock
from bench import checks, cpu, notices, requests, world
from bench.client import Rush, rush
from bench.scale import (
    CLIENTS,
    GROWTH_CLIENTS,
    GROWTH_ROUNDS,
    NOTICES,
    OLD_BOOKINGS,
    PROCESSES,
    ROUNDS,
    SECONDS,
    THREADS,
)
from bench.servers import Ground, ground

BOOKINGS = "/api/v1/bookings"
GOALS = {
    "full_vs_empty": 2.5,
    "slots_vs_empty": 2.8,
    "days_vs_empty": 2.4,
    "booking_vs_empty": 0.18,
    "booking_vs_lock": 3.5,
    "full_vs_lock": 20,
    "booking_vs_fair": 10,
    "growth": 1.1,
    "notice_vs_booking": 2,
}
AT_MOST = {"growth", "notice_vs_booking"}


@dataclass
class Figures:
    """Answers a second, median milliseconds and milliseconds of CPU, by name and round; `booked` counts the 201."""

    rates: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    booked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, name: str, found: Rush, expected: int, where: str = "") -> None:
        checks.only(name, found, expected)
        self.rates[name].append(found.rate)
        self.times[name].append(found.milliseconds)
        self.booked[where] += found.statuses[201]

    def over(self, name: str, limit: str) -> float:
        """The median of the rounds' ratios: each round's noise is in both."""
        pairs = zip(self.rates[name], self.rates[limit], strict=True)
        return median(one / other for one, other in pairs)


def main() -> None:
    begun = time.monotonic()
    with ground() as here:
        figures, days = Figures(), []
        young, old = here.postgres.fresh(), here.postgres.fresh()
        say(f"Laying the ground: two databases, one with {OLD_BOOKINGS:,} old bookings …")
        now = clock.now()
        days = world.furnish(old, here.keyring, now)
        world.grow_old(old, now)
        world.furnish(young, here.keyring, now)
        for url in (old, young):
            world.settle_down(url)
        service = here.serve("app:create_app", DATABASE_URL=young)
        growth(here, figures, service, old, days)
        compare(here, figures, service, days)
        tell(here, figures)
        checks.no_booking_lost_or_doubled(young, figures.booked["young"])
        checks.no_booking_lost_or_doubled(old, figures.booked["old"])
    report(figures)
    say(f"{time.monotonic() - begun:.0f} s in all")


def growth(here: Ground, figures: Figures, young_port: int, old: str, days: list[date]) -> None:
    """The same bookings on the young database and on the old, in turns and at moderate concurrency."""
    say(f"Growth: {GROWTH_ROUNDS} rounds with {GROWTH_CLIENTS} clients …")
    seats_redis = here.settings["REDIS_URL"].replace("db=0", "db=1")
    old_port = here.serve("app:create_app", DATABASE_URL=old, REDIS_URL=seats_redis, SEATS_REDIS_URL=seats_redis)
    share = len(requests.growing()) // GROWTH_ROUNDS
    for turn in range(GROWTH_ROUNDS):
        lawyers = requests.growing()[turn * share : (turn + 1) * share]
        for name, port in (("young", young_port), ("old", old_port)):
            warm(port, lawyers, days)
            sent = requests.bookings(lawyers, days, turn, BOOKINGS)
            figures.note(f"growth_{name}", rush(port, sent, GROWTH_CLIENTS, SECONDS), 201, name)


def compare(here: Ground, figures: Figures, service: int, days: list[date]) -> None:
    say(f"{ROUNDS} rounds of {SECONDS} s each, {CLIENTS} clients …")
    theirs, fair_ones = here.postgres.fresh(), here.postgres.fresh()
    world.peers(theirs, days)
    world.furnish(fair_ones, here.keyring, clock.now())
    world.settle_down(fair_ones)
    empty, peers, fair = (
        here.serve("bench.empty:create_app"),
        here.serve("bench.peers:create_app", DATABASE_URL=theirs),
        here.serve("bench.fair:create_app", DATABASE_URL=fair_ones),
    )
    askers, full = requests.asking(), requests.full(days, BOOKINGS)
    peers_full = requests.full(days, "/bookings")
    warm(service, askers, days)
    for turn in range(ROUNDS):
        figures.note("empty", run(empty, forever([requests.EMPTY])), 200)
        figures.note("slots", run(service, forever(requests.slots(askers, days))), 200)
        figures.note("days", run(service, forever(requests.days(askers))), 200)
        figures.note("full", run(service, full), 409)
        figures.note("full_lock", run(peers, peers_full), 409)
        warm(service, requests.booking(), days)
        ours = requests.bookings(requests.booking(), days, turn, BOOKINGS)
        used = cpu.seconds()
        figures.note("booking", found := run(service, ours), 201, "young")
        figures.cpu["booking"].append((cpu.seconds() - used) * 1000 / found.statuses[201])
        figures.note("lock", run(peers, requests.bookings(requests.booking(), days, turn, "/bookings")), 201, "peers")
        figures.note("fair", run(fair, requests.bookings(requests.booking(), days, turn, BOOKINGS)), 201, "fair")
    checks.no_booking_lost_or_doubled(fair_ones, figures.booked["fair"])
    checks.peers_did_not_oversell(theirs, figures.booked["peers"])


def tell(here: Ground, figures: Figures) -> None:
    say(f"{ROUNDS} rushes of {NOTICES} notices …")
    for one in notices.carried(here):
        figures.cpu["notice"].append(one.milliseconds)
        figures.rates["notice"].append(one.rate)


def run(port: int, sent: Iterable[bytes]) -> Rush:
    return rush(port, sent, CLIENTS, SECONDS)


def warm(port: int, lawyers: range, days: list[date]) -> None:
    """A lawyer looks at the slots before booking one; who he is has been asked by then."""
    checks.only("looking", rush(port, requests.slots(lawyers, days), CLIENTS), 200)


def forever(some: list[bytes]) -> Iterable[bytes]:
    while True:
        yield from some


def report(figures: Figures) -> None:
    say(f"\n{'medians':16}{'a second':>10}{'ms':>9}   granian, {PROCESSES} processes of {THREADS} threads")
    for name, rates in figures.rates.items():
        times = figures.times[name]
        say(f"{name:16}{median(rates):10.0f}" + (f"{median(times):9.1f}" if times else ""))
    say("".join(f"\n{name:16}{median(spent):10.2f} ms of CPU" for name, spent in figures.cpu.items()) + "\n")
    ratios = {f"{a}_vs_{b}": figures.over(a, c) for a, b, c in (
        ("full", "empty", "empty"), ("slots", "empty", "empty"), ("days", "empty", "empty"),
        ("booking", "empty", "empty"),
        ("booking", "lock", "lock"), ("booking", "fair", "fair"), ("full", "lock", "full_lock"))}  # fmt: skip
    pairs = zip(figures.times["growth_old"], figures.times["growth_young"], strict=True)
    ratios["growth"] = median(old / young for old, young in pairs)
    ratios["notice_vs_booking"] = median(figures.cpu["notice"]) / median(figures.cpu["booking"])
    for name, value in ratios.items():
        missed = value > GOALS[name] if name in AT_MOST else value < GOALS[name]
        say(f"ratio {name} {value:.3g}")
        if missed:
            print(f"  {name} misses its goal of {GOALS[name]}", file=sys.stderr)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    try:
        main()
    except checks.Wrong as wrong:
        sys.exit(f"The figures are worth nothing: {wrong}")
