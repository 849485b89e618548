"""What the clients send: bytes made beforehand, so that making them costs the run nothing."""

import json
from collections.abc import Iterator
from datetime import date

from bench import people
from bench.scale import ASKERS, BOOKERS, CENTRES, DAYS, FULL_CENTRE, FULL_STARTS, GROWERS, STARTS

EMPTY = b"POST / HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def slots(lawyers: range, dates: list[date]) -> list[bytes]:
    """The slots of one day of a centre, asked for by each of the lawyers."""
    return [
        _message("GET", f"/api/v1/centres/{CENTRES[n % len(CENTRES)]}/slots?date={dates[n % DAYS]}", n) for n in lawyers
    ]


def days(lawyers: range) -> list[bytes]:
    """The days of a centre, asked for by each of the lawyers."""
    return [_message("GET", f"/api/v1/centres/{CENTRES[n % len(CENTRES)]}/days", n) for n in lawyers]


def bookings(lawyers: range, days: list[date], turn: int, path: str) -> list[bytes]:
    """One booking of each of the lawyers; in each of six turns another day or another hour."""
    return [_message("POST", path, n, _form(slot_of(n, turn, days), n), f"bench-{turn}-{n}") for n in lawyers]


def booking_of(lawyer: int, slot: str, key: str) -> bytes:
    return _message("POST", "/api/v1/bookings", lawyer, _form(slot, lawyer), key)


def full(days: list[date], path: str) -> Iterator[bytes]:
    """Without end: the askers want slots where no seat is left."""
    names = [f"{FULL_CENTRE}-{day:%Y%m%d}-{start.replace(':', '')}" for day in days for start in FULL_STARTS]
    some = [_message("POST", path, n, _form(names[n % len(names)], n), f"full-{n}") for n in asking()]
    while True:
        yield from some


def slot_of(lawyer: int, turn: int, days: list[date]) -> str:
    """Day, centre and start: all slots alike, and for one lawyer never the same time twice."""
    day = days[(turn + lawyer) % DAYS]
    start = STARTS[(lawyer // (DAYS * len(CENTRES)) + turn // DAYS) % len(STARTS)]
    return f"{people.centre_of(lawyer)}-{day:%Y%m%d}-{start.replace(':', '')}"


def booking() -> range:
    return range(BOOKERS)


def growing() -> range:
    return range(BOOKERS, BOOKERS + GROWERS)


def asking() -> range:
    return range(BOOKERS + GROWERS, BOOKERS + GROWERS + ASKERS)


def _form(slot: str, lawyer: int) -> bytes:
    detainee = {"name": people.detainee_name(lawyer), "id_no": people.id_no(lawyer)}
    form = {"slot_id": slot, "minutes": 60, "detainee": detainee, "mandate": "entrusted", "stage": "trial"}
    return json.dumps(form, ensure_ascii=False).encode()


def _message(method: str, path: str, lawyer: int, body: bytes = b"", key: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {people.token(lawyer)}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {key}\r\n"
    return head.encode() + b"\r\n" + body
