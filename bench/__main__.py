"""`make bench`: each figure and its limit, measured in turns in one run. Goals and findings are in docs/speed.md."""

import os
import sys
import time
from collections.abc import Iterable
from datetime import date, datetime

import clock
from bench import checks, cpu, morning, notices, requests, world
from bench.client import Rush, rush
from bench.figures import Figures, report, say
from bench.scale import (
    CLIENTS,
    GROWTH_CLIENTS,
    GROWTH_ROUNDS,
    NOTICES,
    OLD_BOOKINGS,
    PEERS_THREADS,
    ROUNDS,
    SECONDS,
)
from bench.servers import Ground, ground

BOOKINGS = "/api/v1/bookings"


def main() -> None:
    """Three databases: one without a past, one with OLD_BOOKINGS as they are after some hours, one filled just now."""
    begun = time.monotonic()
    with ground() as here:
        figures, now = Figures(), clock.now()
        urls = {name: here.postgres.fresh() for name in ("young", "old", "filled")}
        say(f"Laying the ground: databases without and with {OLD_BOOKINGS:,} old bookings …")
        for name, url in urls.items():
            days = world.furnish(url, here.keyring, now)
            if name != "young":
                world.grow_old(url, now)
            if name != "filled":
                world.settle_down(url)
        ports = {name: serve(here, url, number) for number, (name, url) in enumerate(urls.items())}
        growth(figures, ports, days)
        here.end(ports["old"])
        here.end(ports["filled"])
        compare(here, figures, ports["young"], days)
        tell(here, figures)
        for name, url in urls.items():
            checks.no_booking_lost_or_doubled(url, figures.booked[name])
        open_a_day(here, figures, now)
    report(figures)
    say(f"{time.monotonic() - begun:.0f} s in all")


def serve(here: Ground, url: str, number: int) -> int:
    """The service on this database, with a Redis database of its own."""
    redis = here.settings["REDIS_URL"].replace("db=0", f"db={number}")
    return here.serve("app:create_app", DATABASE_URL=url, REDIS_URL=redis, SEATS_REDIS_URL=redis)


def growth(figures: Figures, ports: dict[str, int], days: list[date]) -> None:
    """The same bookings on each database, in turns and at moderate concurrency."""
    say(f"Growth: {GROWTH_ROUNDS} rounds with {GROWTH_CLIENTS} clients …")
    share = len(requests.growing()) // GROWTH_ROUNDS
    for turn in range(GROWTH_ROUNDS):
        lawyers = requests.growing()[turn * share : (turn + 1) * share]
        for name, port in ports.items():
            warm(port, lawyers, days)
            sent = requests.bookings(lawyers, days, turn, BOOKINGS)
            figures.note(f"growth_{name}", rush(port, sent, GROWTH_CLIENTS, SECONDS), 201, name)


def compare(here: Ground, figures: Figures, service: int, days: list[date]) -> None:
    say(f"{ROUNDS} rounds of {SECONDS} s each, {CLIENTS} clients …")
    theirs, fair_ones = here.postgres.fresh(), here.postgres.fresh()
    world.peers(theirs, days)
    world.furnish(fair_ones, here.keyring, clock.now())
    world.settle_down(fair_ones)
    askers, full, peers_full = requests.asking(), requests.full(days, BOOKINGS), requests.full(days, "/bookings")
    empty = better(here, "bench.empty:create_app", forever([requests.EMPTY]))
    peers = better(here, "bench.peers:create_app", peers_full, DATABASE_URL=theirs)
    fair = better(here, "bench.fair:create_app", full, DATABASE_URL=fair_ones)
    warm(service, askers, days)
    for turn in range(ROUNDS):
        figures.note("empty", run(empty, forever([requests.EMPTY])), 200)
        figures.note("slots", run(service, forever(requests.slots(askers, days))), 200)
        figures.note("days", run(service, forever(requests.days(askers))), 200)
        figures.note("full", run(service, full), 409)
        figures.note("full_lock", run(peers, peers_full), 409)
        warm(service, requests.booking(), days)
        ours = requests.bookings(requests.booking(), days, turn, BOOKINGS)
        used = cpu.by_what()
        figures.note("booking", found := run(service, ours), 201, "young")
        figures.used("booking", used, cpu.by_what(), found.statuses[201])
        figures.note("lock", run(peers, requests.bookings(requests.booking(), days, turn, "/bookings")), 201, "peers")
        figures.note("fair", run(fair, requests.bookings(requests.booking(), days, turn, BOOKINGS)), 201, "fair")
    here.end(peers)
    here.end(fair)
    checks.no_booking_lost_or_doubled(fair_ones, figures.booked["fair"])
    checks.peers_did_not_oversell(theirs, figures.booked["peers"])


def better(here: Ground, app: str, sent: Iterable[bytes], **settings: str) -> int:
    """The port of whichever number of threads answers more."""
    ports = [here.serve(app, threads, **settings) for threads in PEERS_THREADS]
    found = max(ports, key=lambda port: run(port, sent).rate)
    for port in ports:
        if port != found:
            here.end(port)
    return found


def open_a_day(here: Ground, figures: Figures, now: datetime) -> None:
    """On a database that was filled just now, as on the first day."""
    say("A morning …")
    url = here.postgres.fresh()
    days = world.furnish(url, here.keyring, now)
    morning.few_seats(url, days)
    figures.morning = morning.opened(serve(here, url, 3), days)


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


if __name__ == "__main__":
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    try:
        main()
    except checks.Wrong as wrong:
        sys.exit(f"The figures are worth nothing: {wrong}")
