"""What officers ask about, beside the million of old bookings: full slots today, a review queue, names that open."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import psycopg
from psycopg import Connection

import models
from bench import people, world
from bench.scale import CENTRES, LAWYERS, OLD_BOOKINGS, SITTERS, STARTS
from booking.documents import document_key
from booking.slots import slot_id
from clock import at
from models.bookings import seal_detainee
from models.sealed import Keyring
from models.states import State

EACH_SLOT = 40  # meetings in each of today's slots: 200 a day and centre
TO_REVIEW = 300  # of each centre
KNOWN = 150  # lawyers and old bookings that are asked for
LONG_AGO = timedelta(days=500)

_STATES = (State.DONE, State.MEETING, State.ARRIVED, State.CONFIRMED, State.CONFIRMED)


class AskedFor(NamedTuple):
    """References of today's bookings and of old ones, and a day long ago."""

    today: list[str]
    old: list[str]
    day: date


def lay(url: str, keyring: Keyring, now: datetime) -> AskedFor:
    """Everything, with the old bookings. Leaves no connection open."""
    days = world.furnish(url, keyring, now)
    world.grow_old(url, now)
    dice = random.Random(0)
    asked_for = AskedFor([], [f"Z{dice.randrange(OLD_BOOKINGS):07d}" for _ in range(KNOWN)], (now - LONG_AGO).date())
    with psycopg.connect(url, autocommit=True) as connection:
        _officers(connection, now)
        _slots(connection, now)
        asked_for.today.extend(_meetings(connection, now))
        _queue(connection, days[0], now)
        _seal(connection, asked_for)
    world.settle_down(url)
    return asked_for


def _officers(connection: Connection, now: datetime) -> None:
    rows: list[tuple[object, ...]] = [
        (f"chief-{centre}", "某", "chief", centre, f"o-{centre}", "active", now) for centre in CENTRES
    ]
    rows.append(("bureau", "某", "auditor", None, "o-bureau", "active", now))
    columns = "account name role centre_id account_openid state created_at"
    world.copy(connection, "officer", columns, rows)


def _slots(connection: Connection, now: datetime) -> None:
    columns = "id centre_id date starts_at ends_at seats window_seats taken open closed_reason"
    rows = [
        (
            slot_id(centre, start),
            centre,
            start.date(),
            start,
            start + world.MEETING,
            EACH_SLOT,
            0,
            EACH_SLOT,
            True,
            "",
        )
        for centre in CENTRES
        for start in _starts(now.date())
    ]
    world.copy(connection, "slot", columns, rows)


def _meetings(connection: Connection, now: datetime) -> list[str]:
    """Today's, at every centre; answers their references."""
    places = [(centre, start) for centre in CENTRES for start in _starts(now.date())]
    rows = [
        _row(
            f"T{number:05d}{seat:02d}",
            number * EACH_SLOT + seat,
            centre,
            start,
            _STATES[number % len(STARTS)],
            now,
        )
        for number, (centre, start) in enumerate(places)
        for seat in range(EACH_SLOT)
    ]
    _book(connection, rows)
    return [str(row[0]) for row in rows]


def _queue(connection: Connection, day: date, now: datetime) -> None:
    """What waits for a decision."""
    starts = _starts(day)
    _book(connection, [
        _row(f"Q{number:02d}{n:05d}", number * TO_REVIEW + n, centre, starts[n % len(starts)], State.SUBMITTED, now)
        for number, centre in enumerate(CENTRES)
        for n in range(TO_REVIEW)
    ])  # fmt: skip


def _row(ref: str, n: int, centre: str, start: datetime, state: str, now: datetime) -> tuple[object, ...]:
    n %= LAWYERS - SITTERS
    sealed = seal_detainee(ref, {"name": people.detainee_name(n), "id_no": people.id_no(n)})
    return (ref, n + 1, centre, slot_id(centre, start), start, start + world.MEETING, 60, state, 1,
            document_key(people.id_no(n)), sealed, "entrusted", "trial", "[]", "[]", now)  # fmt: skip


def _book(connection: Connection, rows: list[tuple[object, ...]]) -> None:
    world.copy(
        connection,
        "booking",
        "ref lawyer_id centre_id slot_id starts_at ends_at minutes state active detainee_key detainee_sealed mandate stage "
        "companions findings created_at",
        rows,
    )


def _seal(connection: Connection, asked_for: AskedFor) -> None:
    """The old bookings were made without names that open: those that will be read get one."""
    read = connection.execute(
        "SELECT ref FROM booking WHERE ref LIKE 'Z%%' AND (lawyer_id <= %s OR ref = ANY(%s) OR slot_id IN "
        "(SELECT id FROM slot WHERE date = %s))",
        (KNOWN, asked_for.old, asked_for.day),
    ).fetchall()
    connection.execute("CREATE TEMPORARY TABLE named (ref text PRIMARY KEY, sealed text)")
    world.copy(connection, "named", "ref sealed", _named(ref for (ref,) in read))
    connection.execute("UPDATE booking SET detainee_sealed = sealed FROM named WHERE named.ref = booking.ref")
    models.database.close()


def _named(refs: Iterator[str]) -> Iterator[tuple[str, str]]:
    for ref in refs:
        yield ref, seal_detainee(ref, {"name": "某人"})


def _starts(day: date) -> list[datetime]:
    return [at(day, time.fromisoformat(start)) for start in STARTS]
