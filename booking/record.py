"""The record: who saw or did what, when, from where. It is only ever added to; here it is asked."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import clock
from models import Audit

# What a line is about, in the words of who reads it. A kind without words of its own is shown as it is written.
KINDS = {
    "review.confirmed": "复核通过",
    "review.rejected": "复核不通过",
    "booking.seen": "查看预约",
    "booking.withdrawn": "所方取消预约",
    "bookings.searched": "查找预约",
    "detainee.number_seen": "查看在押人员证件号",
    "arrivals.arrived": "登记到场",
    "arrivals.meeting": "会见开始",
    "arrivals.done": "会见结束",
    "arrivals.no_show": "记爽约",
    "window.enter": "现场登记",
    "lawyer.seen": "查看律师",
    "lawyer.numbers_seen": "查看律师证件和电话",
    "lawyers.listed": "查看待核验律师",
    "lawyers.searched": "查找律师",
    "licence.verified": "律师核验通过",
    "licence.refused": "律师核验不通过",
    "licence.unbound": "解除律师微信",
    "strike.waive": "撤销爽约",
    "suspension.lift": "解除暂停",
    "notice.resend": "重发短信",
    "notice.told_by_phone": "已电话告知",
    "notice.phone_seen": "查看短信号码",
    "slot.seats": "调整名额",
    "slot.reopen": "重开时段",
    "slots.close": "关闭时段",
    "closing.seen": "查看关闭影响",
    "day.reopen": "重开一天",
    "timetable.import": "导入时间表",
    "holidays.import": "导入节假日",
    "register.import": "导入在押名册",
    "roll.brought": "送交律师名册",
    "roll.import": "导入律师名册",
    "roll.report": "查看名册报告",
    "centre.add": "登记看守所",
    "centre.set": "更改规则",
    "centre.day": "设定开放日",
    "lookup.now": "订阅号查今日",
    "lookup.day": "订阅号查某日",
    "lookup.name": "订阅号查姓名",
    "lookup.booking": "订阅号查预约",
    "officer.signed_in": "登录",
    "officer.add": "新增民警",
    "officer.change": "更改民警",
    "officer.suspend": "停用民警",
    "officer.restore": "恢复民警",
    "officer.enrolled": "设置口令和动态码",
    "officer.passphrase": "更改口令",
    "officer.totp": "更换动态码",
    "officer.sign_in_code": "发登录代码",
    "officer.bind_code": "发绑定代码",
    "officer.bound": "绑定订阅号",
    "officer.unbound": "解除订阅号",
    "officer.wechat_bind": "绑定微信登录",
    "officer.wechat_unbind": "解除微信登录",
    "audit.export": "导出操作记录",
}


class Question(NamedTuple):
    """What is asked of the record. No centre is all of them, and what belongs to none; days are whole, both included."""

    centre: str | None = None
    who: str = ""
    what: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


def entries(question: Question, many: int, before: int | None = None) -> list[Audit]:
    """The newest first, at most `many`; with `before` those that stand after that entry in this order."""
    found = Audit.select().where(*_conditions(question))
    if before is not None and (last := Audit.get_or_none(Audit.id == before)) is not None:
        found = found.where(Audit.at <= last.at, (Audit.at < last.at) | (Audit.id < last.id))
    return list(found.order_by(Audit.at.desc(), Audit.id.desc()).limit(many))


def about(entry: Audit) -> str:
    """What else is kept with it, as one line."""
    return "；".join(
        f"{name}：{_said(value)}" for name, value in entry.words.items() if value not in ("", None)
    )


def _said(value: object) -> str:
    if isinstance(value, dict):
        return "，".join(f"{name} {_said(one)}" for name, one in value.items())
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _conditions(question: Question) -> Iterable[object]:
    yield Audit.at >= (_midnight(question.since) if question.since else _BEGINNING)
    if question.until is not None:
        yield Audit.at < _midnight(question.until + timedelta(days=1))
    for field in ("centre", "who", "what", "subject"):
        if value := getattr(question, field):
            yield getattr(Audit, field) == value


def _midnight(day: date) -> datetime:
    return clock.at(day, time(0))


_BEGINNING = clock.at(date(2019, 1, 1), time(0))
