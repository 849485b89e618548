"""What people are known by: ID numbers, and names and firms as two sources write them."""

import re
from datetime import date

from models.names import plain

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ID_NO = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)


def is_id_no(text: str) -> bool:
    """Whether `text` is a citizen's ID number: a real date of birth and the right check digit [GB 11643]."""
    if not _ID_NO.fullmatch(text) or not _is_date(text[6:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return _CHECKS[total % 11] == text[17]


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def same_name(one: str, other: str) -> bool:
    """However each of two sources writes it."""
    return plain(one) == plain(other)
