"""Who is verified in the very moment in which the roll that bars him is being written is refused by the clock."""

import threading

import pytest

from booking.desk import Desk
from booking.lawyers import licences
from booking.record.actor import Actor
from booking.roll import follows, roll
from booking.roll.rows import parse
from booking.roll.sheets import Row
from models import Audit, Booking, Lawyer, RollEntry, database
from tests.booking.conftest import Clock, applying
from tests.booking.roll.conftest import bound, cells, on_the_roll

only_postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)


def bind(desk: Desk, number: int) -> None:
    one = cells(number)
    try:
        licences.bind(
            f"o-{number}", one["name"], one["licence_no"], one["firm"], one["id_no"], one["phone"], desk.now()
        )
    finally:
        database.close()


def states() -> set[tuple[str, str | None]]:
    return {(one.state, one.licence_claim) for one in Lawyer}


def followed() -> list[tuple[str, str, dict[str, object]]]:
    lines = Audit.select().where(Audit.what == "roll.followed").order_by(Audit.id)
    return [(one.who, one.subject, one.words) for one in lines]


@only_postgres
@pytest.mark.parametrize("state", ["revoked", "suspended", "closed"])
def test_a_binding_between_the_comparison_and_the_writing_does_not_wait_and_does_not_last(
    desk: Desk, state: str
) -> None:
    on_the_roll(desk, cells(1))
    parsed = parse([Row(2, cells(1, state=state))])
    with database.atomic():
        found = roll.compare(parsed, desk.now())
        binding = threading.Thread(target=bind, args=(desk, 1))
        binding.start()
        binding.join(10)
        assert not binding.is_alive()
        roll.write(Actor("chief"), desk.now(), found)
    # The control: so it stayed, until the next import.
    assert (RollEntry.get().state, states()) == (state, {("verified", cells(1)["licence_no"])})
    assert follows.refuse_barred(desk.now()) == 1
    assert states() == {("refused", None)} and Lawyer.get().findings[0]["code"] == f"licence_{state}"
    assert Lawyer.get().verified_as == cells(1)["licence_no"]
    assert followed() == [("system", f"lawyer-{Lawyer.get().id}", {"state": state, "bookings": []})]
    assert follows.refuse_barred(desk.now()) == 0 and len(followed()) == 1


def test_his_bookings_are_put_before_a_reviewer_and_the_others_stay_as_they_are(desk: Desk, clock: Clock) -> None:
    on_the_roll(desk, cells(1), cells(2))
    first, second = bound(desk, 1), bound(desk, 2)
    refs = [desk.book(applying(one.id)).ref for one in (first, second)]
    RollEntry.update(state="revoked").where(RollEntry.licence_no == first.licence_no).execute()
    clock.move(minutes=1)
    assert follows.refuse_barred(desk.now()) == 1
    assert followed() == [("system", f"lawyer-{first.id}", {"state": "revoked", "bookings": refs[:1]})]
    assert Lawyer.get_by_id(second.id).state == "verified"
    again = {one.ref: one.again_since is not None for one in Booking}
    assert again == {refs[0]: True, refs[1]: False}


@only_postgres
def test_an_import_that_is_being_written_is_not_waited_for(desk: Desk) -> None:
    """The duty takes no lock of the roll: a long import is no reason to wait for it each minute."""
    on_the_roll(desk, cells(1))
    bound(desk, 1)
    told: list[int] = []

    def look() -> None:
        told.append(follows.refuse_barred(desk.now()))
        database.close()

    with database.atomic():
        roll.compare(parse([Row(2, cells(1, firm="新所"))]), desk.now())
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(2)
        assert told == [0]


def test_who_has_not_changed_for_long_was_known_to_the_import(desk: Desk, clock: Clock) -> None:
    on_the_roll(desk, cells(1))
    bound(desk, 1)
    RollEntry.update(state="revoked").execute()
    clock.move(days=2)
    assert follows.refuse_barred(desk.now()) == 0


@pytest.mark.parametrize("moved", [True, False])
def test_who_is_verified_under_another_licence_by_then_stays(desk: Desk, moved: bool) -> None:
    """Unbound and bound again between the reading and the writing: his row has another number."""
    on_the_roll(desk, cells(1))
    bound(desk, 1)
    barred = [entry for _, entry in parse([Row(2, cells(1, state="revoked"))]).entries]
    found = follows.who_follows({}, barred, desk.now())
    if moved:
        other = cells(2)["licence_no"]
        Lawyer.update(licence_no=other, licence_claim=other).execute()
    follows.refuse(found)
    assert Lawyer.get().state == ("verified" if moved else "refused")
