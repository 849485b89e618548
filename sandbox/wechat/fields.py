"""What the fields of a subscription message may hold: WeChat's type table; what does not fit is a 47003."""

import re

HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
DAY = r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
TIME = rf"({DAY} ?)?{CLOCK}"
DATE = rf"{DAY}( ?{CLOCK})?"

TYPES = {
    "thing": r"[\s\S]{1,20}",
    "number": r"(?=.{1,32}$)-?\d+(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": rf"[^A-Za-z0-9\s{HAN}]{{1,5}}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{TIME}(~{TIME})?",
    "date": rf"{DATE}(~{DATE})?",
    "amount": r"[¥￥$€£]?\d{1,10}(\.\d+)?元?",
    "phone_number": r"[0-9+() -]{1,17}",
    "car_number": rf"(?=.{{1,8}}$)[{HAN}]?[A-Za-z0-9]+[{HAN}]?",
    "name": rf"(?=.{{0,20}}$)[^\d{HAN}]+|(?=.{{0,10}}$)\D+",
    "phrase": rf"[{HAN}]{{1,5}}",
    "enum": r"[\s\S]+",
}
_PATTERNS = {kind: re.compile(pattern, re.ASCII) for kind, pattern in TYPES.items()}


def kind(key: str) -> str:
    """`thing1` → `thing`. Raises ValueError for a key of no known type."""
    name = key.rstrip("0123456789")
    if name not in TYPES or name == key:
        raise ValueError(f"{key} is no field of a subscription message: a type of {', '.join(TYPES)} and a number")
    return name


def fits(key: str, value: str) -> bool:
    return _PATTERNS[kind(key)].fullmatch(value) is not None
