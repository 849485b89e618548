"""How forms and addresses are read: strictly, then in Chinese what is wrong with them."""

import unicodedata
from collections.abc import Iterable
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.datastructures import MultiDict

from booking.complaints import refusal
from console.csrf import FIELD
from refusals import Invalid, Malformed

_LINES = {"\n", "\r", "\t"}


class Form(BaseModel):
    """The base of what officers send. A field left empty is a field left out; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Read = TypeVar("Read", bound=BaseModel)


def read(form: type[Read]) -> Read:
    """The fields of this POST. Raises Invalid, Malformed."""
    return _read(form, request.form, {FIELD})


def asked(form: type[Read]) -> Read:
    """The query of this address; `centre` is read by `centre_shown`. Raises Invalid, Malformed."""
    return _read(form, request.args, {"centre"} - set(form.model_fields))


def _read(form: type[Read], given: MultiDict[str, str], besides: set[str]) -> Read:
    fields: dict[str, Any] = {}
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
        raise refusal("填写的内容", wrong) from None


def _takes_many(form: type[BaseModel], name: str) -> bool:
    field = form.model_fields.get(name)
    return field is not None and str(field.annotation).startswith(("list", "tuple", "set", "frozenset"))


def _refuse_unprintable(values: Iterable[str]) -> None:
    for value in values:
        if any(unicodedata.category(char) in ("Cc", "Cs", "Cn") and char not in _LINES for char in value):
            raise Invalid("填写的内容含有不可见字符")
