"""A passive reply: one text, within WeChat's length, in XML that no text can break out of."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from wechat.account.pushes import Push

LONGEST_CHARACTERS, LONGEST_BYTES = 600, 2048
MORE = "……还有，回复“更多”看下一页"

_TEXT = """<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{account}]]></FromUserName>\
<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content></xml>"""


class Item(NamedTuple):
    """One line of a list; `cursor` is where the list goes on after it."""

    text: str
    cursor: str


class Answer(NamedTuple):
    """What a look-up found. `more`: the list goes on behind its last item."""

    head: str
    items: Sequence[Item] = ()
    foot: str = ""
    more: bool = False


def page(answer: Answer) -> tuple[str, str]:
    """As much of an answer as one reply holds, and the cursor after it, empty at the end."""
    lines, cursor = [answer.head], ""
    for item in answer.items:
        if not fits(_joined([*lines, item.text, MORE, answer.foot])):
            break
        lines.append(item.text)
        cursor = item.cursor
    goes_on = answer.more or len(lines) <= len(answer.items)
    text = _joined([*lines, MORE if goes_on and cursor else "", answer.foot])
    return cut(text), cursor if goes_on else ""


def fits(text: str) -> bool:
    return len(text) <= LONGEST_CHARACTERS and len(text.encode()) <= LONGEST_BYTES


def cut(text: str) -> str:
    """Never needed for a list; a booking's findings and reasons may be long."""
    if fits(text):
        return text
    text = text[: LONGEST_CHARACTERS - 1]
    return text.encode()[: LONGEST_BYTES - 3].decode("utf-8", "ignore") + "…"


def in_xml(push: Push, text: str, now: datetime) -> str:
    """To whom asked, from the account that was asked."""
    whole = {"to": push.openid, "account": push.account, "text": text}
    safe = {name: words.replace("]]>", "]]]]><![CDATA[>") for name, words in whole.items()}
    return _TEXT.format(at=int(now.timestamp()), **safe)


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if line)
