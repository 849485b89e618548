"""What WeChat pushes, read: a person's words, or what they tapped."""

import re
from typing import NamedTuple
from xml.parsers import expat

from refusals import Malformed

_OPENID = re.compile(r"[\w-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)


class Push(NamedTuple):
    """`kind` is `text`, `event`, `image`…; `event` and `key` are empty for messages, `msg_id` for events."""

    account: str
    openid: str
    created_at: str
    kind: str
    text: str
    event: str
    key: str
    msg_id: str

    @property
    def once(self) -> str:
        """The same for each of WeChat's attempts, and for nothing else."""
        return self.msg_id or f"{self.created_at}:{self.event}:{self.key}"


def read(xml: bytes) -> Push:
    """Raises Malformed."""
    found = members(xml)
    push = Push(
        account=found.get("ToUserName", ""),
        openid=found.get("FromUserName", ""),
        created_at=found.get("CreateTime", ""),
        kind=found.get("MsgType", "").lower(),
        text=found.get("Content", "").strip(),
        event=found.get("Event", "").lower(),
        key=found.get("EventKey", "")[:128],
        msg_id=found.get("MsgId", ""),
    )
    is_whole = push.account and push.kind and (push.msg_id if push.kind != "event" else push.event)
    if not is_whole or not _OPENID.fullmatch(push.openid):
        raise Malformed
    if not _NUMBER.fullmatch(push.created_at) or not _NUMBER.fullmatch(push.msg_id or "0"):
        raise Malformed
    return push


def members(xml: bytes) -> dict[str, str]:
    """The members of `<xml>…</xml>` with their text; what is inside of a member is left out.

    Raises Malformed: for what is no XML, for a member given twice, and for any document type, so that no entity is
    ever declared.
    """
    reading = _Reading()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler = reading.words
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError):
        raise Malformed from None
    return reading.found


class _Reading:
    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._open: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._open) == 1:
            if name in self.found:
                raise Malformed
            self.found[name] = ""
        elif not self._open and name != "xml":
            raise Malformed
        self._open.append(name)

    def end(self, _name: str) -> None:
        self._open.pop()

    def words(self, text: str) -> None:
        if len(self._open) == 2:
            self.found[self._open[1]] += text


def _refuse(*_: object) -> None:
    raise Malformed
