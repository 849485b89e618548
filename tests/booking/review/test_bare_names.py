"""Rules 7a and 8: by a bare name, or by numbers of two people, nobody is approved in bulk, claimed or proven unseen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest

from booking.desk import Desk, findings_now
from booking.documents import custody_key
from booking.lawyers import known_by, mandates
from booking.lifecycle import transition_all
from booking.record.actor import Actor
from booking.review import decisions, dossier, in_bulk, queue, rivals
from models import Booking, Detainee, Mandate
from models.detainees import id_key
from models.states import State
from refusals import Invalid
from tests.booking.conftest import FRIDAY, SLOT, Clock, add_slot, applying
from tests.booking.window.conftest import held

Lawyers = Callable[[int], list[int]]
CHEN = Actor("chen", "pudong")
TAO, TAOS, OTHERS = "陶某演", "11010519491231002X", "310101199001010012"
CUSTODY, OTHERS_CUSTODY = "沪浦看2026001", "沪浦看2026002"


@pytest.fixture
def tao(world: None) -> None:
    held(TAO, TAOS, custody_index=custody_key("pudong", CUSTODY))


def booked(desk: Desk, lawyer: int, slot: str = SLOT, **detainee: str) -> Booking:
    ref = desk.book(replace(applying(lawyer, slot, key=slot), detainee={"name": TAO} | detainee)).ref
    return Booking.get_by_id(ref)


def codes(booking: Booking, clock: Clock) -> list[str]:
    return [one["code"] for one in findings_now.of([booking], clock())[booking.ref]]


@pytest.mark.usefixtures("tao")
def test_two_shams_by_a_bare_name_shut_the_defender_out_of_no_slot(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    slots = [SLOT, *(str(add_slot("pudong", FRIDAY, time(hour)).id) for hour in (11, 13, 15))]
    one, other, defender = lawyers(3)
    shams = [booked(desk, lawyer, slot).ref for lawyer, slot in zip((one, one, other, other), slots, strict=True)]
    assert queue.clean("pudong", clock()) == []
    cleared = in_bulk.approve_clean(CHEN, clock(), shams)
    assert cleared.approved == []
    assert {skipped.why for skipped in cleared.skipped} == {"只填了姓名，身份未经核对，须逐个复核"}
    pair = mandates.Pair(defender, "pudong", id_key(TAOS))
    mandates.prove(CHEN, clock(), pair, TAO, "investigation")
    for slot in slots:
        assert desk.cancel(defender, booked(desk, defender, slot, id_no=TAOS).ref) is not None


@pytest.mark.usefixtures("tao")
def test_confirmed_with_many_a_bare_name_claims_nobody_and_looked_at_alone_it_does(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    """Whatever door may confirm many: an officer alone can say who is meant by a name."""
    one, other = lawyers(2)
    beside, later = (str(add_slot("pudong", FRIDAY, time(hour)).id) for hour in (11, 13))
    named, numbered = booked(desk, one), booked(desk, other, beside, id_no=TAOS)
    assert named.names_one  # the register has one line of this name
    done = transition_all([named, numbered], State.CONFIRMED, by="chen", now=clock())
    claims = {b.ref: b.detainee_claim for b in Booking.select()}
    assert claims == {named.ref: None, numbered.ref: id_key(TAOS)} == {b.ref: b.detainee_claim for b in done}
    alone = booked(desk, one, later)
    assert decisions.approve(CHEN, clock(), alone.ref).detainee_claim == id_key(TAOS)


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"id_no": TAOS, "custody_no": CUSTODY}, []),
        ({"id_no": TAOS, "custody_no": OTHERS_CUSTODY}, ["numbers_disagree"]),  # the namesake's
        ({"id_no": OTHERS, "custody_no": CUSTODY}, ["numbers_disagree"]),
        (
            {"id_no": "440524188001010014", "custody_no": CUSTODY},
            ["numbers_disagree"],
        ),  # nobody's: the line has another
        ({"id_no": TAOS, "custody_no": "9999"}, ["numbers_disagree"]),
        ({"id_no": "440524188001010014", "custody_no": "9999"}, ["detainee_ambiguous"]),
    ],
)
@pytest.mark.usefixtures("tao")
def test_numbers_that_are_not_of_one_line_are_found(
    desk: Desk, lawyers: Lawyers, clock: Clock, form: dict[str, str], found: list[str]
) -> None:
    held(TAO, OTHERS, custody_index=custody_key("pudong", OTHERS_CUSTODY))
    booking = booked(desk, lawyers(1)[0], **form)
    assert codes(booking, clock) == found
    made = findings_now.of([booking], clock())
    assert rivals.certainty([booking], made)[booking.ref] == (rivals.NAMED if found else rivals.AGREES)
    assert [one.ref for one in queue.clean("pudong", clock())] == ([] if found else [booking.ref])


def test_where_a_register_has_no_custody_numbers_one_is_not_compared(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    held(TAO, TAOS)
    booking = booked(desk, lawyers(1)[0], id_no=TAOS, custody_no=CUSTODY)
    assert codes(booking, clock) == []


@pytest.mark.usefixtures("tao")
def test_a_mandate_is_not_proven_by_a_bare_name_nor_by_the_numbers_of_two(
    desk: Desk, lawyers: Lawyers, clock: Clock
) -> None:
    held(TAO, OTHERS, custody_index=custody_key("pudong", OTHERS_CUSTODY))
    held("别某演", "440524188001010014")
    one, other, third = lawyers(3)
    bare = booked(desk, one, name="别某演")
    mixed = booked(desk, other, id_no=OTHERS, custody_no=CUSTODY)
    for booking in (bare, mixed):
        assert booking.names_one and known_by.not_provable(booking)
        assert mandates.prove_by(CHEN, clock(), booking, ()) is None
    assert not Mandate.select().exists()
    made = mandates.prove_by(CHEN, clock(), booked(desk, third, id_no=TAOS), ())
    assert made is not None and made.keys == {id_key(TAOS), custody_key("pudong", CUSTODY)}


@pytest.mark.usefixtures("tao")
def test_a_line_that_an_officer_has_picked_is_a_person(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    held("别某演", OTHERS)
    lawyer, beside = lawyers(1)[0], str(add_slot("pudong", FRIDAY, time(11)).id)
    booking = booked(desk, lawyer)
    (line,) = known_by.lines_to_pick(booking)
    stranger = Detainee.get(Detainee.key == id_key(OTHERS))
    with pytest.raises(Invalid):
        mandates.prove_for_line(CHEN, clock(), booking, stranger.id)
    made = mandates.prove_for_line(CHEN, clock(), booking, line.id)
    assert (made.person, made.name, made.booking_id) == (id_key(TAOS), TAO, booking.ref)
    later = booked(desk, lawyer, beside, custody_no=CUSTODY)
    assert (later.proven, booking.proven) == (1, 0)
    assert mandates.prove_by(CHEN, clock(), later, ()) == made  # by the other number it is the same


@pytest.mark.usefixtures("tao")
def test_officers_see_to_whom_each_number_belongs(desk: Desk, lawyers: Lawyers) -> None:
    held("别某演", OTHERS, custody_index=custody_key("pudong", OTHERS_CUSTODY))
    booking = booked(desk, lawyers(1)[0], id_no=TAOS, custody_no=OTHERS_CUSTODY)
    lines = [(row.listed, row.agrees) for row in dossier.of(booking).detainee if row.what == "在押人员"]
    assert lines == [("陶某演，一监区，号码只有一个一致", None), ("别某演，一监区，号码只有一个一致", False)]
