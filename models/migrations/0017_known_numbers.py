"""A mandate records by which numbers its person is known, and a booking which numbers its form gave.

What a mandate proves follows from these two alone: never from what else the register holds.
"""

import json
import re
from datetime import date

from models.base import keyring, on_postgres
from models.sealed import UNREADABLE

MANY = 2000
_COLUMNS = (("booking", "detainee_numbers", 70), ("mandate", "known", 140))
_LINES = """SELECT m.id, d."key", d.custody_index FROM mandate m JOIN detainee d
ON d.centre_id = m.centre_id AND (d."key" = m.person OR d.custody_index = m.person) WHERE m.active = 1"""


def up(migrator, db):
    for table, name, length in _COLUMNS:
        db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {name} VARCHAR({length}) NOT NULL DEFAULT ''")
    place, after = "%s" if on_postgres() else "?", ""
    db.execute_sql("UPDATE mandate SET known = person")
    known = [(" ".join(sorted({key, custody or key})), one) for one, key, custody in db.execute_sql(_LINES).fetchall()]
    _each(db, f"UPDATE mandate SET known = {place} WHERE id = {place}", known)
    asked = f"SELECT ref, centre_id, detainee_sealed FROM booking WHERE ref > {place} ORDER BY ref LIMIT {MANY}"
    while rows := db.execute_sql(asked, (after,)).fetchall():
        numbers = [(_numbers(*row), row[0]) for row in rows]
        _each(db, f"UPDATE booking SET detainee_numbers = {place} WHERE ref = {place}", numbers)
        after = rows[-1][0]


def down(migrator, db):
    for table, name, _ in _COLUMNS:
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {name}")


def _each(db, statement, rows):
    if rows:
        db.cursor().executemany(statement, rows)


def _numbers(ref, centre, sealed):
    """What can't be opened gave none."""
    try:
        asked = json.loads(keyring().open(sealed, f"booking.detainee:{ref}"))
    except (*UNREADABLE, ValueError):
        return ""
    number, custody = asked.get("id_no"), asked.get("custody_no")
    document = [keyring().index("detainee" if _is_id_no(number) else "detainee-document", number)] if number else []
    return " ".join(document + ([keyring().index("detainee-custody", f"{centre}:{custody}")] if custody else []))


def _is_id_no(text):
    """A citizen's number as it was told apart when this was written."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", text, re.ASCII):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(w * int(digit) for w, digit in zip(weights, text, strict=False)) % 11] == text[17]
