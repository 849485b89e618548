"""What people are known by, read the same way at every door and from every file.

People type full-width digits, blanks and hyphens between groups, a small x; what they paste brings letters nobody sees.
In a number that is put right, not refused. A name is taken as it is written, rare letters too, or refused with a word.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from booking.identity import is_id_no

LICENCE = re.compile(r"\d{17}", re.ASCII)
PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
# By list and not by category: what a table of Unicode does not know yet, or leaves to private use, may be a rare name.
_CONTROLS = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_ENDS_OF_PLANES = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
_ZERO_WIDTH = "\u00ad\u034f\u180e\u200b-\u200d\u2060-\u2065\ufeff\ufff9-\ufffb\U000e0000-\U000e00ff"
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"
_CONTROL = re.compile(f"[{_CONTROLS}{_ENDS_OF_PLANES}]")
_UNSEEN = re.compile(f"[{_CONTROLS}{_ENDS_OF_PLANES}{_ZERO_WIDTH}{_DIRECTIONS}\\t\\n\\r\u2028\u2029]")


def number(text: str) -> str:
    """A number as it was meant: no blanks, hyphens or letters without a shape, full-width as ASCII, capitals."""
    return "".join(letter for letter in text.translate(_WIDE) if not _between(letter)).upper()


def _between(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in ("Cf", "Pd")


def unseen(text: str) -> bool:
    """Whether something in `text` can't be seen or turns the letters beside it, so that it is no name."""
    return _UNSEEN.search(text) is not None


def controls(text: str) -> bool:
    """Whether `text` holds what is no letter at all; ends of lines are."""
    return _CONTROL.search(text) is not None


def _number(value: object) -> object:
    return number(value) if isinstance(value, str) else value


def _trim(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _seen(text: str) -> str:
    if unseen(text):
        raise PydanticCustomError("control_characters", "不能含有不可见字符")
    return text


def _lines_seen(text: str) -> str:
    _seen(text.replace("\n", "").replace("\r", ""))
    return text


def _licence(text: str) -> str:
    if not LICENCE.fullmatch(text):
        raise PydanticCustomError("licence_no", "执业证号应为 17 位数字")
    return text


def _citizen(text: str) -> str:
    if not is_id_no(text):
        raise PydanticCustomError("id_no", "身份证号不正确，请核对 18 位号码")
    return text


def _mobile(text: str) -> str:
    if not PHONE.fullmatch(text):
        raise PydanticCustomError("phone", "手机号应为 11 位，以 1 开头")
    return text


# Trimmed and counted first, then looked through.
_AS_WRITTEN = (BeforeValidator(_trim), AfterValidator(_seen))
_AS_MEANT = (StringConstraints(max_length=40), BeforeValidator(_number))

Name = Annotated[str, StringConstraints(min_length=1, max_length=60), Field(examples=["林知远"]), *_AS_WRITTEN]
Firm = Annotated[
    str, StringConstraints(min_length=2, max_length=120), Field(examples=["上海正则律师事务所"]), *_AS_WRITTEN
]
Number = Annotated[str, StringConstraints(min_length=1, max_length=60), *_AS_WRITTEN]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=200), *_AS_WRITTEN]
Story = Annotated[
    str, StringConstraints(min_length=1, max_length=500), BeforeValidator(_trim), AfterValidator(_lines_seen)
]
DocumentNo = Annotated[
    str,
    StringConstraints(min_length=3, max_length=40),
    Field(description="证件号码，种类见 document", examples=["E12345678"]),
    BeforeValidator(_number),
    AfterValidator(_seen),
]
CustodyNo = Annotated[
    str,
    StringConstraints(min_length=1, max_length=30),
    Field(description="在押编号，看守所编的号", examples=["2026031208"]),
    BeforeValidator(_number),
    AfterValidator(_seen),
]
IdNo = Annotated[
    str,
    Field(description="居民身份证号，18 位 (GB 11643)", examples=["11010519491231002X"]),
    *_AS_MEANT,
    AfterValidator(_citizen),
]
LicenceNo = Annotated[
    str,
    Field(description="律师执业证号，17 位数字", examples=["13101201810123456"]),
    *_AS_MEANT,
    AfterValidator(_licence),
]
Phone = Annotated[str, Field(description="手机号，11 位"), *_AS_MEANT, AfterValidator(_mobile)]
