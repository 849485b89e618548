"""A mandate is found by any number of its person: whoever else applies for him gives the one he knows."""

from peewee import *

MANY = 10_000


def up(migrator, db):
    class Mandate(Model):
        person = CharField(max_length=32)
        known = CharField(max_length=140)
        active = SmallIntegerField(null=True)
        class Meta:
            database = db
            table_name = 'mandate'

    class MandateNumber(Model):
        mandate = ForeignKeyField(Mandate, index=False, on_delete='CASCADE')
        key = CharField(max_length=32, index=True)
        class Meta:
            database = db
            table_name = 'mandate_number'
            indexes = ((('mandate', 'key'), True),)

    db.create_tables([MandateNumber])
    lasting = Mandate.select(Mandate.id, Mandate.person, Mandate.known).where(Mandate.active == 1).tuples()
    # Who went over to another key is not among what was known of him.
    rows = [{'mandate': one, 'key': key} for one, person, known in lasting for key in sorted({person, *known.split()})]
    for some in chunked(rows, MANY):
        MandateNumber.insert_many(some).execute()


def down(migrator, db):
    migrator.migrate(migrator.drop_table('mandate_number'))
