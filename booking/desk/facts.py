"""All that a sitting knows about the people of its batch, read after they were locked, and what it has decided since."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from booking.desk import defending, ledger, limits, persons
from booking.desk.application import Held, Person
from booking.desk.drafting import Draft
from booking.desk.known import Defender, Made, Past
from booking.rules import Taken
from clock import at
from models.locks import locking, reading_registers
from models.statements import together

Touching = tuple[Taken, Past]  # one active booking, as the rules and as the comparison look at it


class Facts:
    """By lawyer and by person, so that nobody of a large batch is held against all the others."""

    def __init__(self, rows: ledger.Rows):
        self.rows = rows
        self.drafts: dict[tuple[int, str], Draft] = {}
        self._of_lawyer: defaultdict[int, list[Touching]] = defaultdict(list)
        self._of_key: defaultdict[str, list[Touching]] = defaultdict(list)
        self._made: defaultdict[int, list[Made]] = defaultdict(list)
        for touching in rows.touching:
            self._add(touching)
        for made in rows.record.made:
            self._made[made.lawyer].append(made)

    def of_lawyer(self, lawyer: int) -> Sequence[Touching]:
        return self._of_lawyer.get(lawyer, ())

    def of_person(self, person: Person) -> list[Touching]:
        return [one for key in person.keys for one in self._of_key.get(key, ())]

    def defenders(self, centre: str, person: Person) -> Sequence[Defender]:
        return defending.of(centre, person.numbered, self.rows.defending)

    def made_by(self, lawyer: int) -> Sequence[Made]:
        return self._made.get(lawyer, ())

    def note(self, draft: Draft, wish: limits.Wish) -> None:
        """From here on, what was decided counts like what is written."""
        self.drafts[draft.held.application.request] = draft
        booking = draft.booking
        self._add(ledger.touching_of(booking))
        self._made[booking.lawyer_id].append(
            Made(
                booking.lawyer_id, wish.centre, wish.slot, wish.person, True, booking.starts_at, booking.created_at, None,
                False, wish.proven, wish.met,
            )
        )  # fmt: skip

    def _add(self, touching: Touching) -> None:
        taken, _ = touching
        self._of_lawyer[taken.lawyer].append(touching)
        self._of_key[taken.detainee_key].append(touching)


def read(batch: Sequence[Held], people: Sequence[Person], carry: ledger.Carry = together) -> Facts:
    """Lock everybody the batch is about, and read what is known of them, in one trip. Raises Rekeyed."""
    applications = [held.application for held in batch]
    lawyers = {a.lawyer_id for a in applications}
    known = list(zip(applications, people, strict=True))
    cases = {(a.lawyer_id, a.case_no or p.case_no) for a, p in known}
    asked = ledger.Wanted(
        centres={held.slot.centre for held in batch},
        lawyers=lawyers,
        requests={a.request for a in applications},
        companions={c["licence_no"] for a in applications for c in a.companions if c.get("licence_no")},
        people={key for p in people for key in p.keys},
        sessions={a.session for a in applications if a.session},
        said={(a.lawyer_id, p.said) for a, p in known},
        cases={(lawyer, case) for lawyer, case in cases if case},
        numbers={key for p in people for key in p.numbered},
        today=at(min(held.now for held in batch).date(), datetime.min.time()),
        limits_at=max(held.now for held in batch),
    )
    locks = locking(lawyers, (p.claim for p in people if p.claim)) + reading_registers(asked.centres)
    rows = ledger.load(locks, asked, carry)
    persons.still_so(people, rows.lines)
    return Facts(rows)
