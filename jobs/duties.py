"""What is done when. Every line is safe to run twice, and in two processes at once."""

import logging
from collections.abc import Callable
from typing import NamedTuple

from booking import calendar
from booking.desk import recheck, recount, rests, unmet
from booking.figures import daily
from booking.gate import arrivals, reminders
from booking.lawyers import standing
from booking.officers import bound
from booking.record import retention
from booking.review import decisions
from booking.roll import follows, imports
from booking.timetable import rollout
from house import House
from models import growth

log = logging.getLogger(__name__)


class Duty(NamedTuple):
    """One line of the table; `every` is in seconds."""

    name: str
    every: float
    call: Callable[[], object]


def table(house: House) -> list[Duty]:
    desk, asking = house.desk, house.asking
    return [
        Duty("seats: sweep", 5, lambda: _sweep(house)),
        Duty("seats: end what has rested", 5, lambda: rests.end_due(desk)),
        Duty("tables: count those that have outgrown their plans", 5, growth.analyse_outgrown),
        Duty("pruning: who gave a seat back", 3600, lambda: recount.forget(desk)),
        Duty("notices: find what a dead worker left", 5, asking.find_stuck),
        Duty("notices: ask about the unknown", 5, asking.ask_due),
        Duty("account: officers' tag", 10, lambda: house.officer_tags.keep(bound.openids())),
        Duty("arrivals: mark no-shows", 30, lambda: arrivals.mark_no_shows(desk.now())),
        Duty("review: decide what is past its deadline", 30, lambda: decisions.decide_due(desk)),
        Duty("review: look at what lists say by now", 600, lambda: recheck.look(desk.now())),
        Duty("standing: end suspensions", 30, lambda: standing.end_suspensions(desk.now())),
        Duty("reminders: post what is due", 30, lambda: reminders.post_due(desk.now())),
        Duty("timetable: open days", 60, lambda: rollout.open_days(desk, desk.now())),
        Duty("timetable: pass seats to the window", 60, lambda: rollout.pass_to_window(desk, desk.now())),
        Duty("roll: find what a dead worker left", 30, lambda: imports.find_dead(desk.now())),
        Duty("roll: refuse whom it bars", 60, lambda: follows.refuse_barred(desk.now())),
        Duty("calendar: alarm", 3600, lambda: _alarm(calendar.missing_tables(desk.now()))),
        Duty("pruning", 3600, lambda: retention.prune(desk.now())),
        Duty("figures: count the days that are over", 600, lambda: daily.make_due(desk.now())),
        Duty("pruning: who was turned away", 3600, lambda: unmet.prune(desk.now().date())),
        Duty("pruning: imports of the roll", 3600, lambda: imports.prune(desk.now())),
    ]


def _sweep(house: House) -> None:
    """Drift outside a known incident is a fault to look into, so it is counted and told."""
    tally = recount.sweep(house.desk)
    if tally.drift:
        log.error("the gate had drifted by %s seats", tally.drift)
        house.redis.incrby("huijian:drift", tally.drift)


def _alarm(years: list[int]) -> None:
    for year in years:
        log.error("No holiday table for %s: its days can't be booked (flask holidays import)", year)
