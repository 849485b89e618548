"""Indexes that another begins with: whatever they found, it finds as well, and each cost every row a write."""

NEEDLESS = (
    ("booking", "lawyer_id"),
    ("booking", "centre_id"),
    ("booking", "slot_id"),
    ("kept_answer", "lawyer_id"),
    ("slot", "centre_id"),
    ("detainee", "centre_id"),
    ("mandate", "lawyer_id"),
    ("mandate", "centre_id"),
    ("strike", "lawyer_id"),
    ("turned_away", "centre_id"),
    ("slot_figures", "centre_id"),
    ("day_figures", "centre_id"),
    ("centre_day", "centre_id"),
    ("plan_print", "centre_id"),
    ("room", "centre_id"),
    ("roll_import_part", "roll_import_id"),
    ("roll_import_line", "roll_import_id"),
)


def up(migrator, db):
    for table, column in NEEDLESS:
        db.execute_sql(f'DROP INDEX "{_name(table, column)}"')


def down(migrator, db):
    for table, column in NEEDLESS:
        db.execute_sql(f'CREATE INDEX "{_name(table, column)}" ON "{table}" ("{column}")')


def _name(table, column):
    """As the first migrations named it."""
    return f"{table.replace('_', '')}_{column}"
