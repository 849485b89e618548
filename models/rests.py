"""Seats that were given up and rest a while before anybody can have them. Rule 21."""

from peewee import CharField, ForeignKeyField

from models.base import Table
from models.fields import MomentField
from models.slots import Slot


class Rest(Table):
    """One seat: `ref` is of the booking that gave it up, and so stays its holder until `until`.

    Until then it counts among the slot's `taken`: nothing that claims a seat has to know of it.
    """

    ref = CharField(8, primary_key=True)
    slot = ForeignKeyField(Slot, on_delete="CASCADE")
    slot_id: str
    until = MomentField(index=True)
