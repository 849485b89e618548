"""Slots: what can be booked. SQL's `taken` is the truth; `claim` is the last word on every seat."""

from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime

from peewee import BooleanField, CharField, DateField, ForeignKeyField, IntegerField, fn

from models.base import Table, database
from models.centres import Centre
from models.fields import MomentField
from models.statements import Statement, together


class Slot(Table):
    """One period of one day at one centre; id `pudong-20261127-0830`.

    `seats` are the online seats, `window_seats` those kept for walk-ins; `taken` counts the online bookings that
    hold a seat. `seats` may fall below `taken` when a centre lowers it: nobody is thrown out, nobody comes in.
    """

    id = CharField(40, primary_key=True)
    centre = ForeignKeyField(Centre, backref="slots", on_delete="RESTRICT")
    date = DateField()
    starts_at = MomentField()
    ends_at = MomentField()
    seats = IntegerField()
    window_seats = IntegerField()
    taken = IntegerField(default=0)
    open = BooleanField(default=True)
    closed_reason = CharField(200, default="")

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
        return list(sums.group_by(cls.centre).tuples())


CLAIM = "UPDATE slot SET taken = taken + {n} WHERE id = {p} AND open AND taken + {n} <= seats"
GIVE_BACK = "UPDATE slot SET taken = CASE WHEN taken > {n} THEN taken - {n} ELSE 0 END WHERE id = {p}"


def claiming(wanted: Mapping[str, int]) -> list[Statement]:
    """Statements that take seats, `wanted` of each slot, in the order of slot ids; each changes one row or none.

    A conditional update, which holds at every isolation level: no slot ever goes over its seats.
    """
    place = database.param
    return [Statement(CLAIM.format(p=place, n=int(many)), (slot,)) for slot, many in sorted(wanted.items())]


def give_back(slot_id: str) -> None:
    give_back_all({slot_id: 1})


def give_back_all(freed: Mapping[str, int]) -> None:
    """So many seats of each slot, in the order of slot ids, as they are claimed."""
    place = database.param
    together(
        [Statement(GIVE_BACK.format(p=place, n=int(many)), (slot,)) for slot, many in sorted(freed.items())]
    )
