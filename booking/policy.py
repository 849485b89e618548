"""How a centre runs: every number of its rules, as data. The defaults stand here once, with where they come from."""

import json
import logging
from collections.abc import Set
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from clock import at
from models import Centre

log = logging.getLogger(__name__)

PAPERS = ("律师执业证原件", "律师事务所会见介绍信（专用证明）", "授权委托书或法律援助公函")
Minutes = Annotated[int, Field(ge=15, le=480)]


class Policy(BaseModel):
    """The rules of one centre. [report] = the 2019 Shanghai pilot, [law], [practice] elsewhere, [ours].

    In the order of a booking's life. `title` and `description` are what officers call each number, and its unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    # rule 3 [report]
    lengths: tuple[Minutes, ...] = Field(
        (45, 60, 90), min_length=1, title="可选会见时长", description="分钟，用空格隔开"
    )
    # rule 4 [ours]
    opens_days_before: int = Field(7, ge=1, le=60, title="提前几天开放预约", description="天")
    # rule 4 [ours]
    opens_at: time = Field(time(8, 0), title="开放当日的时刻")
    # rule 4 [report]; at 24:00 of that day
    closes_days_before: int = Field(2, ge=0, le=30, title="提前几天截止预约", description="天，当日24时截止")
    # rule 8
    confirm_proven_at_once: bool = Field(
        False, title="委托已核实、比对无异常的立即确认", description="否则每件由民警复核"
    )
    # rule 8 [ours]; the day before
    review_deadline: time = Field(time(18, 0), title="复核期限", description="会见前一天的时刻")
    # rule 9 [practice]
    daily_limit: int = Field(2, ge=1, le=20, title="每名律师每天最多预约", description="次")
    # rule 9 [practice]
    ahead_limit: int = Field(6, ge=1, le=100, title="每名律师待会见的预约最多", description="个")
    # rule 9 [ours], as all of this rule's below: by what costs honest lawyers nothing and resale nearly everything
    unproven_ahead_limit: int = Field(3, ge=1, le=100, title="其中委托未核实的最多", description="个")
    # rule 9
    new_persons_limit: int = Field(5, ge=1, le=100, title="从未会见过的当事人最多", description="位")
    # rule 9
    new_persons_days: int = Field(7, ge=1, le=30, title="上一项按几天计", description="天")
    # rule 9
    bookings_made_limit: int = Field(12, ge=1, le=200, title="每天最多提交预约", description="个，取消的也算")
    # rule 9
    slot_again_limit: int = Field(2, ge=1, le=20, title="取消后同一时段一天最多再约", description="次")
    # rule 9
    cancel_budget: int = Field(4, ge=1, le=100, title="委托未核实的，取消几次后暂停网上预约", description="次")
    # rule 9
    cancel_budget_days: int = Field(30, ge=1, le=60, title="上一项按几天计", description="天")
    # rule 10 [report]
    cancel_free_hours: int = Field(24, ge=0, le=240, title="开始前多久可免责取消", description="小时")
    # rule 11 [practice]
    no_show_minutes: int = Field(15, ge=0, le=240, title="开始后多久未到计爽约", description="分钟")
    # rule 12 [report]
    strikes_to_suspend: int = Field(3, ge=1, le=20, title="累计几次爽约暂停网上预约", description="次")
    # rule 12 [ours]
    suspension_days: int = Field(90, ge=1, le=730, title="暂停网上预约", description="天")
    # rule 15 [report][law]
    papers: tuple[str, ...] = Field(PAPERS, title="会见当日须带的证件", description="每行一种")
    # rule 16 [report]
    arrival_opens_minutes: int = Field(60, ge=0, le=480, title="开始前多久可登记到场", description="分钟")
    # rule 15 [ours]; the day before
    reminder_at: time = Field(time(10, 0), title="提醒短信", description="会见前一天的时刻")
    # rule 21 [ours]; both 0: at once
    rest_minutes_from: int = Field(1, ge=0, le=60, title="退出的名额最早几分钟后可再约", description="分钟")
    # rule 21 [ours]
    rest_minutes_to: int = Field(10, ge=0, le=60, title="退出的名额最迟几分钟后可再约", description="分钟，随机")
    # rule 23 [law: Criminal Procedure Law art. 33]
    max_lawyers: int = Field(2, ge=1, le=2, title="每次会见律师最多", description="名")
    # rule 23 [practice]
    max_others: int = Field(1, ge=0, le=3, title="助理或翻译最多", description="名")

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "Policy":
        if self.opens_days_before <= self.closes_days_before:
            raise PydanticCustomError("opens_too_late", "opens_days_before 须大于 closes_days_before")
        return self

    @model_validator(mode="after")
    def _rests_from_before_to(self) -> "Policy":
        if self.rest_minutes_from > self.rest_minutes_to:
            raise PydanticCustomError("rests_backwards", "rest_minutes_from 不得大于 rest_minutes_to")
        return self

    @classmethod
    def of(cls, centre: Centre) -> "Policy":
        return cls.stored(centre.policy, centre.code)

    @classmethod
    @lru_cache(256)
    def written(cls, text: str, centre: str) -> "Policy":
        """From the text as it is stored; the same object as long as nobody changes it."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        return cls.stored(found, centre)

    @classmethod
    def stored(cls, found: object, centre: str) -> "Policy":
        """As far as this version understands it: another one, newer or beside it, may have written it.

        Names unknown here are passed over; a value invalid here counts as its default, and the log says so. Whoever
        writes validates the model itself, which is strict.
        """
        try:
            return cls.model_validate(found)  # as nearly always, and at no more cost
        except ValidationError:
            return cls.model_validate(sound(found, centre))

    def opens(self, day: date) -> datetime:
        """The instant from which `day` can be booked."""
        return at(day - timedelta(days=self.opens_days_before), self.opens_at)

    def closes(self, day: date) -> datetime:
        """The first instant at which `day` can no longer be booked: 24:00 of the last day is 0:00 of the next."""
        return at(day - timedelta(days=self.closes_days_before - 1), time(0))

    def review_due(self, day: date) -> datetime:
        return at(day - timedelta(days=1), self.review_deadline)

    def reminder_due(self, day: date) -> datetime:
        return at(day - timedelta(days=1), self.reminder_at)

    def cancel_free_until(self, starts_at: datetime) -> datetime:
        return starts_at - timedelta(hours=self.cancel_free_hours)

    def arrival_opens(self, starts_at: datetime) -> datetime:
        return starts_at - timedelta(minutes=self.arrival_opens_minutes)

    def late_from(self, starts_at: datetime) -> datetime:
        """From this instant on, a lawyer who has not arrived did not show."""
        return starts_at + timedelta(minutes=self.no_show_minutes)


def sound(found: object, centre: str) -> dict[str, object]:
    """Of a policy as it is stored, what this version knows and finds valid."""
    if not isinstance(found, dict):
        _warn(centre, "policy")
        return {}
    known = {name: value for name, value in found.items() if name in Policy.model_fields}
    while broken := _broken(known):
        for name in broken:
            _warn(centre, name)
            del known[name]
    return known


def _broken(known: dict[str, object]) -> Set[str]:
    """The names to do without. What is wrong only together goes together: nobody knows which of the two is meant."""
    try:
        Policy.model_validate(known)
    except ValidationError as wrong:
        named = {str(error["loc"][0]) for error in wrong.errors() if error["loc"]}
        return (named or _TOGETHER) & known.keys()
    return frozenset()


_TOGETHER = frozenset({"opens_days_before", "closes_days_before", "rest_minutes_from", "rest_minutes_to"})


@lru_cache(1024)  # once a process for a name of a centre, not with each request
def _warn(centre: str, name: str) -> None:
    log.warning("centre %s: the stored %s is not valid in this version, its default counts", centre, name)
