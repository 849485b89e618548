"""Tables that have outgrown what PostgreSQL knows of them."""

from models.base import database, on_postgres

_OUTGROWN = """SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
AND pg_relation_size(oid) > (10 + 4 * relpages) * current_setting('block_size')::bigint"""


def analyse_outgrown() -> list[str]:
    """Have them counted, and with it every plan that was made for fewer rows made anew; answers which they were.

    Autovacuum does so too, but comes by once a minute: in the minute in which a day opens everybody's look-ups would
    read what was an empty table, kept answers after a holiday for one, from end to end.
    """
    if not on_postgres():
        return []
    outgrown = [name for (name,) in database.execute_sql(_OUTGROWN).fetchall()]
    for name in outgrown:
        database.execute_sql(f'ANALYZE "{name}"')
    return outgrown
