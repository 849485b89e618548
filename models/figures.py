"""What a day came to, counted once it is over, so that a year's figures need no look at a million bookings."""

from peewee import AutoField, CharField, DateField, ForeignKeyField, IntegerField

from models.base import Table
from models.centres import Centre
from models.fields import JSONText, MomentField

COUNTED = (
    "seats", "booked", "window_booked", "held", "no_shows", "cancelled", "rejected", "full", "outside",
)  # fmt: skip


class SlotFigures(Table):
    """A slot of a day in numbers.

    `seats` were on offer in all, online and at the window (what nobody claimed online passes there); `booked` and
    `window_booked` of them were taken, `held` of those met. `full` and `outside` are the different lawyers who asked
    for this slot and were told so.
    """

    id = AutoField()
    centre = ForeignKeyField(Centre, index=False, on_delete="CASCADE")
    centre_id: str
    date = DateField()
    starts = CharField(5)
    seats = IntegerField(default=0)
    booked = IntegerField(default=0)
    window_booked = IntegerField(default=0)
    held = IntegerField(default=0)
    no_shows = IntegerField(default=0)
    cancelled = IntegerField(default=0)
    rejected = IntegerField(default=0)
    full = IntegerField(default=0)
    outside = IntegerField(default=0)

    class Meta:
        indexes = ((("centre", "date", "starts"), True), (("date",), False))


class DayFigures(Table):
    """A day of a centre. `spreads` are value → how many: `waits` in minutes, `leads` and `firsts` in hours, `reviews`
    in minutes; `counts` are of decisions and of SMS about the day's meetings, and of `full` and `outside` lawyers,
    who count once a day, however many of its slots they asked for.
    """

    id = AutoField()
    centre = ForeignKeyField(Centre, index=False, on_delete="CASCADE")
    centre_id: str
    date = DateField()
    spreads = JSONText(default=dict)
    counts = JSONText(default=dict)
    made_at = MomentField()

    class Meta:
        indexes = ((("centre", "date"), True), (("date",), False))


class TurnedAway(Table):
    """A lawyer who asked for a slot and was told `full` or `outside` its booking window, once however often he asked."""

    id = AutoField()
    centre = ForeignKeyField(Centre, index=False, on_delete="CASCADE")
    centre_id: str
    date = DateField()
    starts = CharField(5)
    why = CharField(8)
    lawyer = IntegerField()

    class Meta:
        indexes = ((("centre", "date", "starts", "why", "lawyer"), True), (("date",), False))
