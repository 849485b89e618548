"""The rules as pure checks: facts and `now` come in, a Refusal goes out or nothing does. docs/rules.md numbers them."""

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

import refusals
from booking.policy import Policy
from booking.words import day_words, moment_words
from models.states import State


class Weight(IntEnum):
    """What another's booking weighs beside one's own: anybody can ask, and asking alone stands against nobody."""

    ASKED = 0
    GRANTED = 1  # by an officer, or by the deadline
    PROVEN = 2  # its lawyer has shown the mandate, and it lasts


_GRANTED = frozenset({State.CONFIRMED, State.ARRIVED, State.MEETING, State.DONE})


def weight(state: str, proven: bool) -> Weight:
    return Weight.PROVEN if proven else Weight.GRANTED if state in _GRANTED else Weight.ASKED


class Taken(NamedTuple):
    """An active booking, as far as the rules look at it."""

    ref: str
    lawyer: int
    detainee_key: str
    detainee_claim: str | None
    starts_at: datetime
    ends_at: datetime
    weight: Weight = Weight.ASKED

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and starts_at < self.ends_at


def booking_period(policy: Policy, starts_at: datetime, now: datetime) -> None:
    """Rule 4: a day opens some days before and closes some days before; a slot that began is past. Raises OutsideWindow."""
    day = starts_at.date()
    if now < policy.opens(day):
        raise refusals.OutsideWindow(f"{day_words(day)}的预约于{moment_words(policy.opens(day))}开放")
    if now >= starts_at:
        raise refusals.OutsideWindow("该时段已经开始或已经过去")
    if now >= policy.closes(day):
        raise refusals.OutsideWindow(f"{day_words(day)}的网上预约已截止，请到会见窗口办理")


def length(lengths: Iterable[int], minutes: int) -> None:
    """Rule 3: one of the centre's lengths that fits the slot. Raises Invalid."""
    choices = list(lengths)
    if minutes not in choices:
        said = "、".join(map(str, choices))
        raise refusals.Invalid(
            f"会见时长可选{said}分钟；更长的会见请到窗口办理",
            errors=[{"field": "minutes", "message": f"可选{said}分钟"}],
        )


def companions(policy: Policy, roles: Iterable[str]) -> None:
    """Rule 23: two lawyers in all [Criminal Procedure Law art. 33], and the others the centre allows. Raises Invalid."""
    named = list(roles)
    lawyers = 1 + named.count("lawyer")
    others = len(named) - named.count("lawyer")
    if lawyers > policy.max_lawyers or others > policy.max_others:
        said = f"每次会见律师不超过{policy.max_lawyers}名，助理或翻译不超过{policy.max_others}名"
        raise refusals.Invalid(said, errors=[{"field": "companions", "message": said}])


def standing(state: str, suspended_until: datetime | None, now: datetime) -> None:
    """Rules 6 and 12: verified, and not suspended. Raises NotVerified, Suspended."""
    if state != "verified":
        raise refusals.NotVerified()
    if suspended_until is not None and now < suspended_until:
        raise suspended(suspended_until)


def suspended(until: datetime) -> refusals.Suspended:
    """Rule 13 is said with it: the window stays open to everyone."""
    words = f"您的网上预约已暂停至{until.year}年{moment_words(until)}；会见权利不受影响，可到会见窗口现场办理"
    return refusals.Suspended(words, suspended_until=until)


def lawyer_is_free(policy: Policy, own: Iterable[Taken], starts_at: datetime, ends_at: datetime) -> None:
    """Rule 9: one meeting of a lawyer at a time in any centre, and some a day. Raises AlreadyBooked, DailyLimit."""
    held = list(own)
    if any(taken.overlaps(starts_at, ends_at) for taken in held):
        raise refusals.AlreadyBooked()
    if sum(taken.starts_at.date() == starts_at.date() for taken in held) >= policy.daily_limit:
        raise refusals.DailyLimit(f"每天最多预约{policy.daily_limit}次会见")


def in_the_way(claim: str | None, others: Iterable[Taken], starts_at: datetime, ends_at: datetime) -> Taken | None:
    """Rule 9: one meeting of a detainee at a time, among those confirmed and where it is certain who is meant."""
    met = (t for t in others if claim and t.detainee_claim == claim and t.overlaps(starts_at, ends_at))
    return next(met, None)


def is_late(policy: Policy, starts_at: datetime, now: datetime) -> bool:
    """Rule 10: cancelling costs a strike from the end of the free hours on."""
    return now > policy.cancel_free_until(starts_at)
