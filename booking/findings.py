"""The findings of rules 6 and 7: every code there is, in one table, and who is told of it.

Whatever comes from the register or from somebody else's booking is for officers. A code that is not in the table is not
told: a new finding is silent until somebody decides whom it is about. Rule 7, silence.
"""

from collections.abc import Collection, Iterable
from typing import TypedDict

from booking.fingerprint import fingerprint
from refusals import WrongState


class Finding(TypedDict):
    """As it is kept: the code is for programs, the message for people."""

    code: str
    message: str


ABOUT_HIMSELF = frozenset(
    {
        "licence_not_on_roll", "licence_suspended", "licence_revoked", "licence_closed", "licence_expired",
        "identity_not_verified", "name_differs", "firm_differs", "companion_not_on_roll", "interpreter_approval",
    }
)  # fmt: skip
FOR_OFFICERS = frozenset(
    {
        "detainee_ambiguous", "detainee_not_here", "detainee_name_differs", "detainee_may_conflict", "detainee_met_twice",
        "detainee_is_another", "third_defender", "others_mandate_proven",
        "numbers_disagree", "co_suspects", "permit_missing", "findings_unreadable",
    }
)  # fmt: skip
# Who has one may meet nobody as a lawyer.
BARRING = frozenset({"licence_suspended", "licence_revoked", "licence_closed"})
# Who else defends: two strangers with the person's number would make a third defender of anybody, so that neither the
# deadline nor a click for many decides it.
OF_DEFENDERS = frozenset({"third_defender", "others_mandate_proven"})
# What lists that arrive later can change; the others come of bookings, and anybody can make those
# that are not confirmed.
OF_LISTS = frozenset(
    {
        "licence_not_on_roll", "licence_suspended", "licence_revoked", "licence_closed", "licence_expired",
        "identity_not_verified", "name_differs", "firm_differs", "companion_not_on_roll",
        "detainee_ambiguous", "detainee_not_here", "detainee_name_differs", "detainee_is_another",
        "detainee_met_twice", "numbers_disagree", "permit_missing",
    }
)  # fmt: skip


def finding(code: str, message: str) -> Finding:
    return {"code": code, "message": message}


def to_the_lawyer(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one["code"] in ABOUT_HIMSELF]


def any_of(codes: Collection[str], findings: Iterable[Finding]) -> list[Finding]:
    """Those with one of these codes."""
    return [one for one in findings if one["code"] in codes]


def beyond(findings: Iterable[Finding], known: Collection[Finding]) -> list[Finding]:
    """Those that are not among what was known."""
    return [one for one in findings if one not in known]


def mark(findings: Iterable[Finding]) -> str:
    """Of what an officer was shown, for his yes to come back with."""
    return fingerprint([(one["code"], one["message"]) for one in findings])


def as_shown(findings: Iterable[Finding], seen: str | None) -> None:
    """`seen` is the mark of what the officer was shown, None where nobody saw a page. Raises WrongState."""
    if seen is not None and seen != mark(findings):
        raise WrongState("比对结果在您查看后有变化，请核对下面的比对结果后再决定")
