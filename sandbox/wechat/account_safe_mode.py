"""WeChat's safe mode, from WeChat's side: what is pushed is signed and sealed, and so must be the reply."""

import base64
import binascii
import hashlib
import os
import struct
from typing import NamedTuple
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
MEMBERS = ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")


class BadReply(Exception):
    """The reply is not what WeChat understands; the text says why."""


class Seal(NamedTuple):
    """An account's token, EncodingAESKey and AppID."""

    token: str
    aes_key: str
    appid: str

    def sign(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()

    def close(self, text: str | bytes) -> str:
        """Random 16 bytes, length, text, appid, padded to 32, AES-256-CBC."""
        raw = text.encode() if isinstance(text, str) else text
        plain = os.urandom(16) + struct.pack(">I", len(raw)) + raw + self.appid.encode()
        pad = BLOCK - len(plain) % BLOCK
        sealing = self._cipher().encryptor()
        return base64.b64encode(sealing.update(plain + bytes([pad]) * pad) + sealing.finalize()).decode()

    def open(self, sealed: str) -> str:
        """Raises BadReply."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            opening = self._cipher().decryptor()
            plain = opening.update(raw) + opening.finalize()
        except (binascii.Error, ValueError):
            raise BadReply("Encrypt does not open") from None
        pad = plain[-1] if plain else 0
        if len(plain) < BLOCK or not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise BadReply("the padding is wrong")
        (length,) = struct.unpack(">I", plain[16:20])
        if plain[20 + length : -pad] != self.appid.encode():
            raise BadReply("the reply is of another AppID")
        return plain[20 : 20 + length].decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def opened(body: bytes, seal: Seal) -> str:
    """The reply that is in an envelope. Raises BadReply."""
    found = members(body)
    if set(found) != set(MEMBERS):
        raise BadReply(f"the envelope has {sorted(found)}, not {sorted(MEMBERS)}")
    if found["MsgSignature"] != seal.sign(found["TimeStamp"], found["Nonce"], found["Encrypt"]):
        raise BadReply("MsgSignature is wrong")
    return seal.open(found["Encrypt"])


def members(xml: bytes) -> dict[str, str]:
    """The members of `<xml>`. Raises BadReply for anything that is not flat and well-formed."""
    found: dict[str, str] = {}
    path: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        path.append(name)
        if path[0] != "xml" or len(path) > 2 or name in found:
            raise BadReply(f"<{name}> does not belong there")
        if len(path) == 2:
            found[name] = ""

    def words(text: str) -> None:
        if len(path) == 2:
            found[path[1]] += text

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.CharacterDataHandler = start, words
    parser.EndElementHandler = lambda _: path.pop() and None
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as wrong:
        raise BadReply(f"no XML: {wrong}") from None
    return found
