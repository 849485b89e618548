"""What lawyers send: each form once, for checking and for the description. Unknown fields are refused."""

import datetime
import hashlib
from typing import Annotated, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from booking.documents import Document, fault
from booking.fields import CustodyNo, DocumentNo, Firm, IdNo, LicenceNo, Name, Number, Reason, Story
from wechat.api.shapes import BookingState

Code = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
SlotId = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[ -~]+$", examples=["pudong-20261127-0830"])]


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


class ChangeForm(Form):
    """What a verified lawyer changes; at least one of the two."""

    firm: Firm | None = None
    phone_code: Code | None = Field(None, description="手机号授权（getPhoneNumber）得到的凭证")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.firm is None and self.phone_code is None:
            raise PydanticCustomError("nothing_changes", "请填写要变更的律师事务所，或授权新的手机号")
        return self


class Consents(Form):
    """Templates the lawyer has just allowed one message each of."""

    templates: list[Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w-]+$")]] = Field(
        min_length=1, max_length=5
    )


class Appeal(Form):
    reason: Story


class DetaineeForm(Form):
    """Where `document` is missing, 17 digits and a digit or X are an ID card; any other number is of `other`."""

    name: Name
    document: Document | None = None
    id_no: DocumentNo | None = None
    custody_no: CustodyNo | None = None

    @field_validator("id_no")
    @classmethod
    def _of_its_kind(cls, number: str | None, info: ValidationInfo) -> str | None:
        if number and (why := fault(info.data.get("document"), number)):
            raise PydanticCustomError("document_no", why)
        return number


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
