"""What a form said of the person, the register aside, is kept as a key: the limits of rule 9 count by it."""

import json

from models.base import keyring, on_postgres
from models.names import plain
from models.sealed import UNREADABLE

MANY = 2000


def up(migrator, db):
    db.execute_sql("ALTER TABLE booking ADD COLUMN detainee_said VARCHAR(32) NOT NULL DEFAULT ''")
    place, after = "%s" if on_postgres() else "?", ""
    asked = f"SELECT ref, centre_id, detainee_sealed FROM booking WHERE ref > {place} ORDER BY ref LIMIT {MANY}"
    while rows := db.execute_sql(asked, (after,)).fetchall():
        said = [(_said(*row), row[0]) for row in rows]
        db.cursor().executemany(f"UPDATE booking SET detainee_said = {place} WHERE ref = {place}", said)
        after = rows[-1][0]
    db.execute_sql("CREATE INDEX booking_lawyer_id_detainee_said ON booking (lawyer_id, detainee_said)")


def down(migrator, db):
    migrator.migrate(migrator.drop_index("booking", "booking_lawyer_id_detainee_said"))
    db.execute_sql("ALTER TABLE booking DROP COLUMN detainee_said")


def _said(ref, centre, sealed):
    """What can't be opened counts as one person nobody asks for again."""
    try:
        asked = json.loads(keyring().open(sealed, f"booking.detainee:{ref}"))
    except (*UNREADABLE, ValueError):
        return ""
    number, custody, name = asked.get("id_no"), asked.get("custody_no"), plain(asked.get("name", ""))
    said = f"document:{number}" if number else f"custody:{centre}:{custody}" if custody else f"name:{name}"
    return keyring().index("detainee-said", said)
