"""Mandates 委托关系: that this lawyer defends this person in this stage, proven by the original papers. Rule 7a."""

from peewee import SQL, AutoField, CharField, ForeignKeyField, SmallIntegerField

from models.base import Table
from models.bookings import Booking
from models.centres import Centre
from models.fields import JSONText, MomentField, SealedField, SealedWords
from models.lawyers import Lawyer


class Mandate(Table):
    """Seen in original by an officer. `person` is the key of a document, a 在押编号 or a line of the register, `known` are
    the keys of all numbers the person goes by as far as the mandate has recorded it, a blank between; `MandateNumber` has
    them one by one.

    `active` is 1 while it lasts and NULL after, so that two people have one mandate at most at a centre: proving
    another stage ends the earlier. `seen` are the papers that were looked at, `booking` the meeting they were shown at.
    """

    id = AutoField()
    lawyer = ForeignKeyField(Lawyer, index=False, backref="mandates", on_delete="RESTRICT")
    lawyer_id: int
    centre = ForeignKeyField(Centre, index=False, backref="mandates", on_delete="RESTRICT")
    centre_id: str
    person = CharField(32)
    known = CharField(140, default="", constraints=[SQL("DEFAULT ''")])
    stage = CharField(16)
    name_sealed = SealedField("mandate.name:{person}")
    seen = JSONText(default=list)
    booking = ForeignKeyField(Booking, null=True, on_delete="SET NULL")
    booking_id: str | None
    proven_at = MomentField()
    proven_by = CharField(80)
    active = SmallIntegerField(null=True, default=1)
    ended_at = MomentField(null=True)
    ended_by = CharField(80, null=True)
    ended_why = SealedWords(default="")

    class Meta:
        indexes = (
            (("lawyer", "centre", "person", "active"), True),
            (("centre", "person"), False),
            (("centre", "active", "proven_at"), False),
        )

    @property
    def name(self) -> str:
        """The person's name, as the papers have it."""
        return Mandate.name_sealed.of(self)

    @property
    def keys(self) -> frozenset[str]:
        """What a form may call the person by."""
        return keys_known(self.person, self.known)


class MandateNumber(Table):
    """One of the numbers that a mandate's person is known by: whoever gives any of them finds it."""

    id = AutoField()
    mandate = ForeignKeyField(Mandate, index=False, backref="numbers", on_delete="CASCADE")
    key = CharField(32, index=True)

    class Meta:
        table_name = "mandate_number"
        indexes = ((("mandate", "key"), True),)


def keys_known(person: str, known: str) -> frozenset[str]:
    return frozenset({person, *known.split()})
