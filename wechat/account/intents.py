"""What an officer wants: a menu's key, or what was typed, as the name of a look-up and what it is about."""

import re
from datetime import date
from typing import NamedTuple

from booking.fields import LICENCE, number
from booking.refs import ref_said
from models.names import DOTS, composed
from wechat.account.dates import NoSuchDay, day_said

_WORDS = {
    "更多": "more", "下一页": "more", "帮助": "help", "?": "help", "菜单": "help", "解绑": "unbind", "解除绑定": "unbind",
    "绑定": "bind", "现在": "now", "今日会见": "day", "提押单": "plan", "名额": "seats", "剩余名额": "seats",
    "待复核": "review", "复核": "review", "我的看守所": "centre", "看守所": "centre",
}  # fmt: skip
_REF = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}", re.ASCII)
_BINDING = re.compile(r"绑定[:：\s]*(\S[\S ]*)")
# Private letters and the planes of Han, the newest of which no table of ours may know, are letters of names too.
_RARE = "\ue000-\uf8ff\U00020000-\U0003fffd\U000f0000-\U000ffffd"
_POLITE = re.compile(rf"\s*(?:律师)?[^\w{_RARE}]*$")  # 王守约律师, with a picture behind it or without
_NAME = re.compile(rf"(?:[^\W\d_]|[{_RARE}])(?:[^\W_]|[{_RARE}{re.escape(DOTS)} ']){{1,59}}")


class Intent(NamedTuple):
    """`about` is a day as `2026-11-27`, a reference, a licence number, a name, a code; or empty."""

    name: str
    about: str = ""


def from_tap(key: str) -> Intent:
    """A menu's key."""
    return Intent(key)


def from_text(text: str, today: date) -> Intent:
    """Full-width letters and figures are as good as others; letters that are misheard in a reference too."""
    text = " ".join(composed(text).split())
    if text in _WORDS:
        return Intent(_WORDS[text])
    if found := _BINDING.fullmatch(text):
        return Intent("bind", ref_said(found[1]))
    try:
        if day := day_said(text.replace(" ", ""), today):
            return Intent("day", str(day))
    except NoSuchDay:
        return Intent("no such day")
    return _someone(text)


def _someone(text: str) -> Intent:
    if LICENCE.fullmatch(number(text)):
        return Intent("licence", number(text))
    if _REF.fullmatch(ref_said(text)):
        return Intent("ref", ref_said(text))
    name = _POLITE.sub("", text)
    return Intent("name", name) if _NAME.fullmatch(name) else Intent("unknown")
