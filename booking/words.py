"""How the trade says dates, states and lists in Chinese."""

from datetime import date, datetime

from models.states import State

_WEEKDAYS = "一二三四五六日"

STATES: dict[str, str] = {
    State.SUBMITTED: "待复核",
    State.CONFIRMED: "已预约",
    State.ARRIVED: "已到场",
    State.MEETING: "会见中",
    State.DONE: "已完成",
    State.NO_SHOW: "爽约",
    State.REJECTED: "不通过",
    State.CANCELLED: "已取消",
}
MANDATES = {"entrusted": "委托", "legal_aid": "法律援助"}
STAGES = {"investigation": "侦查", "prosecution": "审查起诉", "trial": "审判"}
COMPANIONS = {"lawyer": "律师", "assistant": "助理", "interpreter": "翻译"}
LICENCES = {"active": "执业", "suspended": "停止执业", "revoked": "吊销"}
WAYS = {"online": "网上", "window": "窗口"}

_NOT_OFFICERS = {"lawyer": "律师本人", "system": "系统"}


def by_words(by: str) -> str:
    """Who took a step: an officer by account."""
    return _NOT_OFFICERS.get(by, by)


def day_words(day: date) -> str:
    return f"{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def moment_words(moment: datetime) -> str:
    return f"{moment.month}月{moment.day}日 {moment:%H:%M}"


def phone_ends(phone: str) -> str:
    """As it is shown to whoever needs not ring it: 138****8001."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == 11 else "****"


def id_ends(id_no: str) -> str:
    return f"{id_no[:6]}********{id_no[-4:]}" if len(id_no) == 18 else "****"
