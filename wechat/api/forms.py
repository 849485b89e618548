"""What lawyers send: each form once, for checking and for the description. Unknown fields are refused.

People type full-width digits, a small x in an ID number and blanks around names; that is put right, not refused.
"""

import datetime
import hashlib
import unicodedata
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from booking.identity import is_id_no
from wechat.api.shapes import BookingState

_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " "}


def _narrow(value: Any) -> Any:
    return value.translate(_WIDE).replace(" ", "").upper() if isinstance(value, str) else value


def _trim(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _printable(text: str) -> str:
    if any(
        unicodedata.category(char)[0] == "C" or unicodedata.category(char) in ("Zl", "Zp") for char in text
    ):
        raise PydanticCustomError("control_characters", "不能含有不可见字符")
    return text


def _printable_lines(text: str) -> str:
    _printable(text.replace("\n", "").replace("\r", ""))
    return text


def _checked_id_no(text: str) -> str:
    if not is_id_no(text):
        raise PydanticCustomError("id_no", "身份证号不正确，请核对 18 位号码")
    return text


def _digits_only(text: str) -> str:
    if len(text) != 17 or not (text.isascii() and text.isdigit()):
        raise PydanticCustomError("licence_no", "执业证号应为 17 位数字")
    return text


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60),
    Field(examples=["林知远"]),
    BeforeValidator(_trim),
    AfterValidator(_printable),
]
Firm = Annotated[
    str,
    StringConstraints(min_length=2, max_length=120),
    Field(examples=["上海正则律师事务所"]),
    BeforeValidator(_trim),
    AfterValidator(_printable),
]
IdNo = Annotated[
    str,
    StringConstraints(max_length=40),
    Field(description="居民身份证号，18 位 (GB 11643)", examples=["11010519491231002X"]),
    BeforeValidator(_narrow),
    AfterValidator(_checked_id_no),
]
LicenceNo = Annotated[
    str,
    StringConstraints(max_length=40),
    Field(description="律师执业证号，17 位数字", examples=["13101201810123456"]),
    BeforeValidator(_narrow),
    AfterValidator(_digits_only),
]
Number = Annotated[
    str, StringConstraints(min_length=1, max_length=60), BeforeValidator(_trim), AfterValidator(_printable)
]
Code = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=200), BeforeValidator(_trim), AfterValidator(_printable)
]
SlotId = Annotated[
    str, Field(min_length=1, max_length=40, pattern=r"^[ -~]+$", examples=["pudong-20261127-0830"])
]


class Form(BaseModel):
    """`strict`: "60" is no number and true is no 1."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the form says, however it was written."""
        return hashlib.sha256(orjson.dumps(self.model_dump(), option=orjson.OPT_SORT_KEYS)).hexdigest()


class SignIn(Form):
    code: Code = Field(description="wx.login 得到的登录凭证，五分钟内有效，只能用一次")


class LicenceForm(Form):
    name: Name
    licence_no: LicenceNo
    firm: Firm
    id_no: IdNo
    phone_code: Code = Field(description="手机号授权（getPhoneNumber）得到的凭证")


class Consents(Form):
    """Templates the lawyer has just allowed one message each of."""

    templates: list[Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w-]+$")]] = Field(
        min_length=1, max_length=5
    )


class Appeal(Form):
    reason: Annotated[
        str,
        StringConstraints(min_length=1, max_length=500),
        BeforeValidator(_trim),
        AfterValidator(_printable_lines),
    ]


class DetaineeForm(Form):
    name: Name
    id_no: IdNo | None = None


class Companion(Form):
    name: Name
    role: Literal["lawyer", "assistant", "interpreter"]
    licence_no: LicenceNo | None = None


class BookingForm(Form):
    slot_id: SlotId
    minutes: int = Field(ge=1, le=1440, examples=[60])
    detainee: DetaineeForm
    case_no: Number | None = None
    mandate: Literal["entrusted", "legal_aid"]
    stage: Literal["investigation", "prosecution", "trial"]
    permit_no: Number | None = None
    companions: list[Companion] = Field(default=[], max_length=5)


class CancellationForm(Form):
    accept_strike: bool = False
    reason: Reason | None = None


class DayQuestion(Form):
    date: datetime.date


class ListQuestion(Form):
    state: BookingState | None = None
    cursor: Annotated[str, Field(max_length=100)] | None = None
    limit: int = Field(20, ge=1, le=100)


class RequestKey(Form):
    """The `Idempotency-Key` header: 1 to 255 visible ASCII characters, chosen anew for every new booking."""

    idempotency_key: str = Field(min_length=1, max_length=255, pattern=r"^[!-~]+$")
