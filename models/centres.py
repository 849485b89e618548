"""Detention centres and how they run: policy, timetables, calendar."""

from peewee import AutoField, BooleanField, CharField, DateField, ForeignKeyField, IntegerField, TextField

from models.base import Table
from models.fields import JSONText, MomentField


class Centre(Table):
    """A detention centre 看守所. `policy` holds only what differs from the defaults in booking/policy.py."""

    code = CharField(20, primary_key=True)
    name = CharField(60)
    address = CharField(200)
    policy = JSONText(default=dict)
    created_at = MomentField()


class Timetable(Table):
    """A weekly timetable, in force from a date to a date. Of several in force on a day, the newest one rules."""

    id = AutoField()
    centre = ForeignKeyField(Centre, backref="timetables", on_delete="RESTRICT")
    centre_id: str
    valid_from = DateField()
    valid_to = DateField(null=True)
    source = CharField(200)
    imported_at = MomentField()


class TimetableSlot(Table):
    """A slot that recurs every week: weekday 0 is Monday, `starts` is wall time `HH:MM`."""

    id = AutoField()
    timetable = ForeignKeyField(Timetable, backref="slots", on_delete="CASCADE")
    timetable_id: int
    weekday = IntegerField()
    starts = CharField(5)
    minutes = IntegerField()
    seats = IntegerField()
    window_seats = IntegerField()


class HolidayTable(Table):
    """A year with its State Council notice imported. A year without one is not bookable."""

    year = IntegerField(primary_key=True)
    source = CharField(200)
    imported_at = MomentField()


class Holiday(Table):
    """A day the notice names: a day off, or a weekend day swapped into a working day (`working`)."""

    day = DateField(primary_key=True)
    working = BooleanField()
    name = CharField(40)


class CentreDay(Table):
    """The centre's own word about a day; it beats the holiday table and the weekday."""

    id = AutoField()
    centre = ForeignKeyField(Centre, index=False, backref="days", on_delete="CASCADE")
    centre_id: str
    day = DateField()
    open = BooleanField()
    reason = TextField(default="")

    class Meta:
        indexes = ((("centre", "day"), True),)
