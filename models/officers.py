"""Officers and the record of what people did."""

from peewee import AutoField, CharField, ForeignKeyField

from models.base import Table
from models.centres import Centre
from models.fields import JSONText, MomentField


class Officer(Table):
    """An officer 民警. Role is `gate`, `reviewer`, `chief` or `auditor`; no centre means the whole bureau."""

    id = AutoField()
    account = CharField(40, unique=True)
    name = CharField(60)
    role = CharField(10)
    centre = ForeignKeyField(Centre, backref="officers", null=True, on_delete="RESTRICT")
    state = CharField(10, default="active")
    created_at = MomentField()


class Audit(Table):
    """Who saw or did what, when, from where. Rows are only ever added."""

    id = AutoField()
    at = MomentField(index=True)
    who = CharField(80)
    what = CharField(60)
    subject = CharField(80, default="")
    words = JSONText(default=dict)
    origin = CharField(64, default="")
