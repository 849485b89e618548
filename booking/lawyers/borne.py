"""Which mandates the licence of their lawyer bears today. Rule 7a."""

from collections.abc import Collection
from typing import Any

from peewee import JOIN

from models import Lawyer, Mandate, RollEntry, rows_of
from models.mandates import keys_known

# As `in_force`, for the statements of a sitting.
BORNE = """(roll_entry.state = 'active' OR roll_entry.state IS NULL
AND (lawyer.state = 'verified' OR lawyer.walk_in_claim IS NOT NULL))"""
NOT_BORNE = "执业证停用或身份未核验，暂不生效"


def in_force_of(lawyers: Collection[int]) -> list[tuple[int, str, frozenset[str], str]]:
    """Lawyer, centre, known numbers and stage of every mandate of theirs that lasts and is borne by the licence."""
    if not lawyers:
        return []
    wanted = Mandate.lawyer, Mandate.centre, Mandate.person, Mandate.known, Mandate.stage
    found = rows_of(with_licence(*wanted).where(Mandate.active == 1, Mandate.lawyer.in_(lawyers), in_force()))
    return [(lawyer, centre, keys_known(person, known), stage) for lawyer, centre, person, known, stage in found]


def with_licence(*columns: Any) -> Any:
    """With the lawyer and the roll's line about him."""
    on_roll = RollEntry.licence_no == Lawyer.licence_no
    return Mandate.select(*columns).join(Lawyer).join(RollEntry, JOIN.LEFT_OUTER, on=on_roll)


def in_force() -> Any:
    """The roll has the licence in practice; or does not have it, and an officer's word for its lawyer holds."""
    known = (Lawyer.state == "verified") | Lawyer.walk_in_claim.is_null(False)
    return (RollEntry.state == "active") | (RollEntry.state.is_null() & known)
