"""What people are known by: ID numbers, and names and firms as two sources write them."""

import re
from datetime import date
from operator import mul

from models.names import plain

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_OF_ZEROS = ord("0") * sum(_WEIGHTS)
_CHECKS = "10X98765432"
_ID_NO = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
# Of nearly everybody: a day that each month of each year has.
_SURE = re.compile(r"[1-9]\d{5}(?:1[89]|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])\d{3}[\dX]", re.ASCII)


def is_id_no(text: str) -> bool:
    """Whether `text` is a citizen's ID number: a real date of birth and the right check digit [GB 11643]."""
    if not _SURE.fullmatch(text) and not (_ID_NO.fullmatch(text) and _is_date(text[6:14])):
        return False
    total = sum(map(mul, _WEIGHTS, text.encode())) - _OF_ZEROS
    return _CHECKS[total % 11] == text[17]


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def same_name(one: str, other: str) -> bool:
    """However each of two sources writes it."""
    return one == other or plain(one) == plain(other)
