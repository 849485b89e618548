"""Seats given up rest before anybody can have them."""

from peewee import *

from models.fields import MomentField


def up(migrator, db):
    class Slot(Model):
        id = CharField(primary_key=True, max_length=40)
        class Meta:
            database = db
            table_name = 'slot'

    class Rest(Model):
        ref = CharField(max_length=8, primary_key=True)
        slot = ForeignKeyField(Slot, on_delete='CASCADE')
        until = MomentField(index=True)
        class Meta:
            database = db
            table_name = 'rest'

    db.create_tables([Rest])


def down(migrator, db):
    # What rests would be nobody's: the version before counts bookings alone.
    place = "(SELECT COUNT(*) FROM rest WHERE rest.slot_id = slot.id)"
    db.execute_sql(f"UPDATE slot SET taken = taken - {place} WHERE id IN (SELECT slot_id FROM rest)")
    migrator.migrate(migrator.drop_table('rest'))
