"""Rule 16, at the gate: who shows this pass or reference, and may he come in now? Looks, and changes nothing."""

import re
from datetime import datetime
from typing import NamedTuple

from booking.desk import findings_now, recheck
from booking.findings import BARRING, any_of
from booking.gate.passes import BadPass, PassKeys
from booking.policy import Policy
from booking.refs import ref_said
from booking.words import STATES, day_words, moment_words
from models import Booking
from models.names import composed
from models.states import State
from refusals import WrongState

_PASS = "HJ1."
_REF = re.compile(r"[0-9A-Z]{8}", re.ASCII)
MOST_TYPED = 2000
LET_IN = ("ready", "late", "changed")


class Sign(NamedTuple):
    """What is said large: `words`, and `more` below them. `kind` is one of LET_IN for who may be let in."""

    kind: str
    words: str
    more: str = ""


class Looked(NamedTuple):
    """A booking of this centre, or a sign that says why there is none."""

    booking: Booking | None
    sign: Sign


_ELSEWHERE = Sign("elsewhere", "该凭证不是本所的预约", "请律师核对预约的看守所")
_UNREADABLE = Sign("unreadable", "认不出预约号", "预约号为8位数字和字母，请核对后重输")
_UNKNOWN = Sign("unknown", "本所没有这个预约号", "请核对后重输，或按姓名查找；也可能是别的看守所的预约")
_FORGED = Sign("forged", "凭证无效", "不是本系统签发的凭证，不得据此放行；请核对证件原件和预约号")
_MOVED = Sign("outdated", "凭证已作废", "凭证上的时间与预约不符，请律师重新打开凭证")


def look(text: str, centre: str, keys: PassKeys, now: datetime) -> Looked:
    """By what was scanned or typed: a pass's signed text, or a reference however it is written."""
    text = composed(text, MOST_TYPED).strip()
    return _by_pass(text, centre, keys, now) if text.startswith(_PASS) else _by_ref(ref_said(text), centre, now)


def sign(booking: Booking, now: datetime) -> Sign:
    """What the gate does with this booking at this moment."""
    policy, starts_at = Policy.of(booking.centre), booking.starts_at
    if booking.state != State.CONFIRMED:
        return _by_state(booking)
    if starts_at.date() != now.date():
        return Sign("wrong_day", "不是今天的预约", f"预约在{day_words(starts_at.date())}{starts_at:%H:%M}")
    if now < (opens := policy.arrival_opens(starts_at)):
        return Sign("early", "来早了", f"{starts_at:%H:%M}会见，{opens:%H:%M}起可以登记到场")
    if now >= booking.ends_at:
        return Sign("over", "会见时段已过", f"预约在{starts_at:%H:%M}至{booking.ends_at:%H:%M}")
    if now >= policy.late_from(starts_at):
        minutes = int((now - starts_at).total_seconds() // 60)
        return _by_lists(
            booking, Sign("late", f"迟到{minutes}分钟", "已过爽约时限，系统随时会记爽约；人已到的请立即登记"), now
        )
    return _by_lists(booking, Sign("ready", "可以登记到场", f"{starts_at:%H:%M}会见"), now)


def may_arrive(booking: Booking, now: datetime) -> None:
    """Raises WrongState, in the words of the sign, unless he may be let in."""
    said = sign(booking, now)
    if booking.state == State.CONFIRMED and said.kind not in LET_IN:
        raise WrongState(f"{said.words}：{said.more}")


def _by_pass(text: str, centre: str, keys: PassKeys, now: datetime) -> Looked:
    try:
        claims = keys.check(text)
    except BadPass:
        return Looked(None, _FORGED)
    if claims["centre"] != centre:
        return Looked(None, _ELSEWHERE)
    found = _booking(claims["ref"])
    if found is None or found.centre_id != centre:
        return Looked(None, _UNKNOWN if found is None else _ELSEWHERE)
    if datetime.fromisoformat(claims["start"]) != found.starts_at:
        return Looked(None, _MOVED)
    said = sign(found, now)
    if found.state == State.CONFIRMED and now >= _until(claims):
        return Looked(found, Sign("expired", "凭证已过期", f"有效至{moment_words(_until(claims))}"))
    return Looked(found, said)


def _by_ref(ref: str, centre: str, now: datetime) -> Looked:
    if not _REF.fullmatch(ref):
        return Looked(None, _UNREADABLE)
    found = _booking(ref)
    if found is None or found.centre_id != centre:  # whether there is one elsewhere is nobody's business here
        return Looked(None, _UNKNOWN)
    return Looked(found, sign(found, now))


def _booking(ref: str) -> Booking | None:
    found: Booking | None = Booking.in_full().where(Booking.ref == ref).first()
    return found


def _until(claims: dict[str, str]) -> datetime:
    return datetime.fromisoformat(claims["until"])


def _by_lists(booking: Booking, otherwise: Sign, now: datetime) -> Sign:
    """Roll and register as they are today beat what was true when it was confirmed."""
    found = findings_now.of([booking], now)[booking.ref]
    if barred := any_of(BARRING, found):
        return Sign("barred", barred[0]["message"], "不能登记到场；请转复核民警取消预约，名册有误的先更正名册")
    if new := recheck.unseen(booking, found):
        said = "；".join(one["message"] for one in new)
        return Sign("changed", "通过以后名册有变动，请先核对", f"{said}。{otherwise.words}：{otherwise.more}")
    return otherwise


def _by_state(booking: Booking) -> Sign:
    more = {
        State.SUBMITTED: "尚未复核，不能登记到场；请转复核民警",
        State.REJECTED: "请律师到会见窗口办理",
        State.CANCELLED: "请律师到会见窗口办理",
        State.NO_SHOW: "未按时到场，已记爽约；停机期间按时到场的可以补录",
        State.ARRIVED: "已登记，等候会见",
        State.MEETING: "会见正在进行",
        State.DONE: "会见已结束",
    }[State(booking.state)]
    return Sign(booking.state, STATES[booking.state], more)
