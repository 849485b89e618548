"""What makes a finding: a booking compared with roll, register and the other bookings, for the officer who decides. Rule 7.

Findings are made anew whenever somebody or something decides or acts; the booking keeps what was found when it was made.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from booking.desk import ledger
from booking.desk.application import Application, Person
from booking.desk.known import LawyerOnRoll, OnRoll, Past
from booking.desk.persons import Named, people
from booking.findings import Finding, finding
from booking.identity import same_name
from booking.rules import Taken
from clock import at
from models import Booking
from models.detainees import name_key
from models.fields import findings_lost
from models.sealed import UNREADABLE

_OF_WECHAT = ("identity_not_verified",)


class Said(NamedTuple):
    """What a booking's form said, as far as it is compared."""

    lawyer_id: int
    detainee: dict[str, str]
    stage: str
    case_no: str | None
    permit_no: str | None
    companions: Sequence[dict[str, str]]


class Around(NamedTuple):
    """Other bookings that touch on one: those not refused or cancelled, and those at the same time."""

    past: Sequence[Past]
    overlapping: Sequence[Taken]


def of(bookings: Sequence[Booking], now: datetime) -> dict[str, list[Finding]]:
    """By reference what is found about each at this moment. Two questions of the database, however many they are."""
    said = {booking.ref: form for booking in bookings if (form := _said(booking))}
    readable = [booking for booking in bookings if booking.ref in said]
    found = {booking.ref: [finding(**lost) for lost in findings_lost()] for booking in bookings}
    if readable:
        persons = people([Named(one.centre_id, said[one.ref].detainee) for one in readable])
        rows = ledger.load((), _asked(readable, said, persons, now))
        for booking, person in zip(readable, persons, strict=True):
            lawyer, around = rows.lawyers[booking.lawyer_id], _around(booking, person, rows.touching)
            made = findings(said[booking.ref], now, person, lawyer, rows.companions, around)
            # Who was entered at the window has shown an officer who he is.
            found[booking.ref] = [one for one in made if booking.way == "online" or one["code"] not in _OF_WECHAT]
    return found


def findings(
    asked: Application | Said,
    now: datetime,
    person: Person,
    lawyer: LawyerOnRoll,
    companions: dict[str, OnRoll],
    around: Around,
) -> list[Finding]:
    """`lawyer` is the lawyer's row beside the roll's, `companions` are the roll's lines about who comes along."""
    past, overlapping = tuple(around.past), tuple(around.overlapping)
    return [
        finding(code, message)
        for code, message in (
            *_licence(lawyer, now.date()),
            *_detainee(asked, person),
            *_namesake(person, overlapping),
            *_defenders(asked, person, past),
            *_permit(asked, person),
            *_companions(asked, companions),
        )
    ]


def _said(booking: Booking) -> Said | None:
    """None where what the lawyer wrote about the person can't be opened: then nothing can be compared."""
    try:
        detainee = booking.detainee
    except UNREADABLE:
        return None
    return Said(
        booking.lawyer_id, detainee, booking.stage, booking.case_no, booking.permit_no, list(booking.companions)
    )


def _asked(
    bookings: Sequence[Booking], said: dict[str, Said], persons: Sequence[Person], now: datetime
) -> ledger.Wanted:
    cases = {s.case_no or (p.entry.case_no if p.entry else None) for s, p in zip(said.values(), persons, strict=True)}
    return ledger.Wanted(
        centres=(),
        lawyers={booking.lawyer_id for booking in bookings},
        requests=(),
        companions={one["licence_no"] for s in said.values() for one in s.companions if one.get("licence_no")},
        said=(),
        people={booking.detainee_key for booking in bookings} | {person.key for person in persons},
        cases={case for case in cases if case},
        today=at(now.date(), time()),
    )


def _around(booking: Booking, person: Person, touching: Iterable[tuple[Taken, Past]]) -> Around:
    """The others. By the register of today the person may go by another key than when it was booked."""
    keys = {booking.detainee_key, person.key}
    others = [(taken, past) for taken, past in touching if taken.ref != booking.ref]
    mine = [taken for taken, _ in others if taken.detainee_key in keys]
    return Around(
        [past._replace(detainee_key=person.key) if past.detainee_key in keys else past for _, past in others],
        [taken for taken in mine if taken.overlaps(booking.starts_at, booking.ends_at)],
    )


