"""The only reader of the wall clock. Everything else is handed its `now`."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This instant, aware, in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def at(day: date, wall: time) -> datetime:
    """The instant at which a Shanghai wall clock shows `wall` on `day`. China has kept one offset since 1991."""
    return datetime.combine(day, wall, tzinfo=SHANGHAI)
