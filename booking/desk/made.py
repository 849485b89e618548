"""What lawyers have made and whom they stand for, read with the sitting's other facts: for the limits of rule 9."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from booking.desk.known import Made
from models.fields import MomentField, moment_text
from models.statements import Statement, among, several

LOOKED_BACK = timedelta(days=62)  # further than any limit counts

_moment: Callable[[Any], Any] = MomentField().python_value

# Their bookings of the last weeks; when the lawyer cancelled; whether the two have met.
_MADE = """SELECT b.lawyer_id, b.centre_id, b.slot_id, b.detainee_said, b.detainee_key, b.active, b.starts_at, b.created_at,
b.proven, b.state, b.decision_reason,
(SELECT MAX(c.at) FROM change c WHERE c.booking_id = b.ref AND c.to_state = 'cancelled'),
EXISTS (SELECT 1 FROM booking d WHERE d.lawyer_id = b.lawyer_id AND d.detainee_said = b.detainee_said AND d.state = 'done')
FROM booking b WHERE b.lawyer_id {lawyers} AND b.starts_at >= {since} AND b.way = 'online'"""
_MANDATES = "SELECT lawyer_id, centre_id, person FROM mandate WHERE active = 1 AND lawyer_id {lawyers}"
_MET = """SELECT DISTINCT lawyer_id, detainee_said FROM booking WHERE detainee_said {said} AND lawyer_id {lawyers}
AND state = 'done'"""
_LIFTED = "SELECT id, budget_lifted_at FROM lawyer WHERE id {lawyers} AND budget_lifted_at IS NOT NULL"


class Record(NamedTuple):
    """Of all lawyers of a sitting: what they made, whom they are proven for, whom they met, which budgets were lifted."""

    made: list[Made]
    mandates: set[tuple[int, str, str]]
    met: set[tuple[int, str]]
    lifted: dict[int, datetime]


NOTHING = Record([], set(), set(), {})


def asking(lawyers: Collection[int], said: Collection[str], now: datetime) -> list[Statement]:
    """Four statements, for one trip together with others."""
    whom, text, number = several(lawyers), among("text"), among("int")
    place = "%s" if text.startswith("=") else "?"
    return [
        Statement(_MADE.format(lawyers=number, since=place), (whom, moment_text(now - LOOKED_BACK))),
        Statement(_MANDATES.format(lawyers=number), (whom,)),
        Statement(_MET.format(said=text, lawyers=number), (several(said), whom)),
        Statement(_LIFTED.format(lawyers=number), (whom,)),
    ]


def answered(answers: Iterable[Iterable[Any]]) -> Record:
    made, mandates, met, lifted = answers
    proven = {(lawyer, centre, person) for lawyer, centre, person in mandates}
    return Record(
        [_made(proven, *row) for row in made],
        proven,
        {(lawyer, person) for lawyer, person in met},
        {lawyer: _moment(at) for lawyer, at in lifted},
    )


def _made(
    mandates: set[tuple[int, str, str]], lawyer: int, centre: str, slot: str, said: str, person: str,
    active: int | None, starts_at: Any, created_at: Any, proven: int, state: str, reason: str | None, cancelled: Any,
    met: Any,
) -> Made:  # fmt: skip
    back = state == "cancelled" and reason is not None  # the centre gives one, a lawyer none that is kept there
    at = _moment(cancelled) if state == "cancelled" and not back else None
    known = bool(proven) or (lawyer, centre, person) in mandates
    return Made(
        lawyer, centre, slot, said, bool(active), _moment(starts_at), _moment(created_at), at, back, known, bool(met)
    )
