"""Meeting rooms, arrivals, and prints of the bring-out plan; a day of a centre found by one index."""

from peewee import *

from models.fields import JSONText
from models.fields import MomentField

# Whoever arrived before there were visits: what the booking's steps say of it.
_BEFORE = """INSERT INTO visit (booking_id, papers, papers_owed, arrived_at, started_at, ended_at, who, entered_late)
SELECT came.booking_id, '[]', '', came.at, began.at, over.at, came.by, {false}
FROM change came
LEFT JOIN change began ON began.booking_id = came.booking_id AND began.to_state = 'meeting'
LEFT JOIN change over ON over.booking_id = came.booking_id AND over.to_state = 'done'
WHERE came.to_state = 'arrived'"""


def up(migrator, db):
    class Centre(Model):
        code = CharField(primary_key=True, max_length=20)
        class Meta:
            database = db
            table_name = 'centre'

    class Slot(Model):
        id = CharField(primary_key=True, max_length=40)
        class Meta:
            database = db
            table_name = 'slot'

    class Booking(Model):
        ref = CharField(primary_key=True, max_length=8)
        class Meta:
            database = db
            table_name = 'booking'

    class Room(Model):
        centre = ForeignKeyField(Centre, on_delete='RESTRICT')
        name = CharField(max_length=20)
        state = CharField(default='open', max_length=10)
        place = SmallIntegerField(default=0)
        class Meta:
            database = db
            table_name = 'room'
            indexes = ((('centre', 'name'), True),)

    class Visit(Model):
        booking = ForeignKeyField(Booking, primary_key=True, on_delete='CASCADE')
        room = ForeignKeyField(Room, null=True, on_delete='RESTRICT')
        occupies = ForeignKeyField(Room, null=True, unique=True, backref='occupants', on_delete='RESTRICT')
        papers = JSONText(default=list)
        papers_owed = CharField(default='', max_length=200)
        arrived_at = MomentField()
        started_at = MomentField(null=True)
        ended_at = MomentField(null=True)
        who = CharField(max_length=80)
        entered_late = BooleanField(default=False)
        class Meta:
            database = db
            table_name = 'visit'

    class PlanPrint(Model):
        centre = ForeignKeyField(Centre, on_delete='CASCADE')
        day = DateField()
        slot = ForeignKeyField(Slot, on_delete='CASCADE')
        printed_at = MomentField()
        by = CharField(max_length=80)
        lines = JSONText(default=dict)
        class Meta:
            database = db
            table_name = 'plan_print'
            indexes = ((('centre', 'day'), False),)

    db.create_tables([Room, Visit, PlanPrint])
    migrator.migrate(migrator.add_index('booking', ('centre_id', 'starts_at'), False))
    false = 'FALSE' if isinstance(db, PostgresqlDatabase) else '0'
    db.execute_sql(_BEFORE.format(false=false))


def down(migrator, db):
    migrator.migrate(migrator.drop_index('booking', 'booking_centre_id_starts_at'))
    migrator.migrate(migrator.drop_table('plan_print'))
    migrator.migrate(migrator.drop_table('visit'))
    migrator.migrate(migrator.drop_table('room'))
