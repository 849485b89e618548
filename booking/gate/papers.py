"""Rule 15: what a lawyer brings on the day, and what of it is missing at the gate."""

from collections.abc import Collection

from booking.policy import PAPERS, Policy
from refusals import Invalid

_EITHER = PAPERS[2]
_BY_MANDATE = {"entrusted": "授权委托书", "legal_aid": "法律援助公函"}
LONGEST_REASON = 150


def papers_for(policy: Policy, mandate: str) -> tuple[str, ...]:
    """The centre's papers; of power of attorney and legal-aid letter the one this mandate needs."""
    return tuple(_BY_MANDATE.get(mandate, paper) if paper == _EITHER else paper for paper in policy.papers)


def checked(needed: Collection[str], ticked: Collection[str], owed: str) -> list[str]:
    """Those ticked, in order. Raises Invalid, naming what is missing, unless `owed` says why it may follow later."""
    missing = [paper for paper in needed if paper not in ticked]
    if missing and not owed.strip():
        said = f"尚缺：{'、'.join(missing)}。证件齐全后再登记，或注明“证件后补”的原因"
        raise Invalid(said, errors=[{"field": "papers", "message": said}])
    return [paper for paper in needed if paper in ticked]


def proves_mandate(seen: Collection[str]) -> bool:
    """Whether the paper that gives the mandate lay on the table. Rule 7a."""
    return not {_EITHER, *_BY_MANDATE.values()}.isdisjoint(seen)
