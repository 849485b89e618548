"""Answers about days: now and next, a day's list, the bring-out plan, the seats left."""

from collections.abc import Sequence
from datetime import date

from booking.record.kinds import Kind
from booking.record.note import note
from booking.search import lookups
from booking.search.lookups import SlotSum
from booking.words import STATES, day_words
from models import Booking, Slot
from models.states import State
from wechat.account.question import MANY, Question, behind, cursor, detainee
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
    sums = lookups.slots_of_day(visit.centre.code, visit.now.date())
    running = [one for one in sums if one.slot.starts_at <= visit.now < one.slot.ends_at]
    coming = [one for one in sums if one.slot.starts_at > visit.now][:1]
    lines = [f"{visit.centre.name} {visit.now:%H:%M}"]
    lines += [f"现在 {_sum(one)}" for one in running] or ["现在没有会见时段"]
    lines += [f"下一时段 {_sum(one)}" for one in coming] or ["今日没有下一时段"]
    shown = [one.slot for one in running + coming]
    return _list(visit, "\n".join(lines), shown, after, visit.link("today"), Kind.LOOKUP_NOW)


def day(visit: Question, about: str, after: str) -> Answer:
    """A day by its slots, and everybody in them; today unless `about` says another."""
    asked = date.fromisoformat(about) if about else visit.now.date()
    sums = lookups.slots_of_day(visit.centre.code, asked)
    people = sum(one.holding for one in sums)
    head = f"{day_words(asked)} {visit.centre.name} 共{people}人"
    if not sums:
        return Answer(f"{day_words(asked)} {visit.centre.name}没有会见时段", foot=visit.link("today"))
    if not after:
        head = "\n".join([head, *(_sum(one) for one in sums)])
    today = asked == visit.now.date()
    foot = visit.link("today" if today else "bookings")
    return _list(visit, head, [one.slot for one in sums], after, foot, Kind.LOOKUP_DAY)


def plan(visit: Question, about: str, after: str) -> Answer:
    """The bring-out plan: who must be brought, from which ward. Names in full are in the console."""
    asked = date.fromisoformat(about) if about else visit.now.date()
    slots = Slot.of_day(visit.centre.code, asked)
    found = lookups.to_bring(slots, MANY + 1, behind(after))
    _note(visit, Kind.LOOKUP_PLAN, asked)
    items = [
        Item(
            f"{one.booking.starts_at:%H:%M} {one.ward or '监区不详'} {detainee(one.booking)}"
            f"（{one.booking.lawyer.name}律师）{STATES[one.booking.state]}",
            cursor(one.booking),
        )
        for one in found[:MANY]
    ]
    head = f"{day_words(asked)} {visit.centre.name}提押单" + (
        "" if items or after else "：没有需要提押的会见"
    )
    return Answer(head, items, visit.link("plan", day=str(asked)), len(found) > MANY)


def seats(visit: Question, _about: str, after: str) -> Answer:
    """What lawyers see of the coming days."""
    days = [one for one in visit.desk.days(visit.centre.code) if str(one.date) > after]
    items = [
        Item(
            f"{day_words(one.date)} 余{one.remaining}/{one.seats}"
            + ("" if one.bookable else f" {one.reason}"),
            str(one.date),
        )
        for one in days
    ]
    foot = visit.link("timetable") if visit.officer.role != "gate" else ""  # it is not the window's to read
    return Answer(f"{visit.centre.name} 网上剩余名额", items, foot)


def _list(visit: Question, head: str, slots: Sequence[Slot], after: str, foot: str, what: Kind) -> Answer:
    found = lookups.bookings_in(slots, MANY + 1, behind(after))
    if slots:
        _note(visit, what, slots[0].date)
    items = [Item(_line(booking), cursor(booking)) for booking in found[:MANY]]
    return Answer(head, items, foot, len(found) > MANY)


def _note(visit: Question, what: Kind, day: date) -> None:
    centre = visit.centre.code
    note(visit.actor, visit.now, what, f"{centre}:{day}", centre=centre)


def _sum(one: SlotSum) -> str:
    told = " ".join(
        f"{words}{one.states[state]}" for state, words in _COUNTED.items() if one.states.get(state)
    )
    return f"{one.slot.starts_at:%H:%M} {one.holding}人" + (f"：{told}" if told else "")


def _line(booking: Booking) -> str:
    who = f"{booking.lawyer.name}→{detainee(booking)}"
    return f"{booking.starts_at:%H:%M} {who} {STATES[booking.state]} {booking.ref}"
