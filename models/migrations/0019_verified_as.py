"""A row keeps the licence it was verified under when the claim is taken from it.

Of rows that claim nothing any more only what proves itself is filled in: the roll has this licence with this ID number,
or an officer unbound the row, and since then no WeChat could write in it. Any other with bookings may have been renamed
since: it stays as it is, and an officer says who it belongs to.
"""

HANGING = ("booking", "mandate", "strike", "suspension")
_FILL = """UPDATE lawyer SET verified_as = licence_no WHERE licence_claim IS NULL AND walk_in_claim IS NULL
AND (suspended_until IS NOT NULL OR {hanging}) AND (
EXISTS (SELECT 1 FROM roll_entry r WHERE r.licence_no = lawyer.licence_no AND r.id_no_index = lawyer.id_no_index)
OR (openid IS NULL AND EXISTS (
SELECT 1 FROM audit a WHERE a.what = 'licence.unbound' AND a.subject = 'lawyer-' || lawyer.id)))"""


def up(migrator, db):
    db.execute_sql("ALTER TABLE lawyer ADD COLUMN verified_as VARCHAR(17)")
    hanging = (f"EXISTS (SELECT 1 FROM {table} h WHERE h.lawyer_id = lawyer.id)" for table in HANGING)
    db.execute_sql(_FILL.format(hanging=" OR ".join(hanging)))


def down(migrator, db):
    db.execute_sql("ALTER TABLE lawyer DROP COLUMN verified_as")
