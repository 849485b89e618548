"""A roll sent in by the console: the file, what was found in it, and how far its reading has come."""

from peewee import AutoField, CharField, ForeignKeyField, IntegerField, SmallIntegerField

from models.base import Table
from models.centres import Centre
from models.fields import JSONText, MomentField, SealedField


class RollImport(Table):
    """A file of the roll 律师名册 on its way in.

    State: `queued` → `reading` → `ready` → `applying` → `done`; or `failed` (`problem` says why), or `expired`. `claim`
    names the run that works on it, so that a run which was given up can write nothing more. `fingerprint` is of the
    report an officer was shown: another one is never applied.
    """

    id = AutoField()
    by = CharField(80)
    centre = ForeignKeyField(Centre, null=True, on_delete="SET NULL")
    centre_id: str | None
    file_name = CharField(200)
    kind = CharField(4)
    size = IntegerField()
    state = CharField(10)
    done = IntegerField(default=0)
    total = IntegerField(default=0)
    counts = JSONText(default=dict)
    fingerprint = CharField(64, null=True)
    problem = CharField(300, default="")
    claim = CharField(32, null=True)
    runs = SmallIntegerField(default=0)
    queued_at = MomentField(null=True)
    touched_at = MomentField()
    created_at = MomentField()
    finished_at = MomentField(null=True)

    class Meta:
        indexes = ((("state", "touched_at"), False), (("created_at",), False))


class RollImportPart(Table):
    """A piece of the file, sealed: the web server and the worker may stand on two machines."""

    id = AutoField()
    roll_import = ForeignKeyField(RollImport, index=False, backref="parts", on_delete="CASCADE")
    roll_import_id: int
    place = SmallIntegerField()
    sealed = SealedField("roll_import.part:{roll_import_id}:{place}")

    class Meta:
        indexes = ((("roll_import", "place"), True),)


class RollImportLine(Table):
    """What was found about one row of the file, without what stands in it. Kind is one of roll.py's LINE_KINDS."""

    id = AutoField()
    roll_import = ForeignKeyField(RollImport, index=False, backref="lines", on_delete="CASCADE")
    roll_import_id: int
    row = IntegerField()
    kind = CharField(10)
    licence_no = CharField(17, null=True)
    columns = CharField(80, default="")
    why = CharField(120, default="")

    class Meta:
        indexes = ((("roll_import", "row"), False), (("roll_import", "kind", "row"), False))
