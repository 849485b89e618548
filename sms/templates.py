"""What is told, in words: the texts as filed with Aliyun and WeChat, and what may stand in their variables.

No detainee's name, ID number or charge in any of them, ever. Aliyun takes 1 to 35 characters a variable,
no links, no 【】, no emoji (help.aliyun.com 463237, 2806243); WeChat's `thing` takes 20 (subscribeMessage.send).
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

LONGEST_VARIABLE = 35
LONGEST_THING = 20

_PAPERS = "请携带律师执业证、会见介绍信及委托书或法律援助公函原件。"


class Template(NamedTuple):
    """`name` for officers; `text` as filed, with `${variables}`; `note`: WeChat's sentence, with `{variables}`."""

    name: str
    text: str
    note: str

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(re.findall(r"\$\{(\w+)\}", self.text)))


TEMPLATES = {
    "submitted": Template(
        "已提交",
        "您预约${centre}${when}的会见已提交，预约号${ref}，待看守所复核，结果将短信告知。",
        "已提交，待复核",
    ),
    "confirmed": Template(
        "已通过",
        "您预约${centre}${when}的会见已通过，预约号${ref}。" + _PAPERS,
        "已通过，请携带规定证件",
    ),
    "rejected": Template(
        "不通过",
        "您预约${centre}${when}的会见未通过复核，预约号${ref}，原因：${reason}。如有疑问可到现场窗口办理。",
        "未通过：{reason}",
    ),
    "cancelled": Template(
        "已取消",
        "您预约${centre}${when}的会见已取消，预约号${ref}，由${by}取消，${strike}。",
        "由{by}取消，{strike}",
    ),
    "withdrawn": Template(
        "看守所取消",
        "您预约${centre}${when}的会见由看守所取消，预约号${ref}，原因：${reason}，不计爽约。最近可改约：${nearest}。",
        "看守所取消，不计爽约：{reason}",
    ),
    "no_show": Template(
        "爽约",
        "您预约${centre}${when}的会见未按时到场，预约号${ref}，记爽约一次，累计${strikes}次。如有异议可在小程序申诉。",
        "未按时到场，累计爽约{strikes}次",
    ),
    "suspended": Template(
        "暂停网上预约",
        "您因多次爽约，网上预约暂停至${until}，其间仍可到现场窗口办理会见。如有异议可在小程序申诉。",
        "网上预约暂停至{until}",
    ),
    "suspension_over": Template(
        "恢复网上预约",
        "您的网上预约已于${since}恢复，可继续在小程序预约会见。",
        "网上预约已恢复",
    ),
    "reminder": Template(
        "前一天提醒",
        "提醒：您预约了${centre}${when}的会见，预约号${ref}。" + _PAPERS,
        "请准时到场并携带规定证件",
    ),
    "phone_changed": Template(
        "手机号变更",
        "您在会见预约系统的手机号已于${when}更改为尾号${tail}的号码。如非本人操作，请尽快到会见窗口办理。",
        "手机号已更改为尾号{tail}，非本人操作请到窗口",
    ),
    "wechat_changed": Template(
        "更换微信",
        "您的执业证已于${when}在会见预约系统改绑另一微信。如非本人操作，请尽快致电或到会见窗口办理。",
        "执业证已改绑微信，非本人请致电窗口",
    ),
}
NOTICE_KINDS = frozenset(TEMPLATES)


def strike_words(strikes: int) -> str:
    """What a lawyer's own cancellation says of strikes: none where it was in time, or how many he has with this one."""
    return f"计爽约一次，累计{strikes}次" if strikes else "不计爽约"


def check(kind: str, words: Mapping[str, str]) -> None:
    """Raises ValueError for a kind we never filed, or for words it cannot be said with."""
    missing = [name for name in TEMPLATES[kind].variables if not words.get(name)] if kind in NOTICE_KINDS else [kind]
    if missing:
        raise ValueError(f"a {kind!r} notice lacks {', '.join(missing)}")


def sms_params(kind: str, words: Mapping[str, str]) -> dict[str, str]:
    """The variables of the SMS, each fit to be sent."""
    return {name: _fit(words.get(name, ""), LONGEST_VARIABLE) for name in TEMPLATES[kind].variables}


def wechat_data(kind: str, words: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of the subscription message; `fields` are `centre`, `when`, `ref`, `note` → the name WeChat gave."""
    told = {
        "centre": words.get("centre", "会见预约"),
        "when": words.get("when", "网上预约"),
        "ref": words.get("ref", "-"),
        "note": TEMPLATES[kind].note.format_map(words),
    }
    return {name: _fit(told[what], LONGEST_THING) for what, name in fields.items()}


_LINK = re.compile(r"(https?:|www\.)\S*|[\w-]+\.(com|cn|net|org|io|top|cc|xyz)\b\S*", re.IGNORECASE | re.ASCII)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u2028\u2029\u2190-\u2bff\ufe0f\U0001f000-\U0001fbff]+")


def _fit(text: str, longest: int) -> str:
    """A reason is free text: what the carrier would refuse is taken out, rather than the notice lost."""
    text = _UNPRINTABLE.sub(" ", _LINK.sub("", text)).replace("【", "（").replace("】", "）").strip() or "无"
    return text if len(text) <= longest else text[: longest - 1] + "…"
