"""Personal data at rest: AES-256-GCM, bound to its row, and a keyed index to find it by.

A sealed text is `key id . nonce . ciphertext`, URL-safe base64. The row it belongs to is authenticated with it, so a
value moved to another row or column does not open. The index is an HMAC under a key of its own, which must not
lie beside the database: phones and ID numbers are few enough to be guessed by whoever holds it.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

UNREADABLE = (
    KeyError,
    ValueError,
    InvalidTag,
)  # what opening raises: the key is gone, or the value is not as it was
_NONCE_BYTES = 12


class Keyring:
    """Seals with the newest key, opens with any. `field_keys` are 32 bytes each, newest first."""

    def __init__(self, field_keys: Sequence[bytes], index_key: bytes):
        self._ciphers = {_key_id(key): AESGCM(key) for key in field_keys}
        self._newest = _key_id(field_keys[0])
        self._index_key = index_key

    def seal(self, text: str | None, row: str) -> str | None:
        """`row` names table, column and key, as in `booking.detainee_name:7K3MPQ2X`."""
        if text is None:
            return None
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), row.encode())
        return f"{self._newest}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str | None, row: str) -> str | None:
        """Raises KeyError for a key we no longer have, InvalidTag for a value that was changed or moved."""
        if sealed is None:
            return None
        key_id, _, body = sealed.partition(".")
        raw = base64.urlsafe_b64decode(body)
        return self._ciphers[key_id].decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], row.encode()).decode()

    def index(self, kind: str, text: str) -> str:
        """32 hex digits by which equal values of one kind find each other."""
        return hmac.digest(self._index_key, f"{kind}:{text}".encode(), "sha256")[:16].hex()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"key id" + key).hexdigest()[:6]
