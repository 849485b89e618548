"""Templates and what may stand in their variables (help.aliyun.com 463237, 463270, 2806243)."""

import json
import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\$\{(\w+)\}")
CODE_WORDS = ("验证码", "注册码", "校验码", "动态码")
LINK = re.compile(r"https?:|www\.|[\w-]+\.(com|cn|net|org|io|top|cc|xyz)\b", re.IGNORECASE | re.ASCII)
# Arrows, enclosed numbers, stars, emoji; rare characters of names, which lie further up, are fine.
UNSUPPORTED = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001fbff]")
LONGEST_TEXT = 500


class BusinessRefusal(Exception):
    """Aliyun's no of the second kind: HTTP 200 with a `Code` that is not OK."""

    def __init__(self, code: str, message: str):
        super().__init__(code)
        self.code, self.message = code, message


def is_code(template: str) -> bool:
    """A verification code has tighter limits than a notice."""
    return any(word in template for word in CODE_WORDS)


def check_filed(code: str, template: str) -> None:
    """Raises ValueError for a template that Aliyun would not approve."""
    names = VARIABLE.findall(template)
    faults = {
        "has no text, or one that is too long": not 1 <= len(template) <= LONGEST_TEXT,
        "has a link": LINK.search(template) is not None,
        "has 【】 in it, which only the signature may": "【" in template or "】" in template,
        "has characters no SMS may have": UNSUPPORTED.search(template) is not None,
        "is a code's and needs just one variable": is_code(template) and len(names) != 1,
    }
    for fault, found in faults.items():
        if found:
            raise ValueError(f"template {code} {fault}")


def render(template: str, param_text: str | None) -> tuple[str, dict[str, str]]:
    """The text as it will be read, without the signature, and the variables used. Raises BusinessRefusal."""
    given, names = _variables(param_text), VARIABLE.findall(template)
    if any(name not in given for name in names):
        raise BusinessRefusal("isv.TEMPLATE_MISSING_PARAMETERS", "模板变量中存在未赋值变量")
    used = {name: given[name] for name in names}
    for value in used.values():
        _check_code(value) if is_code(template) else _check_value(value)
    text = VARIABLE.sub(lambda found: used[found[1]], template)
    if len(text) > LONGEST_TEXT:
        raise BusinessRefusal("isv.PARAM_LENGTH_LIMIT", "短信内容超过长度限制")
    return text, used


def pieces(full_text: str) -> int:
    """How many messages are charged: up to 70 characters is one, above that 67 each, signature included."""
    return 1 if len(full_text) <= 70 else -(-len(full_text) // 67)


def _variables(param_text: str | None) -> Mapping[str, str]:
    try:
        given: object = json.loads(param_text) if param_text else {}
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise BusinessRefusal("isv.INVALID_JSON_PARAM", "JSON参数不合法，只接受字符串值")
    return given


def _check_code(value: str) -> None:
    if not 4 <= len(value) <= 6:
        raise BusinessRefusal("isv.PARAM_LENGTH_LIMIT", "参数超过长度限制")
    if not (value.isascii() and value.isalnum()):
        raise BusinessRefusal("isv.TEMPLATE_PARAMS_ILLEGAL", "模板变量里包含非法关键字")


def _check_value(value: str) -> None:
    if not 1 <= len(value) <= 35:
        raise BusinessRefusal("isv.PARAM_LENGTH_LIMIT", "参数超过长度限制")
    if LINK.search(value):
        raise BusinessRefusal("isv.PARAM_NOT_SUPPORT_URL", "变量不支持传入URL")
    if "【" in value or "】" in value:
        raise BusinessRefusal("isv.TEMPLATE_PARAMS_ILLEGAL", "模板变量里包含非法关键字")
    if UNSUPPORTED.search(value):
        raise BusinessRefusal("isv.UNSUPPORTED_CONTENT", "短信内容包含不支持的字符")
