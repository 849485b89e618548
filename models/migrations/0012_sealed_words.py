"""Words about people are sealed, a lawyer's numbers are bound to his row, and names are found however they are typed."""

import json
import unicodedata

from models.base import keyring, on_postgres
from models.names import plain

MANY = 2000
_OLD_DOTS = str.maketrans(dict.fromkeys("•‧・･∙⋅.", "·"))
WORDS = (
    ("booking", "ref", "decision_reason"),
    ("change", "id", "why"),
    ("mandate", "id", "ended_why"),
    ("suspension", "id", "lifted_why"),
    ("strike", "id", "appeal"),
    ("strike", "id", "waived_why"),
    ("visit", "booking_id", "papers_owed"),
    ("audit", "id", "words"),
    ("lawyer", "id", "findings"),
)
LONGEST = {"appeal": 500}


def up(migrator, db):
    for table, key, column in WORDS:
        if on_postgres() and (table, column) not in (("audit", "words"), ("lawyer", "findings")):
            db.execute_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE TEXT')
        bound = f"{table}.{column}"
        _rewrite(db, table, key, [column], lambda _, said, bound=bound: [keyring().seal(said, bound)])
    db.execute_sql("ALTER TABLE roll_entry ADD COLUMN plain_name VARCHAR(60) NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE lawyer ADD COLUMN plain_name VARCHAR(60) NOT NULL DEFAULT ''")
    db.execute_sql("ALTER TABLE lawyer ADD COLUMN plain_firm VARCHAR(120) NOT NULL DEFAULT ''")
    _rewrite(db, "roll_entry", "licence_no", ["name"], lambda _, name: [plain(name)], ["plain_name"])
    names = ["plain_name", "plain_firm"]
    _rewrite(db, "lawyer", "id", ["name", "firm"], lambda _, *said: [plain(one) for one in said], names)
    for table in ("roll_entry", "lawyer"):
        migrator.migrate(migrator.drop_index(table, f"{table}_name"), migrator.add_index(table, ("plain_name",), False))
    _rebind(db, "licence_no", "id")
    _rename(db, _old_plain, plain)


def down(migrator, db):
    _rename(db, plain, _old_plain)
    _rebind(db, "id", "licence_no")
    for table in ("roll_entry", "lawyer"):
        migrator.migrate(migrator.drop_index(table, f"{table}_plain_name"), migrator.add_index(table, ("name",), False))
    for table, column in (("roll_entry", "plain_name"), ("lawyer", "plain_name"), ("lawyer", "plain_firm")):
        db.execute_sql(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
    for table, key, column in WORDS:
        bound = f"{table}.{column}"
        _rewrite(db, table, key, [column], lambda _, said, bound=bound: [keyring().open(said, bound)])
        if on_postgres() and (table, column) not in (("audit", "words"), ("lawyer", "findings")):
            db.execute_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE VARCHAR({LONGEST.get(column, 200)})')


def _rewrite(db, table, key, columns, made, into=None):
    """Each row's `columns`, as far as they say something, made anew; a few thousand rows at a time, in order of the key."""
    place = "%s" if on_postgres() else "?"
    listed = ", ".join(f'"{one}"' for one in columns)
    change = ", ".join(f'"{one}" = {place}' for one in into or columns)
    after = None
    while True:
        behind, given = (f'WHERE "{key}" > {place}', (after,)) if after is not None else ("", ())
        rows = db.execute_sql(
            f'SELECT "{key}", {listed} FROM "{table}" {behind} ORDER BY "{key}" LIMIT {MANY}', given
        ).fetchall()
        if not rows:
            return
        news = [(*made(*row), row[0]) for row in rows if all(row[1:])]
        old = {(*row[1:], row[0]) for row in rows}
        if news := [new for new in news if new not in old]:
            db.cursor().executemany(f'UPDATE "{table}" SET {change} WHERE "{key}" = {place}', news)
        after = rows[-1][0]


def _rebind(db, before, now):
    """A licence number is not one row's alone, an id is."""
    for column in ("id_no", "phone"):

        def anew(lawyer, licence_no, sealed, column=column):
            names = {"id": lawyer, "licence_no": licence_no}
            text = keyring().open(sealed, f"lawyer.{column}:{names[before]}")
            return [licence_no, keyring().seal(text, f"lawyer.{column}:{names[now]}")]

        _rewrite(db, "lawyer", "id", ["licence_no", f"{column}_sealed"], anew)


def _rename(db, before, now):
    """Where a name is all that somebody is known by, or is searched by, its key is of its plain form."""

    def key(name, form):
        return keyring().index("detainee-name", form(name))

    def held(_, who, index, sealed):
        return [who, key(keyring().open(sealed, f"detainee.name:{who}"), now), sealed]

    def booked(ref, known_by, sealed):
        name = json.loads(keyring().open(sealed, f"booking.detainee:{ref}")).get("name", "")
        return [key(name, now) if known_by == key(name, before) else known_by, sealed]

    _rewrite(db, "detainee", "id", ["key", "name_index", "name_sealed"], held)
    _rewrite(db, "booking", "ref", ["detainee_key", "detainee_sealed"], booked)


def _old_plain(name):
    return "".join(unicodedata.normalize("NFKC", name).split()).translate(_OLD_DOTS).casefold()
