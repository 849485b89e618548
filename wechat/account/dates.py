"""Days as people type them: `2026-11-27`, `11-27`, `11月27日`, `1127`, `27日`, `十一月二十七日`, `明天`, `周五`."""

import re
from contextlib import suppress
from datetime import date, timedelta

_NEAR = {"昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3}
_WEEKDAYS = {words: number for number, words in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAY = re.compile(r"(下?)(?:周|星期|礼拜)([一二三四五六日天])")
_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_SHORT = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?|([01]\d)([0-3]\d)", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[日号]", re.ASCII)
_NUMBER = re.compile(r"[〇零一二三四五六七八九十]+")
_FIGURES = {words: str(number) for number, words in enumerate("零一二三四五六七八九")} | {"〇": "0"}


class NoSuchDay(ValueError):
    """It has the form of a day, as `2月30日`."""


def day_said(text: str, today: date) -> date | None:
    """The day meant; None when it is none. Raises NoSuchDay.

    Without a year it is the one nearest to today; a weekday is the next one, today included, and `下周五` is that of
    the week after this.
    """
    if text in _NEAR:
        return today + timedelta(days=_NEAR[text])
    if found := _WEEKDAY.fullmatch(text):
        return _weekday(found[1] != "", _WEEKDAYS[found[2]], today)
    text = _NUMBER.sub(lambda found: _figures(found[0]), text)
    try:
        if found := _FULL.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := _SHORT.fullmatch(text):
            month, day = (part for part in found.groups() if part)
            return _nearest(int(month), int(day), today)
        if found := _DAY.fullmatch(text):
            return _next(int(found[1]), today)
    except ValueError:
        raise NoSuchDay(text) from None
    return None


def _figures(words: str) -> str:
    """十一 is 11, 二十 is 20, 二〇二六 is 2026."""
    if "十" not in words:
        return "".join(_FIGURES[word] for word in words)
    tens, _, ones = words.partition("十")
    return (_FIGURES.get(tens, "") or "1") + (_FIGURES.get(ones, "") or "0")


def _next(day: int, today: date) -> date:
    """The next such day of a month, today included. Raises ValueError."""
    for months in range(3):
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        with suppress(ValueError):
            if (found := date(year, month + 1, day)) >= today:
                return found
    raise ValueError(day)


def _weekday(next_week: bool, weekday: int, today: date) -> date:
    if next_week:
        return today + timedelta(days=7 - today.weekday() + weekday)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _nearest(month: int, day: int, today: date) -> date:
    """Raises ValueError. 29 February may be missing in some of the years around."""
    near = []
    for year in (today.year - 1, today.year, today.year + 1):
        with suppress(ValueError):
            near.append(date(year, month, day))
    return min(near, key=lambda one: abs(one - today))
