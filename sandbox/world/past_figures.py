"""What the weeks before came to, so that the charts have something to show: numbers kept of days of which the bookings are
long gone, invented alike at every load. A slow morning slot, a crowded ten o'clock, waiting that grows shorter.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from booking.slots import SlotRow
from booking.timetable import rollout
from models import DayFigures, SlotFigures

WEEKS = 10
_LIKED = {"08:30": 7, "10:00": 12, "13:30": 10, "15:00": 9, "16:30": 5}  # of twelve online seats


def write(centres: list[str], now: datetime, before: date) -> None:
    """Of open days up to `before`, not with it. Inside the caller's transaction."""
    days: dict[tuple[str, date], list[SlotRow]] = {}
    for slot in rollout.rows_between(centres, now.date() - timedelta(weeks=WEEKS), before - timedelta(days=1)):
        if slot["open"]:
            days.setdefault((slot["centre"], slot["date"]), []).append(slot)
    slots = [_slot(slot) for of_day in days.values() for slot in of_day]
    if slots:
        SlotFigures.insert_many(slots).on_conflict_ignore().execute()
        rows = [_day(centre, day, slots, now) for centre, day in days]
        DayFigures.insert_many(rows).on_conflict_ignore().execute()


def _slot(slot: SlotRow) -> dict[str, object]:
    starts, day = f"{slot['starts_at']:%H:%M}", slot["date"]
    busy = 1 if slot["centre"] == "pudong" else 2  # Qingpu is the quiet one
    booked = max(1, (_LIKED.get(starts, 6) + day.toordinal() % 3 - 1) // busy)
    window = (2 + (day.toordinal() + slot["starts_at"].hour) % 5) // busy
    missed = int((day.toordinal() * 7 + slot["starts_at"].hour) % 9 == 0)
    return {
        "centre": slot["centre"], "date": day, "starts": starts, "seats": slot["seats"] + slot["window_seats"],
        "booked": booked, "window_booked": window, "held": booked + window - missed, "no_shows": missed,
        "cancelled": day.toordinal() % 2, "rejected": int(day.toordinal() % 4 == 0),
        "full": max(0, booked - 11) * (4 + day.toordinal() % 5), "outside": day.toordinal() % 2,
    }  # fmt: skip


def _day(centre: str, day: date, slots: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    mine = [slot for slot in slots if (slot["centre"], slot["date"]) == (centre, day)]
    held, booked = sum(slot["held"] for slot in mine), sum(slot["booked"] for slot in mine)
    longest = 9 + (now.date() - day).days // 3
    waits = Counter(3 + (n * 5 + day.toordinal()) % longest for n in range(held))
    leads = Counter(24 * (2 + (n + day.toordinal()) % 5) + n % 7 for n in range(booked))
    firsts = Counter({hours: many for hours, many in leads.items() if hours % 3 == 0})
    reviews = Counter(40 + 37 * (n % 15) for n in range(booked))
    told = 3 * booked
    counts = {
        "decided": booked, "rejected": sum(slot["rejected"] for slot in mine), "by_system": booked // 9,
        "sms_delivered": told - 3, "sms_sent": 1, "sms_failed": 1 + day.toordinal() % 2, "sms_unknown": day.toordinal() % 2,
        "full": sum(slot["full"] for slot in mine) * 3 // 4, "outside": sum(slot["outside"] for slot in mine) * 2 // 3,
    }  # fmt: skip
    spreads = {"waits": waits, "leads": leads, "firsts": firsts, "reviews": reviews}
    return {"centre": centre, "date": day, "spreads": spreads, "counts": counts, "made_at": now}
