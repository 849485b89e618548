"""Rule 16: the lawyer's pass, a text that says which meeting it is for and proves it without asking anyone.

Signed with Ed25519, so an officer's device that holds only the public key can check it and nobody can make one with it.
No word in it about the detainee.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from booking.lifecycle import AWAITED
from booking.policy import Policy
from booking.words import STATES
from models import Booking
from refusals import WrongState

_MARK = "HJ1"


class BadPass(Exception):
    """Not a pass, or not one of ours."""


class Pass(NamedTuple):
    """The signed text and when it opens the door."""

    text: str
    valid_from: datetime
    valid_until: datetime


class PassKeys:
    """Signs with the newest of `secret_keys`, checks with all."""

    def __init__(self, secret_keys: Sequence[str]):
        private = [_derive(key) for key in secret_keys]
        self._signer = private[0]
        self.public_keys: list[Ed25519PublicKey] = [key.public_key() for key in private]

    def issue(self, booking: Booking, policy: Policy) -> Pass:
        """Raises WrongState for a meeting nobody may come to."""
        if booking.state not in AWAITED:
            raise WrongState(f"预约状态为“{STATES[booking.state]}”，没有会见凭证")
        starts_at = booking.starts_at
        opens = starts_at - timedelta(minutes=policy.arrival_opens_minutes)
        claims = {
            "ref": booking.ref,
            "centre": booking.centre_id,
            "start": booking.starts_at.isoformat(timespec="minutes"),
            "end": booking.ends_at.isoformat(timespec="minutes"),
            "licence": _ends(booking.lawyer.licence_no),
            "from": opens.isoformat(timespec="minutes"),
            "until": booking.ends_at.isoformat(timespec="minutes"),
        }
        return Pass(self._signed(claims), opens, booking.ends_at)

    def check(self, text: str) -> dict[str, str]:
        """What a pass says; whether it is the time for it is for the reader to see. Raises BadPass."""
        signed, _, signature = text.rpartition(".")
        mark, _, body = signed.partition(".")
        if mark != _MARK or not any(_is_signed(key, signed, signature) for key in self.public_keys):
            raise BadPass("not one of our passes")
        claims: dict[str, str] = json.loads(_unpacked(body))
        return claims

    def _signed(self, claims: dict[str, str]) -> str:
        signed = f"{_MARK}.{_packed(json.dumps(claims, separators=(',', ':')).encode())}"
        return f"{signed}.{_packed(self._signer.sign(signed.encode()))}"


def _derive(secret: str) -> Ed25519PrivateKey:
    seed = HKDF(SHA256(), length=32, salt=None, info=b"huijian pass").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _is_signed(key: Ed25519PublicKey, signed: str, signature: str) -> bool:
    try:
        key.verify(_unpacked(signature), signed.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as wrong:
        raise ValueError("not base64") from wrong


def _ends(licence_no: str) -> str:
    """Enough to compare with the card on the table."""
    return f"{licence_no[:5]}******{licence_no[-6:]}"
