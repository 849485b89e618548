"""What officers set by hand: numbers and closures of a slot, bookings made at the window, lawyers known only there."""

# Written out, since both databases add such a column at once and without touching the rows there are; a default in the
# database itself lets a server that does not know the column yet go on writing while another is brought up to date.
_COLUMNS = (
    ('slot', 'window_taken', 'INTEGER NOT NULL DEFAULT 0'),
    ('slot', 'seats_by_hand', 'INTEGER'),
    ('slot', 'window_by_hand', 'INTEGER'),
    ('slot', 'closed_by_hand', 'VARCHAR(200)'),
    ('booking', 'way', "VARCHAR(8) DEFAULT 'online' NOT NULL"),
    ('lawyer', 'walk_in_claim', 'VARCHAR(17)'),
)

def up(migrator, db):
    for table, name, kind in _COLUMNS:
        db.execute_sql(f'ALTER TABLE "{table}" ADD COLUMN "{name}" {kind}')
    migrator.migrate(migrator.add_index('lawyer', ('walk_in_claim',), True))


def down(migrator, db):
    migrator.migrate(migrator.drop_index('lawyer', 'lawyer_walk_in_claim'))
    for table, name, _ in reversed(_COLUMNS):
        db.execute_sql(f'ALTER TABLE "{table}" DROP COLUMN "{name}"')
