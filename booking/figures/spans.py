"""Figures of a span of days: sums of the days kept, and today counted as it stands."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from peewee import fn

from booking.figures.daily import Counted, count
from models import DayFigures, SlotFigures, rows_of
from models.figures import COUNTED
from refusals import Invalid

EARLIEST = date(2000, 1, 1)
LONGEST = timedelta(days=366)
WEEKS_FROM = timedelta(days=62)  # a span longer than this is shown by weeks


@dataclass
class Tally:
    """Of a day, a week, a slot's hour, or all: numbers to add up, and spreads (value → how many)."""

    numbers: Counter[str] = field(default_factory=Counter)
    spreads: dict[str, Counter[int]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]

    def add(self, numbers: dict[str, int]) -> None:
        for name, many in numbers.items():
            self.numbers[name] += many

    def spread(self, name: str) -> Counter[int]:
        return self.spreads.setdefault(name, Counter())

    def add_spreads(self, spreads: dict[str, dict[Any, int]]) -> None:
        for name, values in spreads.items():
            mine = self.spread(name)
            for value, many in values.items():
                mine[int(value)] += many

    @property
    def taken(self) -> int:
        return self["booked"] + self["window_booked"]

    @property
    def use(self) -> float | None:
        """Share of the seats on offer in which somebody was met, or is booked to be."""
        return share(self.taken - self["no_shows"], self["seats"])

    @property
    def window_share(self) -> float | None:
        return share(self["window_booked"], self.taken)

    @property
    def no_show_rate(self) -> float | None:
        return share(self["no_shows"], self["held"] + self["no_shows"])

    @property
    def rejected_share(self) -> float | None:
        return share(self["decided_rejected"], self["decided"])

    @property
    def delivered_share(self) -> float | None:
        told = sum(self[f"sms_{kind}"] for kind in ("delivered", "sent", "failed", "unknown"))
        return share(self["sms_delivered"], told)

    def rank(self, name: str, part: float = 0.5) -> int | None:
        """The value that this part of all do not exceed: 0.5 is the median. None of none."""
        values = self.spread(name)
        wanted, seen = -(-sum(values.values()) * part // 1), 0
        for value in sorted(values):
            seen += values[value]
            if seen >= wanted:
                return value
        return None


@dataclass
class Figures:
    """All together; by day, or by week where the span is long; and by slot start."""

    first: date
    last: date
    by_week: bool
    whole: Tally
    spans: dict[date, Tally]
    hours: dict[str, Tally]


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def span(first: date | None, last: date | None, now: datetime) -> tuple[date, date]:
    """The days asked for, the last four weeks unless said; never beyond today. Raises Invalid."""
    today = now.date()
    if min(first or today, last or today) < EARLIEST:
        raise Invalid(f"日期不早于{EARLIEST}")
    last = min(last or today, today)
    first = first or last - timedelta(days=27)
    if first > last:
        raise Invalid("开始日期须不晚于结束日期和今天")
    if last - first > LONGEST:
        raise Invalid("一次最多查看一年")
    return first, last


def of(centres: Sequence[str], first: date, last: date, now: datetime) -> Figures:
    """Of these centres together. Some questions, however long the span and however many the bookings."""
    by_week = last - first > WEEKS_FROM
    found = Figures(first, last, by_week, Tally(), {}, {})
    for day, numbers in _sums(SlotFigures.date, centres, first, last):
        _span(found, day).add(numbers)
        found.whole.add(numbers)
    for starts, numbers in _sums(SlotFigures.starts, centres, first, last):
        found.hours.setdefault(starts, Tally()).add(numbers)
    here = DayFigures.centre.in_(centres) & DayFigures.date.between(first, last) & (DayFigures.date < now.date())
    columns = (DayFigures.date, DayFigures.spreads, DayFigures.counts)
    for day, spreads, counts in rows_of(DayFigures.select(*columns).where(here)):
        _add_day(found, day, spreads, counts)
    if last >= now.date():
        for counted in count(centres, last).values():
            _add_today(found, last, counted)
    found.spans = dict(sorted(found.spans.items()))
    found.hours = dict(sorted(found.hours.items()))
    return found


def _sums(by: Any, centres: Sequence[str], first: date, last: date) -> Iterable[tuple[Any, dict[str, int]]]:
    sums = [fn.SUM(getattr(SlotFigures, name)) for name in COUNTED]
    here = SlotFigures.centre.in_(centres) & SlotFigures.date.between(first, last)
    for key, *numbers in rows_of(SlotFigures.select(by, *sums).where(here).group_by(by)):
        yield key, dict(zip(COUNTED, map(int, numbers), strict=True))


def _span(found: Figures, day: date) -> Tally:
    start = max(found.first, day - timedelta(days=day.weekday())) if found.by_week else day
    return found.spans.setdefault(start, Tally())


def _add_day(found: Figures, day: date, spreads: dict[str, Any], counts: dict[str, int]) -> None:
    """Lawyers turned away count once a day here, once a slot by the hour."""
    numbers = {_DAILY.get(name, name): many for name, many in counts.items()}
    for tally in (_span(found, day), found.whole):
        tally.add(numbers)
        tally.add_spreads(spreads)


_DAILY = {"rejected": "decided_rejected", "full": "full_lawyers", "outside": "outside_lawyers"}


def _add_today(found: Figures, today: date, counted: Counted) -> None:
    for starts, numbers in counted.slots.items():
        found.hours.setdefault(starts, Tally()).add(numbers)
        for tally in (_span(found, today), found.whole):
            tally.add(numbers)
    _add_day(found, today, counted.spreads, counted.counts)
