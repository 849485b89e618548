"""The day itself: meeting rooms, who came and when, and what was printed of the bring-out plan."""

from datetime import date as Date

from peewee import JOIN, AutoField, BooleanField, CharField, DateField, ForeignKeyField, SmallIntegerField

from models.base import Table
from models.bookings import Booking
from models.centres import Centre
from models.fields import JSONText, MomentField, SealedWords
from models.slots import Slot


class Room(Table):
    """A meeting room 会见室. State is `open` or `closed`; `place` is where it stands in the list."""

    id = AutoField()
    centre = ForeignKeyField(Centre, index=False, backref="rooms", on_delete="RESTRICT")
    centre_id: str
    name = CharField(20)
    state = CharField(10, default="open")
    place = SmallIntegerField(default=0)

    class Meta:
        indexes = ((("centre", "name"), True),)

    @classmethod
    def of_centre(cls, centre: str) -> list["Room"]:
        return list(cls.select().where(cls.centre == centre).order_by(cls.place, cls.id))


class Visit(Table):
    """A lawyer who came to a booked meeting: the row is written on arrival, and there is none for who did not come.

    `occupies` repeats the room while the meeting is on and is NULL before and after: unique, so that no room is ever
    given twice. `papers` are those that were checked, `papers_owed` why something may follow later. `entered_late`
    says that it was entered from paper afterwards; the times are those on the paper. A visit entered late may belong
    to a booking the clock had already marked `no_show`: its strike is waived, its state stays.
    """

    booking = ForeignKeyField(Booking, primary_key=True, backref="visits", on_delete="CASCADE")
    booking_id: str
    room = ForeignKeyField(Room, backref="visits", null=True, on_delete="RESTRICT")
    room_id: int | None
    occupies = ForeignKeyField(Room, backref="occupants", null=True, unique=True, on_delete="RESTRICT")
    occupies_id: int | None
    papers = JSONText(default=list)
    papers_owed = SealedWords(default="")
    arrived_at = MomentField()
    started_at = MomentField(null=True)
    ended_at = MomentField(null=True)
    who = CharField(80)
    entered_late = BooleanField(default=False)

    @classmethod
    def of_booking(cls, ref: str) -> "Visit | None":
        """With its room, where there is one."""
        with_room = cls.select(cls, Room).join(Room, JOIN.LEFT_OUTER, on=cls.room)
        found: Visit | None = with_room.where(cls.booking == ref).first()
        return found


class PlanPrint(Table):
    """The bring-out plan 提押单 of a slot as it was printed: `lines` by reference, no name in it, to see what changed."""

    id = AutoField()
    centre = ForeignKeyField(Centre, index=False, backref="plan_prints", on_delete="CASCADE")
    centre_id: str
    day = DateField()
    slot = ForeignKeyField(Slot, backref="plan_prints", on_delete="CASCADE")
    slot_id: str
    printed_at = MomentField()
    by = CharField(80)
    lines = JSONText(default=dict)

    class Meta:
        indexes = ((("centre", "day"), False),)

    @classmethod
    def latest(cls, centre: str, day: Date) -> dict[str, "PlanPrint"]:
        """The last print of each slot of a day."""
        prints = cls.select().where(cls.centre == centre, cls.day == day).order_by(cls.id)
        return {one.slot_id: one for one in prints}
