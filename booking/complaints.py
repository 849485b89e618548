"""pydantic's complaints as Chinese sentences, for lawyers' forms and officers' settings alike."""

from collections.abc import Iterable, Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from refusals import Invalid


def refusal(what: str, wrong: ValidationError, names: Mapping[str, str] | None = None) -> Invalid:
    """Why `what` can't be taken: every complaint with its field, as one sentence and as a list.

    `names` are what people call the fields, where they don't know them as programs do.
    """
    errors = [
        {"field": ".".join(map(str, error["loc"])), "message": sentence(error)}
        for error in _first_causes(wrong.errors())
    ]
    called = names or {}
    said = "；".join(f"{called.get(error['field'], error['field'])} {error['message']}".strip() for error in errors)
    return Invalid(f"{what}有误：{said}", errors=errors)


def sentence(error: ErrorDetails) -> str:
    """pydantic's complaint as a Chinese sentence."""
    if error["type"] == "value_error":  # raised by our own checks, in our own words
        return str(error["ctx"]["error"])
    words = _SENTENCES.get(error["type"])
    if words is None:
        return error["msg"] if error["type"] in _OURS else "内容不符合要求"
    return words.format(**error.get("ctx", {})).replace(" or ", " 或 ")


def _first_causes(errors: Iterable[ErrorDetails]) -> list[ErrorDetails]:
    """A list is not too short because what is in it is wrong, as pydantic would also have it."""
    found = list(errors)
    within = {error["loc"][:end] for error in found for end in range(len(error["loc"]))}
    return [error for error in found if not (error["type"] == "too_short" and error["loc"] in within)]


_OURS = {"control_characters", "document_no", "id_no", "licence_no", "phone", "opens_too_late", "rests_backwards"}
_SENTENCES = {
    "missing": "此项必填",
    "extra_forbidden": "不认识的字段",
    "string_type": "应为文字",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "含有不允许的字符",
    "string_unicode": "含有无效字符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字过大",
    "int_from_float": "应为整数",
    "finite_number": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "literal_error": "只能是以下之一：{expected}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "list_type": "应为数组",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "dict_type": "应为对象",
    "date_type": "应为日期，如 2026-11-27",
    "date_parsing": "应为日期，如 2026-11-27",
    "date_from_datetime_parsing": "应为日期，如 2026-11-27",
    "date_from_datetime_inexact": "应为日期，如 2026-11-27",
    "time_type": "应为时间，如 08:00",
    "time_parsing": "应为时间，如 08:00",
    "tuple_type": "应为列表，如 [45,60]",
    "none_required": "应为空",
}
