"""Bookings, what befell them, and the answers kept under an Idempotency-Key."""

from peewee import (
    SQL,
    AutoField,
    CharField,
    Expression,
    ForeignKeyField,
    ModelSelect,
    SmallIntegerField,
    fn,
)

from models.base import Table
from models.centres import Centre
from models.detainees import name_key
from models.fields import JSONText, MomentField, SealedField, SealedWords, findings_lost
from models.lawyers import Lawyer
from models.sealed import UNREADABLE
from models.slots import Slot

_json = JSONText()
NAME_LOST = "（无法读取）"  # the key is gone, or the value is not as it was


class Booking(Table):
    """A meeting booked by a lawyer. `ref` is 8 characters of Crockford base 32, and the key.

    `active` is 1 while the booking holds its seat and NULL after, so that the unique indexes bind only what is active.
    `way` is `online`, or `window` where an officer entered it: its seat is one of the slot's window seats.
    `detainee_key` finds the same detainee again; `detainee_claim` repeats it from the confirmation on, where the key is
    of one person, and makes it exclusive in a slot. What is only asked for claims nobody: it lies side by side.
    `detainee_said` is what the form alone said of the person, the register aside: for the limits of rule 9; and
    `detainee_numbers` the keys of all numbers it gave, a blank between: what a mandate proves hangs on these alone.
    `proven` is 1 where the mandate was proven when it was booked or confirmed. `again_since` says since when it stands
    before a reviewer again, and `again` what has changed: `[{"code", "message"}]`.
    """

    ref = CharField(8, primary_key=True)
    lawyer = ForeignKeyField(Lawyer, index=False, backref="bookings", on_delete="RESTRICT")
    lawyer_id: int
    centre = ForeignKeyField(Centre, index=False, backref="bookings", on_delete="RESTRICT")
    centre_id: str
    slot = ForeignKeyField(Slot, index=False, backref="bookings", on_delete="RESTRICT")
    slot_id: str
    starts_at = MomentField()
    ends_at = MomentField()
    minutes = SmallIntegerField()
    state = CharField(12)
    active = SmallIntegerField(null=True)
    detainee_key = CharField(32)
    detainee_claim = CharField(32, null=True)
    detainee_said = CharField(32, default="", constraints=[SQL("DEFAULT ''")])
    detainee_numbers = CharField(70, default="", constraints=[SQL("DEFAULT ''")])
    detainee_sealed = SealedField("booking.detainee:{ref}")
    case_no = CharField(60, null=True)
    mandate = CharField(12)
    stage = CharField(16)
    permit_no = CharField(60, null=True)
    companions = JSONText(default=list)
    findings = JSONText(default=list, lost=findings_lost)
    decision_reason = SealedWords(null=True)
    created_at = MomentField()
    way = CharField(8, default="online", constraints=[SQL("DEFAULT 'online'")])
    proven = SmallIntegerField(default=0, constraints=[SQL("DEFAULT 0")])
    again_since = MomentField(null=True)
    again = JSONText(default=list, constraints=[SQL("DEFAULT '[]'")])

    changes: "ModelSelect[Change]"
    preloaded_changes: "list[Change]"  # not a column: where they were read already, for whoever tells of the booking

    class Meta:
        indexes = (
            (("lawyer", "slot", "active"), True),
            (("slot", "detainee_claim"), True),
            (("lawyer", "starts_at"), False),
            (("detainee_key", "starts_at"), False),
            (("lawyer", "detainee_said"), False),
            (("state", "starts_at"), False),
            (("centre", "state", "starts_at"), False),
            (("centre", "starts_at"), False),
            (("centre", "again_since"), False),
            (("case_no",), False),
        )

    @property
    def detainee(self) -> dict[str, str]:
        """`{"name", "id_no"?}` of the person to be met."""
        return unseal_detainee(self.ref, self.detainee_sealed)

    @property
    def detainee_shown(self) -> dict[str, str]:
        """The same for pages and lists: one that can't be opened says so, and keeps nobody from the others."""
        return shown_detainee(self.ref, self.detainee_sealed)

    @property
    def names_one(self) -> bool:
        """Whether `detainee_key` is of one person, by a number or a line of the register, and not of a bare name."""
        return self.detainee_key != name_key(self.detainee_shown["name"])

    def history(self) -> "list[Change]":
        """What befell it, first to last; `changes` alone comes in any order."""
        return list(self.changes.order_by(Change.id))

    @classmethod
    def met_by_nobody(cls) -> Expression:
        """True while no booking that claims the person overlaps this one."""
        nobody: Expression = ~fn.EXISTS(_beside().where(Other.detainee_claim == cls.detainee_key))
        return nobody

    @classmethod
    def in_full(cls) -> "ModelSelect[Booking]":
        """Bookings with their centre and their lawyer."""
        return cls.select(cls, Centre, Lawyer).join(Centre).switch(cls).join(Lawyer)

    @classmethod
    def of_lawyer(cls, lawyer: int, ref: str) -> "Booking | None":
        """The lawyer's own booking; another's does not exist for him."""
        return cls.get_or_none(cls.ref == ref, cls.lawyer == lawyer)


Other = Booking.alias("other")


def _beside() -> "ModelSelect[Booking]":
    """Other bookings at an overlapping time, to be asked within a question about `Booking`."""
    overlaps = (Other.starts_at < Booking.ends_at) & (Other.ends_at > Booking.starts_at)
    return Other.select(SQL("1")).where(Other.ref != Booking.ref, overlaps)


class Change(Table):
    """One step in a booking's life: who, when, from, to, why."""

    id = AutoField()
    booking = ForeignKeyField(Booking, backref="changes", on_delete="CASCADE")
    booking_id: str
    at = MomentField()
    from_state = CharField(12, null=True)
    to_state = CharField(12)
    by = CharField(80)
    why = SealedWords(default="")


def seal_detainee(ref: str, detainee: dict[str, str]) -> str:
    return Booking.detainee_sealed.seal(_json.db_value(detainee) or "", ref=ref)


def unseal_detainee(ref: str, sealed: str) -> dict[str, str]:
    found: dict[str, str] = _json.python_value(Booking.detainee_sealed.open(sealed, ref=ref))
    return found


def shown_detainee(ref: str, sealed: str) -> dict[str, str]:
    try:
        return unseal_detainee(ref, sealed)
    except UNREADABLE:
        return {"name": NAME_LOST}
