"""Slots: what can be booked. SQL's `taken` is the truth; `CLAIM` is the last word on every seat."""

from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime

import orjson
from peewee import SQL, BooleanField, CharField, DataError, DateField, ForeignKeyField, IntegerField, fn
from psycopg.errors import DivisionByZero

from models.base import Table, database, on_postgres, rows_of
from models.centres import Centre
from models.fields import MomentField
from models.statements import Statement, together


class Slot(Table):
    """One period of one day at one centre; id `pudong-20261127-0830`.

    `seats` are the online seats, `window_seats` those kept for walk-ins; `taken` and `window_taken` count the bookings
    of either way that hold a seat. `seats` may fall below `taken` when a centre lowers it: nobody is thrown out, nobody
    comes in. What an officer set by hand (`seats_by_hand`, `window_by_hand`, and `closed_by_hand`, the reason) beats
    timetable and calendar until it is taken back.
    """

    id = CharField(40, primary_key=True)
    centre = ForeignKeyField(Centre, index=False, backref="slots", on_delete="RESTRICT")
    centre_id: str
    date = DateField()
    starts_at = MomentField()
    ends_at = MomentField()
    seats = IntegerField()
    window_seats = IntegerField()
    taken = IntegerField(default=0)
    open = BooleanField(default=True)
    closed_reason = CharField(200, default="")
    window_taken = IntegerField(default=0, constraints=[SQL("DEFAULT 0")])
    seats_by_hand = IntegerField(null=True)
    window_by_hand = IntegerField(null=True)
    closed_by_hand = CharField(200, null=True)

    class Meta:
        indexes = ((("centre", "date"), False), (("starts_at",), False))

    @classmethod
    def of_day(cls, centre: str, day: Date) -> list["Slot"]:
        return list(cls.select().where(cls.centre == centre, cls.date == day).order_by(cls.starts_at))

    @classmethod
    def between(cls, centre: str, first: Date, last: Date) -> list["Slot"]:
        where = (cls.centre == centre) & cls.date.between(first, last)
        return list(cls.select().where(where).order_by(cls.starts_at))

    @classmethod
    def sums_ahead(cls, now: datetime) -> list[tuple[str, int, int]]:
        """Centre, online seats and those taken, over all slots that have not begun."""
        sums = cls.select(cls.centre, fn.SUM(cls.seats), fn.SUM(cls.taken)).where(cls.starts_at > now)
        return [(centre, seats, taken) for centre, seats, taken in rows_of(sums.group_by(cls.centre))]


ROOM = "open AND taken + {n} <= seats"
CLAIM = "UPDATE slot SET taken = taken + {n} WHERE id = {p} AND {room}"
# All at once: locked in the order of their ids, and a division by zero where one of them has no room.
CLAIM_ALL = """WITH wanted AS MATERIALIZED (
SELECT id, n FROM (SELECT key, value::int AS n FROM jsonb_each_text({p}::jsonb) ORDER BY key) AS w
CROSS JOIN LATERAL (SELECT id FROM slot WHERE id = w.key FOR UPDATE) AS slot),
claimed AS (UPDATE slot SET taken = taken + {n} WHERE id = ANY(ARRAY(SELECT id FROM wanted)) AND {room} RETURNING 1)
SELECT 1 / ((SELECT count(*) FROM claimed) = {p}::int)::int"""
CLAIM_AT_WINDOW = (
    "UPDATE slot SET window_taken = window_taken + 1 WHERE id = {p} AND open AND window_taken < window_seats"
)
GIVE_BACK = "UPDATE slot SET {c} = CASE WHEN {c} > {n} THEN {c} - {n} ELSE 0 END WHERE id = {p}"
_COUNTED_IN = {"online": "taken", "window": "window_taken"}


def claiming(wanted: Mapping[str, int]) -> list[Statement]:
    """Statements that take seats, `wanted` of each slot, in the order of slot ids; each changes one row or none.

    A conditional update, which holds at every isolation level: no slot ever goes over its seats.
    """
    place = database.param
    return [
        Statement(CLAIM.format(p=place, n=int(many), room=ROOM.format(n=int(many))), (slot,))
        for slot, many in sorted(wanted.items())
    ]


def claiming_all(wanted: Mapping[str, int]) -> list[Statement]:
    """The same, but where one has no room it fails by itself: the COMMIT may go with it. See `short`."""
    if not on_postgres():
        return claiming(wanted)
    many = "(SELECT n FROM wanted WHERE wanted.id = slot.id)"
    sql = CLAIM_ALL.format(p=database.param, n=many, room=ROOM.format(n=many))
    return [Statement(sql, (orjson.dumps(wanted).decode(), len(wanted)))]


def short(problem: DataError) -> bool:
    """Whether it says that a slot had no room."""
    return isinstance(problem.__cause__ or problem.__context__, DivisionByZero)


def claim_at_window(slot_id: str) -> bool:
    """Take one window seat, with the last word as above: false where there is none, or the slot is closed."""
    return bool(database.execute_sql(CLAIM_AT_WINDOW.format(p=database.param), (slot_id,)).rowcount)


def give_back(slot_id: str, way: str) -> None:
    give_back_all({(slot_id, way): 1})


def give_back_all(freed: Mapping[tuple[str, str], int]) -> None:
    """So many seats of each slot and way, in the order of slot ids, as they are claimed."""
    place = database.param
    together(
        [
            Statement(GIVE_BACK.format(c=_COUNTED_IN[way], p=place, n=int(many)), (slot,))
            for (slot, way), many in sorted(freed.items())
        ]
    )
