"""What the comparison found about a walk-in: shown to the officer once, who then enters it or not. Rule 18."""

import refusals
from booking import rules
from booking.desk import comparison
from booking.desk.application import Held, Person
from booking.desk.facts import Facts
from booking.findings import Finding, mark
from booking.rules import Taken
from booking.words import STATES, moment_words
from models import Booking


class FindingsUnseen(refusals.WrongState):
    """The comparison found something an officer has to see before he decides; `seen` says that he has."""

    def __init__(self, findings: list[Finding]):
        super().__init__("比对有发现，请核对后再登记")
        self.findings, self.seen = findings, mark(findings)


def compare(held: Held, person: Person, facts: Facts) -> list[Finding]:
    slot, lawyer = held.slot, held.application.lawyer_id
    own, of_person = facts.of_lawyer(lawyer), facts.of_person(person)
    if any(taken.overlaps(slot.starts_at, held.ends_at) for taken, _ in own):
        raise refusals.AlreadyBooked("该律师在此时间已有会见")
    around: list[Taken] = [taken for taken, _ in of_person if taken.overlaps(slot.starts_at, held.ends_at)]
    if met := rules.in_the_way(person.claim, around, slot.starts_at, held.ends_at):
        raise refusals.DetaineeConflict(f"该在押人员此时间已有会见：{_meeting_words(met.ref)}")
    rows = facts.rows
    proven = rows.record.proves(lawyer, slot.centre, person.numbers)
    defenders = facts.defenders(slot.centre, person)
    beside = comparison.Around([past for _, past in (*of_person, *own)], around, proven, defenders)
    found = comparison.findings(held.application, held.now, person, rows.lawyers[lawyer], rows.companions, beside)
    found = [one for one in found if one["code"] != "identity_not_verified"]  # an officer sees who stands there
    if any(finding["code"] == "permit_missing" for finding in found):  # the law's, no officer's to pass over
        raise refusals.Invalid(
            "该案侦查期间会见须经侦查机关许可，请填写许可文号",
            errors=[{"field": "permit_no", "message": "请填写许可文号"}],
        )
    return found


def _meeting_words(ref: str) -> str:
    """For the officer who has to decide which of two meetings it is to be."""
    one = Booking.in_full().where(Booking.ref == ref).get()
    when = f"{moment_words(one.starts_at)}至{one.ends_at:%H:%M}"
    return f"{one.lawyer.name}律师，{when}，预约{ref}（{STATES[one.state]}）"
