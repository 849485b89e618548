"""How the trade says dates, states and lists in Chinese."""

from datetime import date, datetime

_WEEKDAYS = "一二三四五六日"

STATES = {
    "submitted": "待复核",
    "confirmed": "已预约",
    "arrived": "已到场",
    "meeting": "会见中",
    "done": "已完成",
    "no_show": "爽约",
    "rejected": "不通过",
    "cancelled": "已取消",
}

_NOT_OFFICERS = {"lawyer": "律师本人", "system": "系统"}


def by_words(by: str) -> str:
    """Who took a step: an officer by account."""
    return _NOT_OFFICERS.get(by, by)


def day_words(day: date) -> str:
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def moment_words(moment: datetime) -> str:
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"
