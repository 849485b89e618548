"""How a centre runs: every number of its rules, as data. The defaults stand here once, with where they come from."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from clock import at
from models import Centre

PAPERS = ("律师执业证原件", "律师事务所会见介绍信（专用证明）", "授权委托书或法律援助公函")
Minutes = Annotated[int, Field(ge=15, le=480)]


class Policy(BaseModel):
    """The rules of one centre. [report] = the 2019 Shanghai pilot, [law], [practice] elsewhere, [ours]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lengths: tuple[Minutes, ...] = Field((45, 60, 90), min_length=1)  # rule 3 [report]
    opens_days_before: int = Field(7, ge=1, le=60)  # rule 4 [ours]
    opens_at: time = time(8, 0)  # rule 4 [ours]
    closes_days_before: int = Field(2, ge=0, le=30)  # rule 4 [report]; at 24:00 of that day
    confirm_clean_at_once: bool = False  # rule 8
    review_deadline: time = time(18, 0)  # rule 8 [ours]; the day before
    daily_limit: int = Field(2, ge=1, le=20)  # rule 9 [practice]
    ahead_limit: int = Field(6, ge=1, le=100)  # rule 9 [practice]
    cancel_free_hours: int = Field(24, ge=0, le=240)  # rule 10 [report]
    no_show_minutes: int = Field(15, ge=0, le=240)  # rule 11 [practice]
    strikes_to_suspend: int = Field(3, ge=1, le=20)  # rule 12 [report]
    suspension_days: int = Field(90, ge=1, le=730)  # rule 12 [ours]
    papers: tuple[str, ...] = PAPERS  # rule 15 [report][law]
    arrival_opens_minutes: int = Field(60, ge=0, le=480)  # rule 16 [report]
    reminder_at: time = time(10, 0)  # the day before
    max_lawyers: int = Field(2, ge=1, le=2)  # rule 23 [law: Criminal Procedure Law art. 33]
    max_others: int = Field(1, ge=0, le=3)  # rule 23 [practice]

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "Policy":
        if self.opens_days_before <= self.closes_days_before:
            raise PydanticCustomError("opens_too_late", "opens_days_before 须大于 closes_days_before")
        return self

    @classmethod
    def of(cls, centre: Centre) -> "Policy":
        return cls.model_validate(centre.policy)

    @classmethod
    @lru_cache(256)
    def written(cls, text: str) -> "Policy":
        """From the text as it is stored; the same object as long as nobody changes it."""
        return cls.model_validate_json(text)

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