def _licence(lawyer: LawyerOnRoll, today: date) -> Iterable[tuple[str, str]]:
    if lawyer.roll_state is None:
        yield "licence_not_on_roll", "执业证号不在律师名册中，身份经民警核验"
        return
    if lawyer.roll_state != "active":
        yield f"licence_{lawyer.roll_state}", "律师名册显示该执业证已" + _LICENCE[lawyer.roll_state]
    elif lawyer.state != "verified":
        yield "identity_not_verified", "该律师的身份目前未经核验：微信绑定已解除，或核验已被撤销"
    if lawyer.valid_until is not None and _day(lawyer.valid_until) < today:
        yield "licence_expired", f"律师名册显示执业证有效期至{lawyer.valid_until}"
    if not same_name(lawyer.roll_name or "", lawyer.name):
        yield "name_differs", "姓名与律师名册不一致"
    if not same_name(lawyer.roll_firm or "", lawyer.firm):
        yield "firm_differs", "律师事务所与律师名册不一致"


_LICENCE = {"suspended": "停止执业", "revoked": "吊销", "closed": "注销"}


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _detainee(asked: Application | Said, person: Person) -> Iterable[tuple[str, str]]:
    if not person.in_register:
        return
    if person.entry is None and person.namesakes > 1:
        yield "detainee_ambiguous", f"本所有{person.namesakes}名同名在押人员，请核对身份"
    elif person.entry is None:
        yield "detainee_not_here", "在押人员名册中未找到此人"
    elif person.entry.name_index != name_key(asked.detainee["name"]):
        yield "detainee_name_differs", "证件号或在押编号对应的在押人员姓名与所填不一致"


def _namesake(person: Person, overlapping: Sequence[Taken]) -> Iterable[tuple[str, str]]:
    refs = "、".join(sorted(other.ref for other in overlapping))
    if refs and person.certain:
        yield "detainee_may_conflict", f"同一时间另有会见此人的预约（{refs}），请核对"
    elif refs:
        yield "detainee_may_conflict", f"同一时间另有会见同名在押人员的预约（{refs}），请核对是否同一人"


def _defenders(asked: Application | Said, person: Person, past: Sequence[Past]) -> Iterable[tuple[str, str]]:
    """At most two defenders [Criminal Procedure Law art. 33]; none for two suspects of one case [police rules art. 43]."""
    others = {p.lawyer for p in past if p.detainee_key == person.key} - {asked.lawyer_id}
    if person.certain and len(others) >= 2:
        yield "third_defender", "该在押人员已有两名律师办理过会见，请核对委托关系"
    case_no = asked.case_no or (person.entry.case_no if person.entry else None)
    mine = (p for p in past if p.lawyer == asked.lawyer_id and case_no and p.case_no == case_no)
    if any(p.detainee_key != person.key for p in mine):
        yield "co_suspects", "该律师已会见同一案件的其他犯罪嫌疑人、被告人"


def _permit(asked: Application | Said, person: Person) -> Iterable[tuple[str, str]]:
    """State security and terrorism, while under investigation [Criminal Procedure Law art. 39]."""
    wanted = person.entry is not None and person.entry.permit_case and asked.stage == "investigation"
    if wanted and not asked.permit_no:
        yield "permit_missing", "该案侦查期间会见须经侦查机关许可，未填写许可文号"


def _companions(asked: Application | Said, roll: dict[str, OnRoll]) -> Iterable[tuple[str, str]]:
    for companion in asked.companions:
        name = companion["name"]
        if companion["role"] == "interpreter":
            # Police rules art. 54.
            yield "interpreter_approval", f"翻译人员{name}须持办案机关许可文书，请核对"
        elif companion["role"] == "lawyer":
            entry = roll.get(companion.get("licence_no") or "")
            if entry is None or entry.state != "active" or not same_name(entry.name, name):
                yield "companion_not_on_roll", f"同行律师{name}与律师名册不符"
