"""Who has shown an officer that he defends a person, whoever asks now and whether he has a booking or not. Rule 7a."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from booking.desk.known import Defender
from booking.lawyers.borne import BORNE
from models.statements import Statement, matching, seeking

Defending = Mapping[tuple[str, str], Sequence[Defender]]  # by centre and any number of the person

_DEFENDER = 'mandate.centre_id, mandate_number."key", mandate.lawyer_id, lawyer.name'


def asking(numbers: Collection[str]) -> Statement:
    """A mandate that the licence does not bear today makes no defender."""
    mandate = matching("mandate", "mandate.id = mandate_number.mandate_id")
    his = matching("lawyer", "lawyer.id = mandate.lawyer_id")
    line = matching("roll_entry", "roll_entry.licence_no = lawyer.licence_no", "LEFT JOIN")
    lasts = f"WHERE mandate.active = 1 AND {BORNE}"
    asked = [(number,) for number in numbers]
    return seeking(_DEFENDER, "mandate_number", {"key": "text"}, asked, f"{mandate} {his} {line} {lasts}", onward="key")


def answered(rows: Iterable[tuple[Any, ...]]) -> Defending:
    found: defaultdict[tuple[str, str], list[Defender]] = defaultdict(list)
    for centre, key, lawyer, name in rows:
        found[centre, key].append(Defender(lawyer, name))
    return found


def of(centre: str, keys: Collection[str], defending: Defending) -> list[Defender]:
    """Of whoever goes by these numbers, each once, in the order that they came to us in."""
    if not defending:
        return []
    return sorted({one for key in keys for one in defending.get((centre, key), ())})
