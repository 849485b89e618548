"""Message push to an account's server: five seconds, three attempts of the same message, and a strict look at the reply."""

import itertools
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import requests

from sandbox.wechat.account_safe_mode import BadReply, Seal, members, opened

PATIENCE_SECONDS = 5.0
ATTEMPTS = 3
LONGEST_CHARACTERS, LONGEST_BYTES = 600, 2048
OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
_ENVELOPE = "<xml><ToUserName><![CDATA[{to}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"


@dataclass(frozen=True)
class Outcome:
    """`reply` is the text that came, None where there was none; `shown` is what the person sees; `why` is for the
    developer, where WeChat did not understand."""

    reply: str | None
    shown: str
    attempts: int
    seconds: float
    why: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class Pusher:
    """`url` is the account's server, `name` its gh_ name; `now` in seconds."""

    def __init__(self, url: str, seal: Seal, now: Callable[[], float], name: str = "gh_0123456789ab"):
        self._url, self.seal, self._now, self._name = url, seal, now, name
        self._numbers = itertools.count(int(time.time()) * 10**9 + secrets.randbelow(10**9))
        self.patience = PATIENCE_SECONDS

    def check(self) -> bool:
        """The server check, as when the address is entered: the echostr must come back bare."""
        echo = str(secrets.randbelow(10**19))
        answer = self._session().get(self._url, params=self._query() | {"echostr": echo}, timeout=self.patience)
        return answer.ok and answer.text == echo

    def words(self, openid: str, text: str, lost: int = 0) -> Outcome:
        """The person types; the answers to the first `lost` attempts do not come through."""
        return self._push(openid, {"MsgType": "text", "Content": text, "MsgId": str(next(self._numbers))}, lost)

    def event(self, openid: str, event: str, key: str = "", lost: int = 0) -> Outcome:
        """`CLICK` and `VIEW` have a key; events have no MsgId."""
        name = event.upper() if event.upper() in ("CLICK", "VIEW") else event.lower()
        return self._push(openid, {"MsgType": "event", "Event": name, "EventKey": key}, lost)

    def _push(self, openid: str, said: Mapping[str, str], lost: int) -> Outcome:
        stamped = {"ToUserName": self._name, "FromUserName": openid, "CreateTime": str(int(self._now()))}
        xml = _as_xml(stamped | dict(said))
        began = time.monotonic()
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._attempt(openid, xml)
            if answer is None or attempt <= lost:
                continue
            reply, shown, why = self._understood(answer, openid)
            return Outcome(reply, shown, attempt, time.monotonic() - began, why)
        return Outcome(None, OUT_OF_ORDER, ATTEMPTS, time.monotonic() - began, "no answer in time")

    def _attempt(self, openid: str, xml: str) -> requests.Response | None:
        """None where no answer came in time."""
        sealed, query = self.seal.close(xml), self._query()
        signed = self.seal.sign(query["timestamp"], query["nonce"], sealed)
        query |= {"openid": openid, "encrypt_type": "aes", "msg_signature": signed}
        body = _ENVELOPE.format(to=self._name, sealed=sealed).encode()
        began = time.monotonic()
        try:
            answer = self._session().post(
                self._url,
                params=query,
                data=body,
                headers={"Content-Type": "text/xml"},
                timeout=self.patience,
            )
        except requests.RequestException:
            return None
        return answer if time.monotonic() - began <= self.patience else None

    def _understood(self, answer: requests.Response, openid: str) -> tuple[str | None, str, str]:
        """The text, what is shown, and what was wrong."""
        if answer.ok and answer.content in (b"", b"success"):
            return None, "", ""
        try:
            if not answer.ok:
                raise BadReply(f"HTTP {answer.status_code}: {answer.text[:200]}")
            text = self._text(members(opened(answer.content, self.seal).encode()), openid)
        except (BadReply, UnicodeDecodeError) as wrong:
            return None, OUT_OF_ORDER, str(wrong)
        return text, text, ""

    def _text(self, reply: Mapping[str, str], openid: str) -> str:
        if reply.get("ToUserName") != openid or reply.get("FromUserName") != self._name:
            raise BadReply("the reply is not from the account to who wrote")
        if not reply.get("CreateTime", "").isdecimal() or reply.get("MsgType") != "text":
            raise BadReply("CreateTime is no number, or MsgType is not text")
        text = reply.get("Content", "")
        if not text or len(text) > LONGEST_CHARACTERS or len(text.encode()) > LONGEST_BYTES:
            raise BadReply(f"Content has {len(text)} characters, {len(text.encode())} bytes")
        return text

    def _query(self) -> dict[str, str]:
        timestamp, nonce = str(int(self._now())), str(secrets.randbelow(10**10))
        return {"signature": self.seal.sign(timestamp, nonce), "timestamp": timestamp, "nonce": nonce}

    def _session(self) -> requests.Session:
        """Without the machine's proxies."""
        session = requests.Session()
        session.trust_env = False
        return session


def _as_xml(members: Mapping[str, str]) -> str:
    inner = "".join(f"<{name}><![CDATA[{_safe(text)}]]></{name}>" for name, text in members.items())
    return f"<xml>{inner}</xml>"


def _safe(text: str) -> str:
    return text.replace("]]>", "]]]]><![CDATA[>")
