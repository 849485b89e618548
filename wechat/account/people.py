"""Answers about one booking, one lawyer, and what waits for a decision."""

from datetime import datetime

from booking.desk import findings_now
from booking.record.kinds import Kind
from booking.record.note import note
from booking.review import queue
from booking.search import lookups
from booking.search.lookups import LawyerSeen
from booking.words import LICENCES, STAGES, STATES, moment_words
from models import Booking, Lawyer, RollEntry
from wechat.account.question import MANY, Question, behind, cursor, detainee, when, without_name
from wechat.account.replies import Answer, Item

_BOUND = {"verified": "已核验", "pending": "待核验", "refused": "未通过"}

NO_BOOKING = Answer("没有找到这个预约。请核对编号（8位字母数字）；其他看守所的预约查不到。")
NO_LAWYER = Answer("没有找到。律师请发送17位执业证号或完整姓名。")


def booking(visit: Question, ref: str, after: str) -> Answer:
    found = lookups.booking(visit.officer, ref)
    if found is None:
        return NO_BOOKING
    note(visit.actor, visit.now, Kind.LOOKUP_BOOKING, found.ref, centre=found.centre_id)
    lines = [
        f"预约 {found.ref} {STATES[found.state]}",
        f"{found.centre.name} {when(found.starts_at, visit.now)}，{found.minutes}分钟",
        f"律师：{found.lawyer.name} {found.lawyer.licence_no}",
        f"会见：{detainee(found)}（{STAGES.get(found.stage, found.stage)}）",
    ]
    made = findings_now.of([found], visit.now)[found.ref]
    if found.companions:
        lines.append(f"随行：{len(found.companions)}人")
    notes = [f"提示：{finding['message']}" for finding in made]
    notes += [f"原因：{found.decision_reason}"] if found.decision_reason else []
    read = int(after) if after.isdigit() else 0
    items = [Item(without_name(text, found), str(number)) for number, text in enumerate(notes, 1)][read:]
    return Answer(lines[0] if after else "\n".join(lines), items, visit.link(f"bookings/{found.ref}"))


def licence(visit: Question, licence_no: str, after: str) -> Answer:
    found = lookups.licensed(visit.officer, licence_no)
    note(visit.actor, visit.now, Kind.LOOKUP_LICENCE, licence_no, centre=visit.officer.centre_id)
    return _lawyer(visit, found, after) if found else NO_LAWYER


def named(visit: Question, name: str, after: str) -> Answer:
    """One is shown like by number; several are listed. What was typed is not noted: it may be a detainee's name."""
    found = lookups.named(visit.officer, name, MANY + 1, after if after.isdigit() else "")
    seen = [one for one in found[:MANY] if one.lawyer]
    subject = seen[0].licence_no if len(seen) == 1 else ""
    note(
        visit.actor,
        visit.now,
        Kind.LOOKUP_NAME,
        subject,
        {"found": len(found)},
        centre=visit.officer.centre_id,
    )
    if len(found) == 1 and not after.isdigit():
        return _lawyer(visit, found[0], after)
    if not found:
        return NO_LAWYER
    elsewhere = len(found[:MANY]) - len(seen)
    head = f"同名律师{len(found[:MANY])}位" + (f"，其中{elsewhere}位未在本所预约" if elsewhere else "")
    items = [Item(f"{one.licence_no} {_firm(one)} {_on_roll(one.roll)}", one.licence_no) for one in seen]
    foot = "发送执业证号查看其预约" if items else "名册信息请到工作台“律师”页按姓名或执业证号查"
    return Answer(head, items, foot, len(found) > MANY)


def review(visit: Question, _about: str, after: str) -> Answer:
    """What waits for a decision, the soonest first. It is decided in the console."""
    centre = visit.centre.code
    found = queue.listed(centre, many=MANY + 1, after=behind(after))
    many = queue.waiting(centre, visit.now).total
    note(visit.actor, visit.now, Kind.LOOKUP_REVIEW, centre, centre=centre)
    made = findings_now.of(found[:MANY], visit.now)
    items = [Item(_to_decide(one, len(made[one.ref])), cursor(one)) for one in found[:MANY]]
    head = f"{visit.centre.name}待复核{many}件" if many else f"{visit.centre.name}没有待复核的预约"
    if late := len(queue.overdue(visit.now, centre)):
        head += f"，其中{late}件已过复核期限，须在会见开始前由民警决定"
    return Answer(head, items, visit.link("review"), len(found) > MANY)


def _lawyer(visit: Question, seen: LawyerSeen, after: str) -> Answer:
    """Where he has no booking here, only that he is on the roll."""
    if seen.lawyer is None:
        return Answer(f"律师名册：{_on_roll(seen.roll)}\n没有可供查看的预约。")
    his = seen.lawyer
    found = lookups.bookings_of(visit.officer, his.id, MANY + 1, behind(after if "~" in after else ""))
    head = [
        f"{his.name} {seen.licence_no}",
        f"{his.firm}",
        f"律师名册：{_on_roll(seen.roll)}；微信身份：{_bound(his)}",
        f"预约{seen.bookings}次",
    ]
    items = [Item(_of_his(one, visit.now), cursor(one)) for one in found[:MANY]]
    foot = visit.link(f"lawyers/{his.id}")
    return Answer(head[0] if after else "\n".join(head), items, foot, len(found) > MANY)


def _bound(lawyer: Lawyer) -> str:
    return _BOUND.get(lawyer.state, lawyer.state) if lawyer.openid else "未绑定"


def _on_roll(entry: RollEntry | None) -> str:
    if entry is None:
        return "不在册"
    until = f"，有效期至{entry.valid_until}" if entry.valid_until else ""
    return f"{LICENCES.get(entry.state, entry.state)}{until}"


def _firm(seen: LawyerSeen) -> str:
    return str(seen.lawyer.firm) if seen.lawyer else ""


def _of_his(booking: Booking, now: datetime) -> str:
    return f"{when(booking.starts_at, now)} {detainee(booking)} {STATES[booking.state]} {booking.ref}"


def _to_decide(booking: Booking, findings: int) -> str:
    found = f"提示{findings}项" if findings else "无提示"
    return f"{moment_words(booking.starts_at)} {booking.lawyer.name} {found} {booking.ref}"
