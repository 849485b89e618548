"""Wards 监区 as people count them: 二监区 before 三监区 before 十监区."""

import re

_DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(r"[0-9]{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]")


def place_of(ward: str) -> tuple[bool, int, str]:
    """Of a list by wards: those with a number first, those without one next, the unknown last."""
    found = _NUMBER.search(ward)
    return not ward, _counted(found[0]) if found else 1000, ward


def _counted(number: str) -> int:
    if number.isdecimal():
        return int(number)
    tens, ten, ones = number.rpartition("十")
    return (_DIGITS.find(tens) if tens else 1) * 10 * bool(ten) + max(_DIGITS.find(ones or "零"), 0)
