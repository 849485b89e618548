"""A register brings somebody under another key: what was proven and booked for him goes along, and nothing of another's."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from booking.desk import Desk, findings_now, recheck
from booking.documents import custody_key
from booking.lawyers import mandates
from booking.lawyers.mandates import Pair
from booking.record.actor import Actor
from booking.review import decisions, queue
from booking.roll import rekeyed_mandates, rekeying
from models import Audit, Booking, Detainee, Mandate
from models.detainees import id_key
from refusals import WrongState
from tests.booking.conftest import FRIDAY, Clock, add_slot

Lawyers = Callable[[int], list[int]]
Person = dict[str, str]
CHEN, CHIEF = Actor("chen", "pudong"), Actor("chief-pudong", "pudong", "10.0.0.9")
DOCUMENT, OTHERS, CUSTODY = "310101199001010012", "440524188001010014", "沪浦看2026001"
D, C = id_key, lambda number: custody_key("pudong", number)
TAO = "陶某演"
BY_CUSTODY: Person = {"name": TAO, "custody_no": CUSTODY}
BY_DOCUMENT: Person = {"name": TAO, "id_no": DOCUMENT}
BOTH: Person = BY_CUSTODY | BY_DOCUMENT
SOMEBODY: Person = {"name": "别某演", "id_no": "11010519491231002X"}


def confirmed(ref: str, clock: Clock) -> str:
    decisions.approve(CHEN, clock(), ref)
    return ref


def codes(ref: str, clock: Clock) -> list[str]:
    return [one["code"] for one in findings_now.of([Booking.get_by_id(ref)], clock())[ref]]


def keys(*refs: str) -> list[tuple[str, str | None]]:
    found = {one.ref: (one.detainee_key, one.detainee_claim) for one in Booking.select()}
    return [found[ref] for ref in refs]


def lasting() -> list[tuple[int, str, str]]:
    return [(m.lawyer_id, m.person, m.name) for m in Mandate.select().where(Mandate.active == 1).order_by(Mandate.id)]


def test_who_gets_a_document_keeps_his_defender_and_his_time(
    desk: Desk, lawyers: Lawyers, clock: Clock, hold: Any, book: Any
) -> None:
    """The attack: known by custody number, met and proven; then the document is known, and a sham gives that."""
    defender, sham = lawyers(2)
    afternoon = str(add_slot("pudong", FRIDAY, time(13)).id)
    hold(BY_CUSTODY)
    first = confirmed(book(defender, BY_CUSTODY), clock)
    mandates.prove_by(CHEN, clock(), Booking.get_by_id(first), ())
    said = Booking.get_by_id(first).detainee_said
    assert hold(BOTH).moved == 2
    assert keys(first) == [(D(DOCUMENT), D(DOCUMENT))] and Booking.get_by_id(first).detainee_said == said
    assert lasting() == [(defender, D(DOCUMENT), TAO)]
    second = book(sham, BY_DOCUMENT)
    assert codes(second, clock) == ["detainee_may_conflict", "others_mandate_proven"]
    with pytest.raises(WrongState, match=first):
        decisions.approve(CHEN, clock(), second)
    later = book(defender, BY_CUSTODY, afternoon)
    assert Booking.get_by_id(later).proven == 1


def test_the_record_says_what_was_moved(desk: Desk, lawyers: Lawyers, clock: Clock, hold: Any, book: Any) -> None:
    hold(BY_CUSTODY)
    ref = confirmed(book(lawyers(1)[0], BY_CUSTODY), clock)
    made = mandates.prove_by(CHEN, clock(), Booking.get_by_id(ref), ())
    assert made
    hold(BOTH)
    lines = {line.what: line for line in Audit.select().where(Audit.who == CHIEF.account)}
    assert (lines["booking.rekeyed"].subject, lines["booking.rekeyed"].centre) == (ref, "pudong")
    assert lines["mandate.rekeyed"].subject == f"mandate-{made.id}"
    assert lines["register.import"].words["moved"] == 2
    assert TAO not in str([line.words for line in lines.values()])
    assert hold(BOTH).moved == 0


def test_a_trial_run_says_it_and_moves_nothing(lawyers: Lawyers, clock: Clock, hold: Any, book: Any) -> None:
    hold(BY_CUSTODY)
    ref = book(lawyers(1)[0], BY_CUSTODY)
    assert hold(BOTH, dry_run=True).moved == 1
    assert keys(ref) == [(C(CUSTODY), None)]


def test_a_document_taken_away_again(lawyers: Lawyers, clock: Clock, hold: Any, book: Any) -> None:
    hold(BOTH)
    (lawyer,) = lawyers(1)
    ref = confirmed(book(lawyer, BY_DOCUMENT), clock)
    mandates.prove_by(CHEN, clock(), Booking.get_by_id(ref), ())
    hold(BY_CUSTODY)
    assert keys(ref) == [(C(CUSTODY), C(CUSTODY))] and lasting() == [(lawyer, C(CUSTODY), TAO)]
    hold(BOTH)
    assert keys(ref) == [(D(DOCUMENT), D(DOCUMENT))] and lasting() == [(lawyer, D(DOCUMENT), TAO)]


def test_two_people_with_exchanged_documents(lawyers: Lawyers, clock: Clock, hold: Any, book: Any) -> None:
    """One lawyer is proven for both, and both are met in one slot: no unique index stands in the way."""
    one, two = lawyers(2)
    other = {"name": "邹某演", "custody_no": "沪浦看2026002"}
    hold(BOTH, other | {"id_no": OTHERS})
    refs = [confirmed(book(one, BY_CUSTODY), clock), confirmed(book(two, other), clock)]
    for name, person in ((TAO, D(DOCUMENT)), ("邹某演", D(OTHERS))):
        mandates.prove(CHEN, clock(), Pair(one, "pudong", person), name, "trial")
    hold(BY_CUSTODY | {"id_no": OTHERS}, other | {"id_no": DOCUMENT})
    assert keys(*refs) == [(D(OTHERS), D(OTHERS)), (D(DOCUMENT), D(DOCUMENT))]
    assert lasting() == [(one, D(OTHERS), TAO), (one, D(DOCUMENT), "邹某演")]


@pytest.mark.parametrize("name", [TAO, "邹某演"])
def test_a_number_given_to_another_takes_nothing_along(
    lawyers: Lawyers, clock: Clock, hold: Any, book: Any, name: str
) -> None:
    """Namesakes too: two people's custody numbers are exchanged."""
    (lawyer,) = lawyers(1)
    hold(BOTH, {"name": name, "id_no": OTHERS, "custody_no": "沪浦看2026002"})
    ref = confirmed(book(lawyer, BY_CUSTODY), clock)
    mandates.prove_by(CHEN, clock(), Booking.get_by_id(ref), ())
    changed = {"name": name, "id_no": OTHERS, "custody_no": CUSTODY}
    assert hold(BY_DOCUMENT | {"custody_no": "沪浦看2026002"}, changed).moved == 0
    assert keys(ref) == [(D(DOCUMENT), D(DOCUMENT))] and lasting() == [(lawyer, D(DOCUMENT), TAO)]
    assert "detainee_is_another" in codes(ref, clock)
    assert [one.ref for one in queue.changed("pudong", clock())] == [ref]


