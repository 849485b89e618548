"""The demo's meeting rooms, and who was in them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from booking.lifecycle import CAME
from booking.policy import PAPERS
from models import Room, Visit
from models.states import State

MANY = {"pudong": 8, "qingpu": 4}


def rooms() -> list[dict[str, object]]:
    return [
        {"centre": centre, "name": f"{number}号会见室", "place": number}
        for centre, many in MANY.items()
        for number in range(1, many + 1)
    ]


def write(rows: list[dict[str, Any]], now: datetime) -> None:
    """A visit for every booking to which the lawyer came; of a slot nobody shares a room."""
    here = [room.id for room in Room.of_centre("pudong")]
    inside: dict[str, count[int]] = {}
    came = [row for row in rows if row["state"] in CAME]
    visits = [_visit(row, here[next(inside.setdefault(row["slot"], count())) % len(here)], now) for row in came]
    if visits:
        Visit.insert_many(visits).execute()


def _visit(row: dict[str, Any], room: int, now: datetime) -> dict[str, Any]:
    """Waiting took 15 to 30 minutes, so that there are figures to look at."""
    start, number = row["starts_at"], int.from_bytes(row["ref"].encode()[-2:])
    began, over = row["state"] in (State.MEETING, State.DONE), row["state"] == State.DONE
    started_at = min(start + timedelta(minutes=number % 6), now)
    return {
        "booking": row["ref"],
        "room": room if began else None,
        "occupies": room if began and not over else None,
        "papers": [*PAPERS[:2], "授权委托书"],
        "arrived_at": min(start - timedelta(minutes=10 + number % 16), now),
        "started_at": started_at if began else None,
        "ended_at": min(started_at + timedelta(minutes=40 + number % 25), now) if over else None,
        "who": "gate-pudong",
    }
