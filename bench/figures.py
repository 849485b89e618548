"""What came out of a run, and how it is told."""

import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from bench import checks
from bench.client import Rush
from bench.morning import LAWYERS, Morning
from bench.scale import PROCESSES, THREADS

GOALS = {
    "full_vs_empty": 2.5,
    "slots_vs_empty": 2.8,
    "days_vs_empty": 2.4,
    "booking_vs_empty": 0.18,
    "booking_vs_lock": 3.5,
    "full_vs_lock": 20,
    "booking_vs_fair": 10,
    "growth": 1.1,
    "growth_filled": 1.1,
    "notice_vs_booking": 2,
}
AT_MOST = {"growth", "growth_filled", "notice_vs_booking"}


@dataclass
class Figures:
    """Answers a second, median milliseconds and milliseconds of CPU, by name and round; `booked` counts the 201."""

    rates: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    booked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    slowest: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    morning: Morning | None = None

    def note(self, name: str, found: Rush, expected: int, where: str = "") -> None:
        checks.only(name, found, expected)
        self.rates[name].append(found.rate)
        self.times[name].append(found.milliseconds)
        self.slowest[name].append((found.p99, found.worst))
        self.booked[where] += found.statuses[201]

    def used(self, name: str, before: Mapping[str, float], after: Mapping[str, float], many: int) -> None:
        """Milliseconds for each of `many`, in all and by what took them."""
        for what, seconds in after.items():
            self.cpu[f"{name}, {what}"].append((seconds - before.get(what, 0.0)) * 1000 / many)
        self.cpu[name].append((sum(after.values()) - sum(before.values())) * 1000 / many)

    def over(self, name: str, limit: str) -> float:
        """The median of the rounds' ratios: each round's noise is in both."""
        pairs = zip(self.rates[name], self.rates[limit], strict=True)
        return median(one / other for one, other in pairs)


def report(figures: Figures) -> None:
    head = f"\n{'medians':18}{'a second':>10}{'ms':>9}{'99 %':>9}{'worst':>9}"
    say(f"{head}   granian, {PROCESSES} processes of {THREADS} threads")
    for name, rates in figures.rates.items():
        times = [figures.times[name], *zip(*figures.slowest[name], strict=True)]
        say(f"{name:18}{median(rates):10.0f}" + "".join(f"{median(some):9.1f}" for some in times if some))
    say("".join(f"\n{name:18}{median(spent):10.2f} ms of CPU" for name, spent in figures.cpu.items()) + "\n")
    if found := figures.morning:
        say(f"a morning: {LAWYERS} lawyers had their answers in {found.seconds:.2f} s; "
            f"of who asked for a seat 99 % within {found.p99:.0f} ms, all within {found.worst:.0f} ms\n")  # fmt: skip
    ratios = {f"{a}_vs_{b}": figures.over(a, c) for a, b, c in (
        ("full", "empty", "empty"), ("slots", "empty", "empty"), ("days", "empty", "empty"),
        ("booking", "empty", "empty"),
        ("booking", "lock", "lock"), ("booking", "fair", "fair"), ("full", "lock", "full_lock"))}  # fmt: skip
    for name, base in (("growth", "growth_old"), ("growth_filled", "growth_filled")):
        pairs = zip(figures.times[base], figures.times["growth_young"], strict=True)
        ratios[name] = median(old / young for old, young in pairs)
    ratios["notice_vs_booking"] = median(figures.cpu["notice"]) / median(figures.cpu["booking"])
    for name, value in ratios.items():
        missed = value > GOALS[name] if name in AT_MOST else value < GOALS[name]
        say(f"ratio {name} {value:.3g}")
        if missed:
            print(f"  {name} misses its goal of {GOALS[name]}", file=sys.stderr)


def say(text: str) -> None:
    print(text, flush=True)
