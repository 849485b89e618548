"""Answers about days: now and next, a day's list, the bring-out plan, the seats left."""

from collections.abc import Sequence
from datetime import date, datetime

from booking.gate import bring_out_plan, today
from booking.gate.today import Period
from booking.record.kinds import Kind
from booking.record.note import note
from booking.search import lookups
from booking.words import STATES, day_words
from models import Booking
from models.states import State
from wechat.account.question import MANY, Question, behind, cursor, detainee, on_a_phone
from wechat.account.replies import Answer, Item

_COUNTED = {
    State.CONFIRMED: "未到",
    State.SUBMITTED: "待复核",
    State.ARRIVED: "到场",
    State.MEETING: "会见中",
    State.DONE: "完成",
    State.NO_SHOW: "爽约",
}


def now_and_next(visit: Question, _about: str, after: str) -> Answer:
    """Who is in, and who comes: the slots that are on at this moment, and the next one of today."""
    periods = today.periods(visit.centre.code, visit.now.date(), visit.now)
    running = [one for one in periods if one.starts_at <= visit.now < one.ends_at]
    coming = [one for one in periods if one.starts_at > visit.now][:1]
    lines = [f"{visit.centre.name} {visit.now:%H:%M}"]
    lines += [f"现在 {_sum(one, visit.now)}" for one in running] or ["现在没有会见时段"]
    lines += [f"下一时段 {_sum(one, visit.now)}" for one in coming] or ["今日没有下一时段"]
    return _list(visit, "\n".join(lines), running + coming, after, visit.link("today"), Kind.LOOKUP_NOW)


def day(visit: Question, about: str, after: str) -> Answer:
    """A day by its slots, and everybody in them; today unless `about` says another."""
    asked = date.fromisoformat(about) if about else visit.now.date()
    periods = today.periods(visit.centre.code, asked, visit.now)
    people = sum(one.people for one in periods)
    head = f"{day_words(asked)} {visit.centre.name} 共{people}人"
    if not periods:
        return Answer(f"{day_words(asked)} {visit.centre.name}没有会见时段", foot=visit.link("today"))
    if not after:
        head = "\n".join([head, *(_sum(one, visit.now) for one in periods)])
    foot = visit.link("today" if asked == visit.now.date() else "bookings")
    return _list(visit, head, periods, after, foot, Kind.LOOKUP_DAY)


def plan(visit: Question, about: str, after: str) -> Answer:
    """The bring-out plan as it lies on the desk, in its order. Names in full are in the console."""
    asked = date.fromisoformat(about) if about else visit.now.date()
    found = bring_out_plan.lines_behind(bring_out_plan.of(visit.centre.code, asked), after)
    _note_look(visit, Kind.LOOKUP_PLAN, asked)
    items = [
        Item(
            f"{one.starts_at:%H:%M} {one.ward or '监区不详'} {on_a_phone(one.detainee)}"
            f"（{one.lawyer}律师）{STATES[one.state]}" + (f" {one.mark}" if one.mark else ""),
            bring_out_plan.place_text(one),
        )
        for one in found[:MANY]
    ]
    head = f"{day_words(asked)} {visit.centre.name}提押单" + ("" if items or after else "：没有需要提押的会见")
    return Answer(head, items, visit.link("plan", day=str(asked)), len(found) > MANY)


def seats(visit: Question, _about: str, after: str) -> Answer:
    """What lawyers see of the coming days."""
    days = [one for one in visit.desk.days(visit.centre.code) if str(one.date) > after]
    items = [
        Item(
            f"{day_words(one.date)} 余{one.remaining}/{one.seats}" + ("" if one.bookable else f" {one.reason}"),
            str(one.date),
        )
        for one in days
    ]
    foot = visit.link("timetable") if visit.officer.role != "gate" else ""  # it is not the window's to read
    return Answer(f"{visit.centre.name} 网上剩余名额", items, foot)


def _list(visit: Question, head: str, periods: Sequence[Period], after: str, foot: str, what: Kind) -> Answer:
    found = lookups.bookings_in([one.id for one in periods], MANY + 1, behind(after))
    if periods:
        _note_look(visit, what, periods[0].starts_at.date())
    items = [Item(_line(booking), cursor(booking)) for booking in found[:MANY]]
    return Answer(head, items, foot, len(found) > MANY)


def _note_look(visit: Question, what: Kind, day: date) -> None:
    centre = visit.centre.code
    note(visit.actor, visit.now, what, f"{centre}:{day}", centre=centre)


def _sum(one: Period, now: datetime) -> str:
    """Whoever is confirmed for what has not begun is not late: he is expected."""
    words = _COUNTED if one.starts_at <= now else _COUNTED | {State.CONFIRMED: "已预约"}
    told = " ".join(f"{words[state]}{one.counts[state]}" for state in words if one.counts[state])
    return f"{one.starts_at:%H:%M} {one.people}人" + (f"：{told}" if told else "")


def _line(booking: Booking) -> str:
    who = f"{booking.lawyer.name}→{detainee(booking)}"
    return f"{booking.starts_at:%H:%M} {who} {STATES[booking.state]} {booking.ref}"
