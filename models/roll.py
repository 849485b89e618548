"""The roll of lawyers 律师名册, as last imported."""

from typing import Any

from peewee import CharField, DateField

from models.base import Table
from models.fields import MomentField
from models.names import plain


class RollEntry(Table):
    """A line of the roll of lawyers, as imported. State is `active`, `suspended`, `revoked` or `closed`
    (注销: retired, or moved and holding another number). `plain_name` finds it however the name is typed."""

    licence_no = CharField(17, primary_key=True)
    name = CharField(60)
    plain_name = CharField(60, index=True)
    firm = CharField(120)
    id_no_index = CharField(32)
    phone_index = CharField(32, null=True)
    state = CharField(12)
    valid_until = DateField(null=True)
    updated_at = MomentField()

    def save(self, *args: Any, **more: Any) -> Any:
        self.plain_name = plain(self.name)
        return super().save(*args, **more)
