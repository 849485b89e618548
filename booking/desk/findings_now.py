"""What is found about bookings at this moment: the comparison over what is written of them and of all that touch on them.

Made anew whenever somebody or something decides or acts; the booking keeps what was found when it was made. Rule 7.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time

from booking.desk import comparison, defending, ledger
from booking.desk.application import Person
from booking.desk.comparison import Around, Said
from booking.desk.persons import Named, people
from booking.findings import Finding, finding
from booking.rules import Weight
from clock import at
from models import Booking
from models.detainees import name_key
from models.fields import findings_lost
from models.sealed import UNREADABLE
from models.states import State

_OF_WECHAT = ("identity_not_verified",)


def of(bookings: Sequence[Booking], now: datetime) -> dict[str, list[Finding]]:
    """By reference what is found about each at this moment. Two questions of the database, however many they are."""
    said = {booking.ref: form for booking in bookings if (form := _said(booking))}
    readable = [booking for booking in bookings if booking.ref in said]
    found = {booking.ref: [finding(**lost) for lost in findings_lost()] for booking in bookings}
    if readable:
        persons = people([Named(one.centre_id, said[one.ref].detainee) for one in readable])
        rows = ledger.load((), _asked(readable, said, persons, now))
        for booking, person in zip(readable, persons, strict=True):
            lawyer, around = rows.lawyers[booking.lawyer_id], _around(booking, person, rows)
            made = comparison.findings(said[booking.ref], now, person, lawyer, rows.companions, around)
            made += _since(booking, said[booking.ref], person, around)
            # Who was entered at the window has shown an officer who he is.
            found[booking.ref] = [one for one in made if booking.way == "online" or one["code"] not in _OF_WECHAT]
    return found


def _said(booking: Booking) -> Said | None:
    """None where what the lawyer wrote about the person can't be opened: then nothing can be compared."""
    try:
        detainee = booking.detainee
    except UNREADABLE:
        return None
    return Said(
        booking.lawyer_id, detainee, booking.stage, booking.case_no, booking.permit_no, list(booking.companions)
    )


def _since(booking: Booking, said: Said, person: Person, around: Around) -> Iterable[Finding]:
    """What registers that were brought since have made of a booking of one person."""
    if booking.detainee_key == name_key(said.detainee["name"]):
        return
    if person.entry and booking.detainee_key not in person.keys:
        yield finding("detainee_is_another", "按现在的名册，所填的号码或姓名已不是预约时的那名在押人员，请核对")
    if booking.state == State.CONFIRMED and booking.detainee_claim is None:
        for ref in sorted(other.ref for other in around.overlapping if other.detainee_claim):
            yield finding("detainee_met_twice", f"名册更新后，同一时间另有先通过的预约会见此人（{ref}），请只保留一个")


def _asked(
    bookings: Sequence[Booking], said: dict[str, Said], persons: Sequence[Person], now: datetime
) -> ledger.Wanted:
    known = zip(said.values(), persons, strict=True)
    cases = {(s.lawyer_id, s.case_no or p.case_no) for s, p in known}
    return ledger.Wanted(
        centres=(),
        lawyers={booking.lawyer_id for booking in bookings},
        requests=(),
        companions={one["licence_no"] for s in said.values() for one in s.companions if one.get("licence_no")},
        said=(),
        sessions=(),
        people={key for person in persons for key in person.keys} | {booking.detainee_key for booking in bookings},
        cases={(lawyer, case) for lawyer, case in cases if case},
        numbers={key for one, who in zip(bookings, persons, strict=True) for key in _keys(one, who)},
        today=at(now.date(), time()),
    )


def _around(booking: Booking, person: Person, rows: ledger.Rows) -> Around:
    """The others. By the register of today the person may go by another key than when it was booked."""
    keys = {booking.detainee_key, *person.keys}
    others = [(taken, past) for taken, past in rows.touching if taken.ref != booking.ref]
    mine = [taken for taken, _ in others if taken.detainee_key in keys]
    proven = any(taken.ref == booking.ref and taken.weight == Weight.PROVEN for taken, _ in rows.touching)
    return Around(
        [past._replace(detainee_key=person.key) if past.detainee_key in keys else past for _, past in others],
        [taken for taken in mine if taken.overlaps(booking.starts_at, booking.ends_at)],
        proven,
        defending.of(booking.centre_id, _keys(booking, person), rows.defending),
    )


def _keys(booking: Booking, person: Person) -> set[str]:
    return {booking.detainee_key, *person.numbered}