@pytest.mark.parametrize("document", [{}, {"id_no": OTHERS}])
def test_what_was_proven_by_a_number_alone_is_not_its_next_bearers(
    lawyers: Lawyers, clock: Clock, hold: Any, book: Any, document: Person
) -> None:
    (lawyer,) = lawyers(1)
    hold(BY_CUSTODY)
    ref = confirmed(book(lawyer, BY_CUSTODY), clock)
    mandates.prove_by(CHEN, clock(), Booking.get_by_id(ref), ())
    hold({"name": "邹某演", "custody_no": CUSTODY} | document)
    hold({"name": "邹某演", "custody_no": CUSTODY} | document)
    assert lasting() == [] and Mandate.get().ended_why == rekeyed_mandates.GIVEN_AWAY
    assert keys(ref) == [(C(CUSTODY), C(CUSTODY))]
    assert "detainee_name_differs" in codes(ref, clock)


def test_of_two_mandates_that_become_one_the_later_lasts(lawyers: Lawyers, clock: Clock, hold: Any) -> None:
    (lawyer,) = lawyers(1)
    hold(BY_CUSTODY, BY_DOCUMENT)
    for person, stage in ((C(CUSTODY), "investigation"), (D(DOCUMENT), "trial")):
        mandates.prove(CHEN, clock(), Pair(lawyer, "pudong", person), TAO, stage)
        clock.move(hours=1)
    hold(BOTH)
    ended, lasts = Mandate.select().order_by(Mandate.id)
    assert (ended.active, ended.ended_why, ended.ended_by) == (None, rekeyed_mandates.MERGED, CHIEF.account)
    assert (lasts.active, lasts.person, lasts.stage) == (1, D(DOCUMENT), "trial")


