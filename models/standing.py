"""Strikes 爽约记录, and the suspensions 暂停 they lead to."""

from peewee import AutoField, CharField, ForeignKeyField

from models.base import Table
from models.bookings import Booking
from models.fields import MomentField, SealedWords
from models.lawyers import Lawyer


class Suspension(Table):
    """Online booking stopped for a lawyer, from when until when; `told_over_at` once its end was announced."""

    id = AutoField()
    lawyer = ForeignKeyField(Lawyer, backref="suspensions", on_delete="RESTRICT")
    lawyer_id: int
    since = MomentField()
    until = MomentField(index=True)
    told_over_at = MomentField(null=True)
    lifted_at = MomentField(null=True)
    lifted_why = SealedWords(default="")


class Strike(Table):
    """One mark for a no-show or a late cancellation; a booking gives one at most.

    State is `standing`, `used` (it led to a suspension) or `waived`.
    """

    id = AutoField()
    booking = ForeignKeyField(Booking, unique=True, on_delete="RESTRICT")
    booking_id: str
    lawyer = ForeignKeyField(Lawyer, index=False, backref="strikes", on_delete="RESTRICT")
    lawyer_id: int
    kind = CharField(20)
    state = CharField(10)
    suspension = ForeignKeyField(Suspension, backref="strikes", null=True, on_delete="SET NULL")
    suspension_id: int | None
    at = MomentField()
    appeal = SealedWords(null=True)
    appealed_at = MomentField(null=True)
    waived_by = CharField(80, null=True)
    waived_why = SealedWords(null=True)

    class Meta:
        indexes = ((("lawyer", "state"), False),)
