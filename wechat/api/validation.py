"""How a request is read: the body strictly, then in Chinese what is wrong with it."""

import json
from typing import NoReturn, TypeVar

from apiflask.schema_adapters.pydantic import PydanticAdapter
from apiflask.schema_adapters.registry import registry
from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from booking.complaints import sentence
from refusals import IdempotencyKeyMissing, Invalid, Malformed, TooLarge, UnsupportedMediaType

Form = TypeVar("Form", bound=BaseModel)

MAX_BODY_BYTES = 64 * 1024


class StrictAdapter(PydanticAdapter):
    """APIFlask's way to a pydantic model, with our reading of the request in place of its lenient one."""

    def validate_input(self, request: Request, location: str, **kwargs: object) -> BaseModel:
        if location == "json":
            return read(request, self.model_class)
        if location == "headers":
            return _headers(request, self.model_class)
        return _query(request, self.model_class)


registry.register("pydantic", StrictAdapter)


def read(request: Request, form: type[Form]) -> Form:
    """The body as `form`. Raises Malformed, UnsupportedMediaType, TooLarge (by Werkzeug), Invalid.

    A body with fields that are all optional may be left out.
    """
    raw = request.get_data()
    if request.content_length is None and len(raw) >= MAX_BODY_BYTES:
        raise TooLarge()  # of a body sent in chunks only this much is read
    if not raw:
        return _of_nothing(form)
    if request.mimetype != "application/json":
        raise UnsupportedMediaType()
    refuse_malformed(raw)
    try:
        return form.model_validate_json(raw)
    except ValidationError as wrong:
        raise refusal(wrong.errors(include_url=False, include_input=False)) from None


def _of_nothing(form: type[Form]) -> Form:
    try:
        return form()
    except ValidationError:
        raise Malformed("请求体为空") from None


def _query(request: Request, form: type[Form]) -> Form:
    try:
        return form.model_validate_strings(request.args.to_dict())
    except ValidationError as wrong:
        raise refusal(wrong.errors(include_url=False, include_input=False)) from None


def _headers(request: Request, form: type[Form]) -> Form:
    given = {name: request.headers.get(name.replace("_", "-")) for name in form.model_fields}
    if "idempotency_key" in given and not given["idempotency_key"]:
        raise IdempotencyKeyMissing("请在 Idempotency-Key 请求头中给出请求编号")
    try:
        return form.model_validate_strings(given)
    except ValidationError as wrong:
        raise refusal(wrong.errors(include_url=False, include_input=False)) from None


def refuse_malformed(raw: bytes) -> None:
    """JSON as RFC 8259 means it: one object in UTF-8, no name twice, no NaN, no number of thousands of digits."""
    try:
        found = json.loads(raw.decode(), object_pairs_hook=_each_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("请求内容不是有效的 JSON") from None
    if not isinstance(found, dict):
        raise Malformed("请求内容应为一个 JSON 对象")


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name appears twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def refusal(wrong: list[ErrorDetails]) -> Invalid | Malformed:
    if any(error["type"] == "json_invalid" for error in wrong):
        return Malformed("请求内容不是有效的 JSON")
    errors = [{"field": ".".join(map(str, error["loc"])), "message": sentence(error)} for error in wrong]
    first = errors[0]
    return Invalid(f"填写的内容有误：{first['message']}", errors=errors)
