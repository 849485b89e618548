"""What can be booked: centres, their days, a day's slots."""

import re
from collections.abc import Sequence
from datetime import date

from flask import Response

from booking.desk.availability import Views
from booking.policy import Policy
from booking.slots import DayView
from models import Centre
from refusals import NotFound
from wechat.api import shapes
from wechat.api.door import api, door
from wechat.api.forms import DayQuestion
from wechat.api.serializers import answer, as_json

_CODE = re.compile(r"[a-z][a-z0-9-]{0,19}", re.ASCII)
_TOLD = ("opens_days_before", "opens_at", "closes_days_before", "cancel_free_hours", "no_show_minutes",
         "review_deadline", "strikes_to_suspend", "suspension_days", "daily_limit", "ahead_limit",
         "unproven_ahead_limit", "new_persons_limit", "new_persons_days", "bookings_made_limit", "slot_again_limit",
         "cancel_budget", "cancel_budget_days", "max_lawyers", "max_others",
         "arrival_opens_minutes")  # fmt: skip


@api.get("/centres")
@api.output(shapes.Centres)
@api.doc(tags=["centres"], operation_id="centres")
def centres() -> Response:
    """The centres and their rules."""
    return answer(centres_told())


@api.get("/centres/<code>/days")
@api.output(shapes.Days)
@api.doc(tags=["centres"], operation_id="days")
def days(code: str) -> Response:
    """The coming days: what can be booked, and why not where not."""
    return answer(days_told(code, door().desk.days(known(code))))


@api.get("/centres/<code>/slots")
@api.input(DayQuestion, location="query", arg_name="question")
@api.output(shapes.Slots)
@api.doc(tags=["centres"], operation_id="slots")
def slots(code: str, question: DayQuestion) -> Response:
    """The slots of a day, with the seats left."""
    return answer(day_told(code, question.date, door().desk.slots(known(code), question.date)))


_told_days: dict[str, tuple[Sequence[DayView], bytes]] = {}
_told_slots: dict[tuple[str, date], tuple[Views, bytes]] = {}


def centres_told() -> bytes:
    """The answer in full."""
    return as_json({"centres": [_told(centre) for centre in Centre.select().order_by(Centre.code)]})


def days_told(centre: str, days: Sequence[DayView]) -> bytes:
    """The answer in full. The desk gives the same days as long as its copy is good, and everybody asks for them."""
    kept = _told_days.get(centre)
    if kept is None or kept[0] is not days:
        kept = _told_days[centre] = days, as_json({"days": days})
    return kept[1]


def day_told(centre: str, day: date, slots: Views) -> bytes:
    """The same of the slots of a day."""
    kept = _told_slots.get((centre, day))
    if kept is None or kept[0] is not slots:
        kept = slots, as_json({"date": day, "slots": slots})
        if slots:
            _told_slots[centre, day] = kept
    return kept[1]


def known(code: str) -> str:
    """Raises NotFound for what can't be a centre's code."""
    if not _CODE.fullmatch(code):
        raise NotFound("没有这个看守所")
    return code


def _told(centre: Centre) -> dict[str, object]:
    policy = Policy.of(centre)
    return {
        "code": centre.code,
        "name": centre.name,
        "address": centre.address,
        "lengths": policy.lengths,
        "papers": policy.papers,
        "policy": policy.model_dump(include=set(_TOLD), mode="json"),
    }
