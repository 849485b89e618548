"""A centre's coming days as planned: its policy and its slots, read from SQL in one trip; and what the calendar says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from booking import calendar
from booking.desk.slot_views import AnySlot, Offer
from booking.policy import Policy
from booking.slots import Planned
from models import Slot, database
from models.statements import Statement, together
from refusals import NotFound

MOST_DAYS_AHEAD = 60  # what a policy may ask for

_AHEAD = """SELECT id, centre_id, date, starts_at, ends_at, seats, taken, open, closed_reason FROM slot
WHERE centre_id = {p} AND date BETWEEN {p} AND {p} ORDER BY starts_at"""
_day: Callable[[Any], date] = Slot.date.python_value
_moment: Callable[[Any], Any] = Slot.starts_at.python_value


@dataclass(frozen=True, slots=True)
class Plan:
    """A centre's coming days: policy, slots by day, and the last day that is shown."""

    policy: Policy
    slots: dict[date, list[Planned]]
    last: date
    _offers: dict[str, Offer] = field(default_factory=dict)

    def offer(self, slot: AnySlot) -> Offer:
        """Reckoned when somebody asks for it the first time."""
        found = self._offers.get(slot.id)
        if found is None or found.slot is not slot:
            found = self._offers[slot.id] = Offer.of(self.policy, slot)
        return found

    def known(self, slot_id: str) -> Offer | None:
        """What was asked for since the plan was read."""
        return self._offers.get(slot_id)


def read_plan(code: str, today: date) -> Plan:
    """Raises NotFound for a centre that is not ours."""
    place = database.param
    policy_of = Statement(f"SELECT policy FROM centre WHERE code = {place}", (code,))
    ahead = Statement(_AHEAD.format(p=place), (code, today, today + timedelta(days=MOST_DAYS_AHEAD)))
    policies, rows = together([policy_of, ahead])
    if not policies:
        raise NotFound("没有这个看守所")
    policy = Policy.written(policies[0][0], code)
    plan = Plan(policy, {}, today + timedelta(days=policy.opens_days_before))
    for slot in map(_planned, rows):
        if slot.date <= plan.last:
            plan.slots.setdefault(slot.date, []).append(slot)
    return plan


def read_calendar(code: str, today: date) -> dict[date, calendar.DayKind]:
    """Of every day that a plan may have, one more for a midnight that passes meanwhile."""
    return calendar.days(code, today, today + timedelta(days=MOST_DAYS_AHEAD + 1))


def _planned(row: tuple[Any, ...]) -> Planned:
    ref, centre, day, starts_at, ends_at, *rest = row
    return Planned(ref, centre, _day(day), _moment(starts_at), _moment(ends_at), *rest)
