"""Booking references: 8 characters of Crockford base 32, made to be said over the phone."""

from models import keyring
from models.names import composed

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
_MISHEARD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def ref_for(lawyer: int, key: str, attempt: int = 0) -> str:
    """The reference of what a lawyer asks for under an Idempotency-Key.

    Always the same one, so that a request that is sent twice finds its own hold and its own booking; not to be
    guessed without the index key. `attempt` moves on where another booking has the reference already.
    """
    number = int(keyring().index("ref", f"{lawyer}:{attempt}:{key}")[:10], 16)
    return _PAIRS[number >> 30] + _PAIRS[number >> 20 & 1023] + _PAIRS[number >> 10 & 1023] + _PAIRS[number & 1023]


def ref_said(text: str) -> str:
    """A reference as somebody typed or said it, in its written form: O is 0, I and L are 1, full width is half."""
    return composed(text).strip().upper().translate(_MISHEARD)
