"""What came of the calls, written down: many in one trip."""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache

from peewee import InterfaceError, OperationalError

from models import Notice, database, on_postgres
from models.statements import Statement, together

log = logging.getLogger(__name__)


def write_down(outcomes: Sequence[tuple[Notice, Mapping[str, object]]]) -> None:
    """The outcome of each attempt, unless a receipt or a later attempt was quicker."""
    if not outcomes:
        return
    try:
        with database.atomic():
            together([_writing(notice, outcome) for notice, outcome in outcomes])
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one that can't be written keeps no other from it; it is found in `sending`, and asked about
        if len(outcomes) == 1:
            log.exception("what became of notice %s could not be written down", outcomes[0][0].id)
            return
        for one in outcomes:
            write_down([one])


def _writing(notice: Notice, outcome: Mapping[str, object]) -> Statement:
    fields = [Notice._meta.fields[name] for name in outcome]
    given = [field.db_value(value) for field, value in zip(fields, outcome.values(), strict=True)]
    mine = (notice.id, Notice.attempted_at.db_value(notice.attempted_at))
    return Statement(_write(tuple(field.column_name for field in fields), on_postgres()), (*given, *mine))


@lru_cache(64)
def _write(columns: tuple[str, ...], postgres: bool) -> str:
    """Peewee would take as long to put this together as PostgreSQL to carry it out."""
    place = "%s" if postgres else "?"
    values = ", ".join(f'"{column}" = {place}' for column in columns)
    mine = f"id = {place} AND attempted_at = {place} AND state IN ('sending', 'unknown')"
    return f"UPDATE notice SET {values} WHERE {mine}"
