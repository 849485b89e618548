"""What lawyers have made and whom they stand for, read with the sitting's other facts: for the limits of rule 9."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from booking.desk.known import Made
from booking.lawyers.known_by import covers
from models.fields import MomentField, moment_text
from models.mandates import keys_known
from models.statements import Statement, as_one, looked_up, seeking

LOOKED_BACK = timedelta(days=62)  # further than any limit counts

_moment: Callable[[Any], Any] = MomentField().python_value

# Their bookings of the last weeks; when the lawyer cancelled; how often the two have met.
_MADE = """booking.lawyer_id, centre_id, slot_id, detainee_said, detainee_numbers, active, starts_at, created_at,
proven, state, decision_reason,
(SELECT MAX(c.at) FROM change c WHERE c.booking_id = booking.ref AND c.to_state = 'cancelled'),
(SELECT COUNT(*) FROM booking d WHERE d.lawyer_id = booking.lawyer_id AND d.detainee_said = booking.detainee_said
AND d.state || '' = 'done')"""  # no plan goes by a state: it is of too many
_BY_LAWYER = {"lawyer_id": "int"}
_BY_LAWYER_AND_PERSON = {"lawyer_id": "int", "detainee_said": "text"}


class Standing(NamedTuple):
    """A mandate that lasts, and by what a form may call its person."""

    lawyer: int
    centre: str
    keys: frozenset[str]


class Record(NamedTuple):
    """Of all lawyers of a sitting: what they made, whom they are proven for, whom they met, which budgets were lifted."""

    made: list[Made]
    mandates: list[Standing]
    met: set[tuple[int, str]]
    lifted: dict[int, datetime]

    def proves(self, lawyer: int, centre: str, numbers: Collection[str]) -> bool:
        """Whether one mandate of the lawyer covers every number of a form."""
        return _proves(self.mandates, lawyer, centre, numbers)


NOTHING = Record([], [], set(), {})


def asking(lawyers: Collection[int], said: Collection[tuple[int, str]], now: datetime) -> list[Statement]:
    """Four statements, for one trip together with others. `said` are lawyers and whom they name now."""
    whom = [(lawyer,) for lawyer in lawyers]
    lately = looked_up("booking", _BY_LAWYER, onward="starts_at")
    since = moment_text(now - LOOKED_BACK)
    met = "DISTINCT booking.lawyer_id, booking.detainee_said"
    return [
        Statement(f"SELECT {_MADE} FROM {lately} WHERE way = 'online'", (as_one(whom), since)),
        seeking("mandate.lawyer_id, centre_id, person, known", "mandate", _BY_LAWYER, whom, "WHERE active = 1"),
        seeking(met, "booking", _BY_LAWYER_AND_PERSON, said, "WHERE state = 'done'", onward="detainee_said"),
        seeking("lawyer.id, budget_lifted_at", "lawyer", {"id": "int"}, whom, "WHERE budget_lifted_at IS NOT NULL"),
    ]


def answered(answers: Iterable[Iterable[Any]]) -> Record:
    made, mandates, met, lifted = answers
    proven = [Standing(lawyer, centre, keys_known(person, known)) for lawyer, centre, person, known in mandates]
    return Record(
        [_made(proven, *row) for row in made],
        proven,
        {(lawyer, person) for lawyer, person in met},
        {lawyer: _moment(at) for lawyer, at in lifted},
    )


def _made(
    mandates: Collection[Standing], lawyer: int, centre: str, slot: str, said: str, numbers: str,
    active: int | None, starts_at: Any, created_at: Any, proven: int, state: str, reason: str | None, cancelled: Any,
    met: Any,
) -> Made:  # fmt: skip
    back = state == "cancelled" and reason is not None  # the centre gives one, a lawyer none that is kept there
    at = _moment(cancelled) if state == "cancelled" and not back else None
    known = bool(proven) or _proves(mandates, lawyer, centre, numbers.split())
    return Made(
        lawyer, centre, slot, said, bool(active), _moment(starts_at), _moment(created_at), at, back, known, bool(met)
    )


def _proves(mandates: Iterable[Standing], lawyer: int, centre: str, numbers: Collection[str]) -> bool:
    return any((one.lawyer, one.centre) == (lawyer, centre) and covers(one.keys, numbers) for one in mandates)
