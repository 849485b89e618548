"""Mandates proven by an officer, and bookings put before a reviewer again."""

from peewee import *

from models.fields import JSONText
from models.fields import MomentField

# With defaults in the database itself: a server that does not know these columns yet goes on writing.
_COLUMNS = (
    ('proven', 'SMALLINT DEFAULT 0 NOT NULL'),
    ('again_since', None),
    ('again', "TEXT DEFAULT '[]' NOT NULL"),
)


def up(migrator, db):
    class Lawyer(Model):
        id = AutoField()
        class Meta:
            database = db
            table_name = 'lawyer'

    class Centre(Model):
        code = CharField(primary_key=True, max_length=20)
        class Meta:
            database = db
            table_name = 'centre'

    class Booking(Model):
        ref = CharField(primary_key=True, max_length=8)
        class Meta:
            database = db
            table_name = 'booking'

    class Mandate(Model):
        lawyer = ForeignKeyField(Lawyer, on_delete='RESTRICT')
        centre = ForeignKeyField(Centre, on_delete='RESTRICT')
        person = CharField(max_length=32)
        stage = CharField(max_length=16)
        name_sealed = TextField()
        seen = JSONText(default=list)
        booking = ForeignKeyField(Booking, null=True, on_delete='SET NULL')
        proven_at = MomentField()
        proven_by = CharField(max_length=80)
        active = SmallIntegerField(null=True)
        ended_at = MomentField(null=True)
        ended_by = CharField(null=True, max_length=80)
        ended_why = CharField(default='', max_length=200)
        class Meta:
            database = db
            table_name = 'mandate'
            indexes = (
                (('lawyer', 'centre', 'person', 'active'), True),
                (('centre', 'person'), False),
                (('centre', 'active', 'proven_at'), False),
            )

    db.create_tables([Mandate])
    moment = MomentField.field_type if isinstance(db, PostgresqlDatabase) else 'TIMESTAMPTZ'
    for name, kind in _COLUMNS:
        db.execute_sql(f'ALTER TABLE "booking" ADD COLUMN "{name}" {kind or moment}')
    migrator.migrate(migrator.add_index('booking', ('centre_id', 'again_since'), False))


def down(migrator, db):
    migrator.migrate(migrator.drop_index('booking', 'booking_centre_id_again_since'))
    for name, _ in reversed(_COLUMNS):
        db.execute_sql(f'ALTER TABLE "booking" DROP COLUMN "{name}"')
    migrator.migrate(migrator.drop_table('mandate'))
