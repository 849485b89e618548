"""The record 操作记录 of what people saw and did."""

from peewee import AutoField, CharField

from models.base import Table
from models.fields import MomentField, SealedJSON


class Audit(Table):
    """Who saw or did what, when, from where. Rows are only ever added.

    `centre` is the code of the centre it concerns, or else that of the officer who did it: an officer of one centre
    sees the rows of that centre only.
    """

    id = AutoField()
    at = MomentField(index=True)
    who = CharField(80)
    what = CharField(60)
    subject = CharField(80, default="")
    words = SealedJSON(default=dict)
    origin = CharField(64, default="")
    centre = CharField(20, null=True)

    class Meta:
        indexes = ((("centre", "at"), False), (("who", "at"), False), (("what", "at"), False),
                   (("subject", "at"), False))  # fmt: skip
