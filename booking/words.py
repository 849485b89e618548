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
STRIKE_KINDS = {"no_show": "爽约", "late_cancellation": "逾期取消"}
STRIKE_STATES = {"standing": "有效", "used": "已用于暂停", "waived": "已撤销"}
MANDATES = {"entrusted": "委托", "legal_aid": "法律援助"}
STAGES = {"investigation": "侦查", "prosecution": "审查起诉", "trial": "审判"}
COMPANIONS = {"lawyer": "律师", "assistant": "助理", "interpreter": "翻译"}
LICENCES = {"active": "执业", "suspended": "停止执业", "revoked": "吊销", "closed": "注销"}
WAYS = {"online": "网上", "window": "窗口"}

REJECTIONS = (
    "执业证信息与律师名册不符，请先核实更正",
    "委托手续不全，请补齐后重新预约",
    "在押人员不在本所，请核对羁押地点",
    "在押人员姓名或证件号有误，请核对后重新预约",
    "该时间办案机关提讯或开庭，请另选时间",
    "侦查期间会见须经许可，未提供许可文书",
    "已有两名律师办理会见，请先核实委托关系",
    "不能为同一案件的多名当事人办理会见",
    "翻译或同行人员未经核准，请更正后重新预约",
)
CLOSINGS = (
    "会见室设备检修",
    "看守所临时停止会见",
    "停电或停水",
    "恶劣天气",
    "疫情防控",
    "办案机关提讯或开庭",
    "临时勤务安排",
)
NOT_VERIFIED_IN_TIME = "复核期限内未能核实，请到会见窗口办理"
_BY_SMS = frozenset((*REJECTIONS, *CLOSINGS, NOT_VERIFIED_IN_TIME))  # an SMS carries 35 characters of each
_IN_THE_APP = "原因请在小程序查看"

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


def reason_by_sms(why: str) -> str:
    """A sentence of ours as it is. What an officer wrote himself may name the person or the charge in any spelling: it
    stands in the mini-program, which only this lawyer opens, and never leaves the house by SMS."""
    return why if why in _BY_SMS else _IN_THE_APP