def test_who_was_in_no_register_is_known_by_either_number(lawyers: Lawyers, clock: Clock, hold: Any, book: Any) -> None:
    """Booked by custody number, by document and by both, each a key of its own; then the register brings him."""
    one, two, three, stranger = lawyers(4)
    both = BY_CUSTODY | {"id_no": OTHERS}
    refs = [book(one, BY_CUSTODY), book(two, BY_DOCUMENT), book(three, both)]
    wrong = book(stranger, {"name": "邹某演", "custody_no": CUSTODY})
    assert len({key for key, _ in keys(*refs)}) == 3
    hold(BOTH)
    assert {key for key, _ in keys(*refs)} == {D(DOCUMENT)}
    assert keys(wrong) == [(C(CUSTODY), None)] and "detainee_name_differs" in codes(wrong, clock)
    assert all("detainee_may_conflict" in codes(ref, clock) for ref in [*refs, wrong])


def test_two_confirmed_for_one_person_and_time(
    desk: Desk, lawyers: Lawyers, clock: Clock, hold: Any, book: Any
) -> None:
    """The one confirmed first stands; the other loses nothing, is put before a reviewer, and holds the person again
    once the first is called off."""
    one, two = lawyers(2)
    second, first = book(two, BY_DOCUMENT), book(one, BY_CUSTODY)
    confirmed(first, clock)
    confirmed(second, clock)
    hold(BOTH)
    assert keys(first, second) == [(D(DOCUMENT), D(DOCUMENT)), (D(DOCUMENT), None)]
    assert [Booking.get_by_id(ref).state for ref in (first, second)] == ["confirmed"] * 2
    assert [one.ref for one in queue.changed("pudong", clock())] == [second]
    assert codes(second, clock)[-1] == "detainee_met_twice" and first in str(Booking.get_by_id(second).again)
    line = Audit.get((Audit.what == "booking.rekeyed") & (Audit.subject == second))
    assert line.words["why"] == rekeying.TWICE
    decisions.keep(CHEN, clock(), second)
    desk.cancel(one, first)
    recheck.look(clock())
    assert keys(second) == [(D(DOCUMENT), D(DOCUMENT))] and queue.changed("pudong", clock()) == []


@pytest.mark.parametrize(("strangers", "defenders"), [(BY_DOCUMENT, BY_CUSTODY), (BY_CUSTODY, BY_DOCUMENT)])
def test_of_two_confirmed_the_one_with_a_proven_mandate_stands(
    lawyers: Lawyers, clock: Clock, hold: Any, book: Any, strangers: Person, defenders: Person
) -> None:
    """Though the stranger was confirmed first; in the second line only the new register says that the mandate is for
    whom the defender booked."""
    stranger, defender = lawyers(2)
    first, second = book(stranger, strangers), book(defender, defenders)
    mandates.prove(CHEN, clock(), Pair(defender, "pudong", C(CUSTODY)), TAO, "trial")
    confirmed(first, clock)
    confirmed(second, clock)
    hold(BOTH)
    assert keys(first, second) == [(D(DOCUMENT), None), (D(DOCUMENT), D(DOCUMENT))]
    assert [one.ref for one in queue.changed("pudong", clock())] == [first]


def test_another_centre_and_what_is_over_stay(lawyers: Lawyers, clock: Clock, hold: Any, book: Any) -> None:
    hold(BY_CUSTODY)
    one, two = lawyers(2)
    refs = [book(one, BY_CUSTODY), book(two, BY_CUSTODY)]
    Booking.update(state="cancelled", active=None, starts_at=clock()).where(Booking.ref == refs[0]).execute()
    hold(BOTH)
    assert [key for key, _ in keys(*refs)] == [C(CUSTODY), D(DOCUMENT)]
    assert Detainee.get().key == D(DOCUMENT)
