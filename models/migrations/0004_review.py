"""What officers ask for: a centre's bookings by state, lawyers by name and state, notices told by telephone instead."""

from peewee import *

from models.fields import MomentField

INDEXES = (
    ('booking', ('centre_id', 'state', 'starts_at')),
    ('lawyer', ('name',)),
    ('lawyer', ('state',)),
    ('roll_entry', ('name',)),
    ('notice', ('state', 'told_at', 'created_at')),
)


def up(migrator, db):
    migrator.migrate(
        migrator.add_column('notice', 'told_at', MomentField(null=True)),
        migrator.add_column('notice', 'told_by', CharField(null=True, max_length=80)),
        *(migrator.add_index(table, columns, False) for table, columns in INDEXES),
    )


def down(migrator, db):
    for table, columns in reversed(INDEXES):
        migrator.migrate(migrator.drop_index(table, '_'.join((table, *columns))))
    migrator.migrate(
        migrator.drop_column('notice', 'told_by'),
        migrator.drop_column('notice', 'told_at'),
    )
