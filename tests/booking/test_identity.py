"""ID numbers are checked quickly; this is the long way, as the standard has it."""

import random
import re
from datetime import date

from booking.identity import is_id_no

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def by_the_standard(text: str) -> bool:
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", text):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text[:17], strict=True))
    return "10X98765432"[total % 11] == text[17]


def test_quick_and_long_agree_on_many_numbers():
    chance, right = random.Random(11643), 0
    for _ in range(40_000):
        year, month, day = (
            chance.choice([1, 1799, 1899, 1949, 1987, 2000, 2026, 2099, 2100]),
            chance.randint(0, 13),
            chance.randint(0, 32),
        )
        number = f"{chance.randint(0, 999999):06}{year:04}{month:02}{day:02}{chance.randint(0, 999):03}"
        total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=True))
        text = number + chance.choice(["10X98765432"[total % 11]] * 3 + list("0123456789X"))
        assert is_id_no(text) == by_the_standard(text), text
        right += is_id_no(text)
    assert right > 5_000


NONE = [
    "",
    "11010519491231002x",
    "11010519491231002",
    "11010519491231002X0",
    " 11010519491231002X",
    "1101051949123100２X",
    "11010519491231002X\n",
    "1101051949123100aX",
    "１１０１０５19491231002X",
]


def test_what_is_no_number_at_all():
    for text in NONE:
        assert not is_id_no(text)
        assert not by_the_standard(text)
