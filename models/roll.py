"""The roll of lawyers 律师名册, as last imported."""

from peewee import CharField, DateField

from models.base import Table
from models.fields import MomentField


class RollEntry(Table):
    """A line of the roll of lawyers, as imported. State is `active`, `suspended`, `revoked` or `closed`
    (注销: retired, or moved and holding another number)."""

    licence_no = CharField(17, primary_key=True)
    name = CharField(60, index=True)
    firm = CharField(120)
    id_no_index = CharField(32)
    phone_index = CharField(32, null=True)
    state = CharField(12)
    valid_until = DateField(null=True)
    updated_at = MomentField()
