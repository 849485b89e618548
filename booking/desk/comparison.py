"""Rule 7: what the comparison of a booking found, in words, for the officer who decides."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from booking.desk.application import Application, Held, Person
from booking.identity import same_name
from booking.rules import Taken
from models.detainees import id_key, name_key
from models.statements import Statement, among, several, together

if TYPE_CHECKING:
    from booking.desk.ledger import OnRoll, StandingCount

Finding = dict[str, str]


class Past(NamedTuple):
    """A booking that was not refused or cancelled, as far as the comparison looks at it."""

    lawyer: int
    detainee_key: str
    case_no: str | None


class Entry(NamedTuple):
    """A line of a centre's register, as far as the comparison looks at it."""

    centre_id: str
    key: str
    name_index: str
    case_no: str | None
    permit_case: bool


_HAS_REGISTER = "EXISTS (SELECT 1 FROM detainee WHERE centre_id = code)"
_ENTRIES = 'SELECT centre_id, "key", name_index, case_no, permit_case FROM detainee'


def people(applications: Sequence[Application]) -> list[Person]:
    """Who is asked for, read from the centres' registers in one question."""
    asked = tuple(applications)
    ids = [id_key(a.detainee["id_no"]) if a.detainee.get("id_no") else None for a in asked]
    names = [name_key(a.detainee["name"]) for a in asked]
    registers, entries = _registers({a.slot.centre for a in asked}, [key for key in ids if key], names)
    return [_person(a.slot.centre, i, n, entries, registers) for a, i, n in zip(asked, ids, names, strict=True)]


def findings(held: Held, person: Person, lawyer: "StandingCount", companions: dict[str, "OnRoll"], past: Sequence[Past],
             overlapping: Sequence[Taken]) -> list[Finding]:  # fmt: skip
    """`lawyer` is the lawyer's row beside the roll's; `past` and `overlapping` are other bookings that touch on this."""
    application, past, overlapping = held.application, tuple(past), tuple(overlapping)
    return [
        {"code": code, "message": message}
        for code, message in (
            *_licence(lawyer, held.now.date()),
            *_detainee(application, person),
            *_namesake(person, overlapping),
            *_defenders(application, person, past),
            *_permit(application, person),
            *_companions(application, companions),
        )
    ]


def _registers(centres: set[str], ids: Collection[str], names: Collection[str]) -> tuple[set[str], list[Entry]]:
    """The centres that keep a register of people held, and whom they hold by these numbers or names; in one trip."""
    text, where = among("text"), several(centres)
    having = Statement(f"SELECT code FROM centre WHERE code {text} AND {_HAS_REGISTER}", (where,))
    entries = f'{_ENTRIES} WHERE centre_id {text} AND ("key" {text} OR name_index {text})'
    codes, found = together([having, Statement(entries, (where, several(ids), several(names)))])
    return {code for (code,) in codes}, [Entry(*row) for row in found]


def _person(centre: str, by_id: str | None, by_name: str, entries: list[Entry], registers: set[str]) -> Person:
    here = [entry for entry in entries if entry.centre_id == centre]
    namesakes = [entry for entry in here if entry.name_index == by_name]
    known = centre in registers
    if by_id:
        entry = next((entry for entry in here if entry.key == by_id), None)
        return Person(by_id, True, entry, len(namesakes), known)
    if len(namesakes) == 1:
        return Person(namesakes[0].key, True, namesakes[0], 1, known)
    return Person(by_name, False, None, len(namesakes), known)


def _licence(lawyer: "StandingCount", today: date) -> Iterable[tuple[str, str]]:
    if lawyer.roll_state is None:
        yield "licence_not_on_roll", "执业证号不在律师名册中，身份经民警核验"
        return
    if lawyer.roll_state != "active":
        yield f"licence_{lawyer.roll_state}", "律师名册显示该执业证已" + _LICENCE[lawyer.roll_state]
    if lawyer.valid_until is not None and _day(lawyer.valid_until) < today:
        yield "licence_expired", f"律师名册显示执业证有效期至{lawyer.valid_until}"
    if not same_name(lawyer.roll_name or "", lawyer.name):
        yield "name_differs", "姓名与律师名册不一致"
    if not same_name(lawyer.roll_firm or "", lawyer.firm):
        yield "firm_differs", "律师事务所与律师名册不一致"


_LICENCE = {"suspended": "停止执业", "revoked": "吊销"}


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _detainee(application: Application, person: Person) -> Iterable[tuple[str, str]]:
    if not person.in_register:
        return
    if person.entry is None and person.namesakes > 1:
        yield "detainee_ambiguous", f"本所有{person.namesakes}名同名在押人员，请核对身份"
    elif person.entry is None:
        yield "detainee_not_here", "在押人员名册中未找到此人"
    elif person.entry.name_index != name_key(application.detainee["name"]):
        yield "detainee_name_differs", "身份证号对应的在押人员姓名与所填不一致"


def _namesake(person: Person, overlapping: Sequence[Taken]) -> Iterable[tuple[str, str]]:
    refs = "、".join(sorted(other.ref for other in overlapping))
    if refs and person.certain:
        yield "detainee_may_conflict", f"同一时间另有会见此人的预约（{refs}），请核对"
    elif refs:
        yield "detainee_may_conflict", f"同一时间另有会见同名在押人员的预约（{refs}），请核对是否同一人"


def _defenders(application: Application, person: Person, past: Sequence[Past]) -> Iterable[tuple[str, str]]:
    """At most two defenders [Criminal Procedure Law art. 33]; none for two suspects of one case [police rules art. 43]."""
    others = {p.lawyer for p in past if p.detainee_key == person.key} - {application.lawyer_id}
    if person.certain and len(others) >= 2:
        yield "third_defender", "该在押人员已有两名律师办理过会见，请核对委托关系"
    case_no = application.case_no or (person.entry.case_no if person.entry else None)
    mine = (p for p in past if p.lawyer == application.lawyer_id and case_no and p.case_no == case_no)
    if any(p.detainee_key != person.key for p in mine):
        yield "co_suspects", "该律师已会见同一案件的其他犯罪嫌疑人、被告人"


def _permit(application: Application, person: Person) -> Iterable[tuple[str, str]]:
    """State security and terrorism, while under investigation [Criminal Procedure Law art. 39]."""
    wanted = person.entry is not None and person.entry.permit_case and application.stage == "investigation"
    if wanted and not application.permit_no:
        yield "permit_missing", "该案侦查期间会见须经侦查机关许可，未填写许可文号"


def _companions(application: Application, roll: dict[str, "OnRoll"]) -> Iterable[tuple[str, str]]:
    for companion in application.companions:
        name = companion["name"]
        if companion["role"] == "interpreter":
            # Police rules art. 54.
            yield "interpreter_approval", f"翻译人员{name}须持办案机关许可文书，请核对"
        elif companion["role"] == "lawyer":
            entry = roll.get(companion.get("licence_no") or "")
            if entry is None or entry.state != "active" or not same_name(entry.name, name):
                yield "companion_not_on_roll", f"同行律师{name}与律师名册不符"
