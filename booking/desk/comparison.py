"""What makes a finding: a booking compared with roll, register and other bookings, for the officer who decides. Rule 7."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from booking.desk.application import Application, Person
from booking.desk.known import Defender, LawyerOnRoll, OnRoll, Past
from booking.findings import Finding, finding
from booking.identity import same_name
from booking.rules import Taken, Weight
from models.detainees import name_key


class Said(NamedTuple):
    """What a booking's form said, as far as it is compared."""

    lawyer_id: int
    detainee: dict[str, str]
    stage: str
    case_no: str | None
    permit_no: str | None
    companions: Sequence[dict[str, str]]


class Around(NamedTuple):
    """What a booking is compared with: the others not refused or cancelled, those at the same time, and all who
    have proven that they defend this person, he himself too."""

    past: Sequence[Past]
    overlapping: Sequence[Taken]
    proven: bool = False  # the mandate of the one that is compared
    defenders: Sequence[Defender] = ()


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
            *_defenders(asked, person, past, around),
            *_others_mandate(asked, around),
            *_permit(asked, person),
            *_companions(asked, companions),
        )
    ]


def against_proven(found: Sequence[Finding], around: Around) -> list[Finding]:
    """What stands against a proven mandate: not that others, without one, ask for the same time."""
    only_asked = all(taken.weight == Weight.ASKED for taken in around.overlapping)
    return [one for one in found if not (only_asked and one["code"] == "detainee_may_conflict")]


def _licence(lawyer: LawyerOnRoll, today: date) -> Iterable[tuple[str, str]]:
    verified = lawyer.state == "verified"
    if lawyer.roll_state in (None, "active") and not verified:
        yield "identity_not_verified", "该律师的身份目前未经核验：微信绑定已解除，或核验已被撤销"
    if lawyer.roll_state is None:
        yield "licence_not_on_roll", "执业证号不在律师名册中" + ("，身份经民警核验" if verified else "")
        return
    if lawyer.roll_state != "active":
        yield f"licence_{lawyer.roll_state}", "律师名册显示该执业证已" + _LICENCE[lawyer.roll_state]
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
    if not person.one_line:
        yield "numbers_disagree", "所填证件号码与在押编号在名册中不在同一人名下，请核对要会见的是谁"


def _namesake(person: Person, overlapping: Sequence[Taken]) -> Iterable[tuple[str, str]]:
    refs = "、".join(sorted(other.ref for other in overlapping))
    if refs and person.certain:
        yield "detainee_may_conflict", f"同一时间另有会见此人的预约（{refs}），请核对"
    elif refs:
        yield "detainee_may_conflict", f"同一时间另有会见同名在押人员的预约（{refs}），请核对是否同一人"


def _defenders(
    asked: Application | Said, person: Person, past: Sequence[Past], around: Around
) -> Iterable[tuple[str, str]]:
    """At most two defenders [Criminal Procedure Law art. 33]; none for two suspects of one case [police rules art. 43].

    Other defenders are those with a proven mandate, and against one without those with a booking that was granted: who
    only asked for the person is none yet.
    """
    counts, keys = Weight.PROVEN if around.proven else Weight.GRANTED, person.keys
    acting = {p.lawyer for p in past if p.detainee_key in keys and p.weight >= counts}
    others = (acting | {one.lawyer for one in around.defenders}) - {asked.lawyer_id}
    if person.certain and len(others) >= 2:
        yield "third_defender", "该在押人员已有两名律师办理过会见或委托经核实，请核对委托关系"
    case_no = asked.case_no or person.case_no
    # Of meetings that were granted: what he only asks for he has not seen; the answer would tell of that person.
    granted = (p for p in past if p.lawyer == asked.lawyer_id and p.weight >= Weight.GRANTED)
    mine = (p for p in granted if case_no and p.case_no == case_no)
    if any(p.detainee_key not in keys for p in mine):
        yield "co_suspects", "该律师已会见同一案件的其他犯罪嫌疑人、被告人"


def _others_mandate(asked: Application | Said, around: Around) -> Iterable[tuple[str, str]]:
    """Who has shown nothing beside who has: a number and a name are soon known to strangers."""
    others = {one.lawyer: one.name for one in around.defenders}
    if others and not around.proven and asked.lawyer_id not in others:
        names = "、".join(f"{name}律师" for name in others.values())
        yield "others_mandate_proven", f"此人已有律师的委托经核实（{names}），请核对本次委托"


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
