"""How forms and addresses are read: strictly, then in Chinese what is wrong with them."""

from collections.abc import Iterable
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.datastructures import MultiDict

from booking.complaints import refusal
from booking.fields import controls
from console.door.csrf import FIELD
from refusals import Invalid, Malformed


class Form(BaseModel):
    """The base of what officers send. A field left empty is a field left out; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


# As the pages call them; what isn't here no page of ours asks for.
NAMES = {
    "account": "账号",
    "again": "再输一次口令",
    "arrived": "到场时间",
    "case_no": "案号",
    "code": "动态码",
    "day": "日期",
    "detainee": "在押人员",
    "ended": "结束时间",
    "first": "起始日期",
    "from": "起始日期",
    "last": "截止日期",
    "lawyer": "律师",
    "licence_no": "执业证号",
    "minutes": "时长",
    "name": "名称（姓名）",
    "new": "新口令",
    "one_time_code": "一次性代码",
    "owed": "后补原因",
    "papers": "证件",
    "passphrase": "口令",
    "permit_no": "许可文号",
    "reason": "原因",
    "ref": "预约号",
    "role": "角色",
    "room": "会见室",
    "seats": "名额",
    "slot": "时段",
    "started": "开始时间",
    "state": "状态",
    "text": "查找内容",
    "to": "截止日期",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "week": "周",
    "why": "原因",
    "window_seats": "窗口名额",
}

Read = TypeVar("Read", bound=BaseModel)


def read(form: type[Read]) -> Read:
    """The fields of this POST. Raises Invalid, Malformed."""
    return _read(form, request.form, {FIELD})


def asked(form: type[Read]) -> Read:
    """The query of this address; `centre` is read by `centre_shown`. Raises Invalid, Malformed."""
    return _read(form, request.args, {"centre"} - set(form.model_fields))


def _read(form: type[Read], given: MultiDict[str, str], besides: set[str]) -> Read:
    fields: dict[str, object] = {}
    for name, values in given.lists():
        if name in besides:
            continue
        _refuse_unprintable(values)
        kept = [value for value in values if value.strip()]
        if _takes_many(form, name):
            fields[name] = kept
        elif len(values) > 1:
            raise Malformed(f"{name} 只能填写一次")
        elif kept:
            fields[name] = kept[0]
        elif name not in form.model_fields:
            fields[name] = ""
    try:
        return form.model_validate(fields)  # not …_strings: it knows no lists
    except ValidationError as wrong:
        raise refusal("填写的内容", wrong, NAMES) from None


def _takes_many(form: type[BaseModel], name: str) -> bool:
    field = form.model_fields.get(name)
    return field is not None and str(field.annotation).startswith(("list", "tuple", "set", "frozenset"))


def _refuse_unprintable(values: Iterable[str]) -> None:
    if any(controls(value) for value in values):
        raise Invalid("填写的内容含有不可见字符")
