"""Imports of the roll on their way in; figures of days that are over, and who was turned away."""

from peewee import *

from models.fields import JSONText
from models.fields import MomentField


def up(migrator, db):
    class Centre(Model):
        code = CharField(primary_key=True, max_length=20)
        class Meta:
            database = db
            table_name = 'centre'

    class RollImport(Model):
        by = CharField(max_length=80)
        centre = ForeignKeyField(Centre, null=True, on_delete='SET NULL')
        file_name = CharField(max_length=200)
        kind = CharField(max_length=4)
        size = IntegerField()
        state = CharField(max_length=10)
        done = IntegerField(default=0)
        total = IntegerField(default=0)
        counts = JSONText(default=dict)
        fingerprint = CharField(max_length=64, null=True)
        problem = CharField(max_length=300, default='')
        claim = CharField(max_length=32, null=True)
        runs = SmallIntegerField(default=0)
        queued_at = MomentField(null=True)
        touched_at = MomentField()
        created_at = MomentField()
        finished_at = MomentField(null=True)
        class Meta:
            database = db
            table_name = 'roll_import'
            indexes = ((("state", "touched_at"), False), (("created_at",), False))
    db.create_tables([RollImport])

    class RollImportPart(Model):
        roll_import = ForeignKeyField(RollImport, on_delete='CASCADE')
        place = SmallIntegerField()
        sealed = TextField()
        class Meta:
            database = db
            table_name = 'roll_import_part'
            indexes = ((("roll_import", "place"), True),)
    db.create_tables([RollImportPart])

    class RollImportLine(Model):
        roll_import = ForeignKeyField(RollImport, on_delete='CASCADE')
        row = IntegerField()
        kind = CharField(max_length=10)
        licence_no = CharField(max_length=17, null=True)
        columns = CharField(max_length=80, default='')
        why = CharField(max_length=120, default='')
        class Meta:
            database = db
            table_name = 'roll_import_line'
            indexes = ((("roll_import", "row"), False), (("roll_import", "kind", "row"), False))
    db.create_tables([RollImportLine])

    class SlotFigures(Model):
        centre = ForeignKeyField(Centre, on_delete='CASCADE')
        date = DateField()
        starts = CharField(max_length=5)
        seats = IntegerField(default=0)
        booked = IntegerField(default=0)
        window_booked = IntegerField(default=0)
        held = IntegerField(default=0)
        no_shows = IntegerField(default=0)
        cancelled = IntegerField(default=0)
        rejected = IntegerField(default=0)
        full = IntegerField(default=0)
        outside = IntegerField(default=0)
        class Meta:
            database = db
            table_name = 'slot_figures'
            indexes = ((("centre", "date", "starts"), True), (("date",), False))
    db.create_tables([SlotFigures])

    class DayFigures(Model):
        centre = ForeignKeyField(Centre, on_delete='CASCADE')
        date = DateField()
        spreads = JSONText(default=dict)
        counts = JSONText(default=dict)
        made_at = MomentField()
        class Meta:
            database = db
            table_name = 'day_figures'
            indexes = ((("centre", "date"), True), (("date",), False))
    db.create_tables([DayFigures])

    class TurnedAway(Model):
        centre = ForeignKeyField(Centre, on_delete='CASCADE')
        date = DateField()
        starts = CharField(max_length=5)
        why = CharField(max_length=8)
        lawyer = IntegerField()
        class Meta:
            database = db
            table_name = 'turned_away'
            indexes = ((("centre", "date", "starts", "why", "lawyer"), True), (("date",), False))
    db.create_tables([TurnedAway])


def down(migrator, db):
    for table in ('turned_away', 'day_figures', 'slot_figures', 'roll_import_line', 'roll_import_part', 'roll_import'):
        migrator.migrate(migrator.drop_table(table))
