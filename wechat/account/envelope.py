"""Safe mode: what WeChat pushes is signed, fresh, sealed and meant for us, or it is refused. Replies go back sealed.

The sealing itself is wechatpy's. What it leaves out stands here: constant-time comparison, freshness, several keys,
and one exception for all that can be wrong.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from wechatpy.crypto import PrpCrypto

from refusals import Malformed
from wechat.account.pushes import members

FRESH_SECONDS = 300
_NUMBER = re.compile(r"\d{1,11}", re.ASCII)
_ECHO = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_KEY_BYTES = 32

_SEALED = """<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>\
<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"""


class Opened(NamedTuple):
    """What was in the envelope, and the key it was sealed with: the reply is sealed with the same one."""

    xml: bytes
    key: PrpCrypto


class Envelope:
    """`aes_keys` are EncodingAESKeys of 43 letters and digits: two of them while one replaces the other."""

    def __init__(self, appid: str, token: str, aes_keys: Sequence[str]):
        self._appid, self._token = appid, token
        self._keys = [PrpCrypto(key_bytes(key)) for key in aes_keys]

    def echo(self, query: Mapping[str, str], now: datetime) -> str:
        """The server check: what to answer it with. Raises Malformed."""
        self.admit(query, now)
        echo = query.get("echostr", "")
        if not _ECHO.fullmatch(echo):
            raise Malformed
        return echo

    def admit(self, query: Mapping[str, str], now: datetime) -> None:
        """Before anything is parsed: signed with our token, and within five minutes. Raises Malformed."""
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not _same(query.get("signature", ""), self._sign(timestamp, nonce)):
            raise Malformed
        if not _NUMBER.fullmatch(timestamp) or abs(now.timestamp() - int(timestamp)) > FRESH_SECONDS:
            raise Malformed

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """Raises Malformed: for plain mode too, and for what is sealed for another account."""
        if query.get("encrypt_type") != "aes":
            raise Malformed
        sealed = members(body).get("Encrypt", "")
        signature = self._sign(query.get("timestamp", ""), query.get("nonce", ""), sealed)
        if not sealed or not _same(query.get("msg_signature", ""), signature):
            raise Malformed
        for key in self._keys:
            try:
                return Opened(key.decrypt(sealed, self._appid).encode(), key)
            except Exception:  # the library has seven ways of saying that this is not our key or not our text
                continue
        raise Malformed

    def seal(self, reply: str, key: PrpCrypto, now: datetime) -> str:
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
        sealed = key.encrypt(reply, self._appid).decode()
        signature = self._sign(timestamp, nonce, sealed)
        return _SEALED.format(sealed=sealed, signature=signature, timestamp=timestamp, nonce=nonce)

    def _sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self._token, *parts))).encode(), usedforsecurity=False).hexdigest()


def key_bytes(encoding_aes_key: str) -> bytes:
    """Raises ValueError."""
    raw = base64.b64decode(encoding_aes_key + "=", validate=True)
    if len(raw) != _KEY_BYTES:
        raise ValueError("an EncodingAESKey has 43 letters and digits")
    return raw


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())
