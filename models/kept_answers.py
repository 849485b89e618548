"""Answers kept, so that a call made twice is answered twice and done once."""

from peewee import AutoField, CharField, ForeignKeyField

from models.base import Table
from models.fields import MomentField, SealedField
from models.lawyers import Lawyer


class KeptAnswer(Table):
    """What was answered under an Idempotency-Key, sealed: the same key gets the same answer for seven days."""

    id = AutoField()
    lawyer = ForeignKeyField(Lawyer, index=False, on_delete="CASCADE")
    lawyer_id: int
    key = CharField(255)
    body_hash = CharField(64)
    booking = CharField(8)
    answer_sealed = SealedField("keptanswer:{lawyer_id}:{key}")
    created_at = MomentField(index=True)

    class Meta:
        indexes = ((("lawyer", "key"), True),)
