"""What people feel: a day opens at eight, and so long it takes until everybody has an answer.

2,000 lawyers at 80 slots of 12 seats. Each looks at the days and the slots and asks for a seat; 960 get one, the others
are told that it is full and look once more. All at once, over 200 connections.
"""

import datetime
import time
from collections import Counter
from dataclasses import dataclass

import psycopg

from bench import checks, requests
from bench.client import rush
from bench.scale import CENTRES, CLIENTS, DAYS, STARTS
from booking.slots import slot_id
from clock import at

LAWYERS, SEATS = 2000, 12
_SLOTS = len(CENTRES) // 2 * DAYS * len(STARTS)
_FEWER = "UPDATE slot SET seats = %s WHERE centre_id = ANY(%s) AND taken = 0 AND date = ANY(%s)"


@dataclass(frozen=True)
class Morning:
    """Seconds until all have an answer, and of the bookings asked for the slowest answers, in milliseconds."""

    seconds: float
    p99: float
    worst: float


def few_seats(url: str, days: list[datetime.date]) -> None:
    """Half of the centres have as many seats as a centre has."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_FEWER, (SEATS, list(CENTRES[::2]), days))


def opened(port: int, days: list[datetime.date]) -> Morning:
    """On a database that nobody has booked in. Raises Wrong unless as many have booked as there are seats."""
    lawyers = range(LAWYERS)
    wanted = [requests.booking_of(n, _slot(n, days), f"morning-{n}") for n in lawyers]
    begun = time.perf_counter()
    checks.only("days", rush(port, requests.days(lawyers), CLIENTS), 200)
    checks.only("slots", rush(port, requests.slots(lawyers, days), CLIENTS), 200)
    asked = rush(port, wanted, CLIENTS)
    if asked.statuses != Counter({201: _SLOTS * SEATS, 409: LAWYERS - _SLOTS * SEATS}):
        raise checks.Wrong(f"a morning: {dict(asked.statuses)}")
    checks.only("slots", rush(port, requests.slots(range(LAWYERS - _SLOTS * SEATS), days), CLIENTS), 200)
    return Morning(time.perf_counter() - begun, asked.p99, asked.worst)


def _slot(lawyer: int, days: list[datetime.date]) -> str:
    """Each of the slots is wanted by as many."""
    rest, start = divmod(lawyer % _SLOTS, len(STARTS))
    centre, day = divmod(rest, DAYS)
    hour, minute = map(int, STARTS[start].split(":"))
    moment = at(days[day], datetime.time(hour, minute))
    return slot_id(CENTRES[::2][centre], moment)
