"""Which findings a lawyer is told: those about himself and his own form. Rule 7, silence.

Whatever comes from the register or from somebody else's booking is for officers. A code that is not in the table is not
told: a new finding is silent until somebody decides whom it is about.
"""

from collections.abc import Iterable

ABOUT_HIMSELF = frozenset(
    {
        "licence_not_on_roll", "licence_suspended", "licence_revoked", "licence_expired", "name_differs",
        "firm_differs", "companion_not_on_roll", "interpreter_approval",
    }
)  # fmt: skip
FOR_OFFICERS = frozenset(
    {
        "detainee_ambiguous", "detainee_not_here", "detainee_name_differs", "detainee_may_conflict", "third_defender",
        "co_suspects", "permit_missing", "findings_unreadable",
    }
)  # fmt: skip


def to_the_lawyer(findings: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return [finding for finding in findings if finding["code"] in ABOUT_HIMSELF]
