"""Kinds of notice and numbers of a centre: one table each, and whatever else lists them lists the same."""

import ast
import json
import re
from datetime import time
from pathlib import Path
from typing import Any

from booking.policy import Policy
from console import bookings, policy
from console.door import rights
from sandbox.runner import demo_env
from sms.templates import NOTICE_KINDS, TEMPLATES

ROOT = Path(__file__).resolve().parent.parent
DEPLOYMENT, OPERATION = ROOT / "docs/deployment.md", ROOT / "docs/operation.md"


def example(setting: str) -> dict[str, Any]:
    found = re.search(rf"^{setting}='(.+)'$", DEPLOYMENT.read_text("utf-8"), re.MULTILINE)
    assert found
    answer: dict[str, Any] = json.loads(found[1])
    return answer


def test_officers_have_a_name_for_each_kind_of_notice():
    assert bookings.NOTICE_NAMES.keys() == NOTICE_KINDS
    assert all(bookings.NOTICE_NAMES.values()) and len(set(bookings.NOTICE_NAMES.values())) == len(NOTICE_KINDS)


def test_the_templates_to_file_are_no_others():
    listed = re.findall(r"^\| `(\w+)` \| .*您", DEPLOYMENT.read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(NOTICE_KINDS)


def test_the_example_of_settings_has_a_code_for_each_kind():
    assert example("SMS_TEMPLATES").keys() == NOTICE_KINDS
    assert example("WECHAT_MESSAGE_TEMPLATES").keys() <= NOTICE_KINDS


def test_the_demo_files_each_kind_with_both_carriers():
    assert demo_env.message_templates().keys() == NOTICE_KINDS
    assert set(demo_env.sms_texts().values()) == {template.text for template in TEMPLATES.values()}


def test_every_number_has_its_words():
    assert policy.WORDS.keys() == Policy.model_fields.keys()
    assert all(label for label, _ in policy.WORDS.values())


def test_the_handbook_has_the_default_and_the_bounds_of_each_number():
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?)\| .+ \|$", OPERATION.read_text("utf-8"), re.MULTILINE)
    listed = {name: (default, bounds.strip()) for name, default, bounds in rows if name in Policy.model_fields}
    assert listed == {name: (shown(name), bounds_of(name)) for name in Policy.model_fields}


def shown(name: str) -> str:
    value = getattr(Policy(), name)
    if name == "papers":
        return "执业证、介绍信、委托书或公函"
    return f"{value:%H:%M}" if isinstance(value, time) else json.dumps(value).replace(" ", "")


def bounds_of(name: str) -> str:
    field = Policy.model_json_schema()["properties"][name]
    each = "每种 " if "items" in field and "minimum" in field["items"] else ""
    low = (field.get("items") or field).get("minimum")
    return "" if low is None else f"{each}{low}–{(field.get('items') or field)['maximum']}"


def test_every_kind_that_is_told_has_its_template():
    assert told("notify", "notify_all", "post") <= NOTICE_KINDS


def told(*tellers: str) -> set[str]:
    """The kinds that stand written in calls of the tellers."""
    return {
        argument.value
        for file in (ROOT / "booking").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in tellers
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_every_page_is_hung_up():
    pages = {file.stem for file in (ROOT / "console").glob("*.py") if "\n@console." in file.read_text("utf-8")}
    hung_up = (ROOT / "console/__init__.py").read_text("utf-8").partition("_SUBJECTS = (")[2].partition(")")[0]
    assert pages - {"wechat_sign_in"} == set(re.findall(r"\w+", hung_up))  # that one comes with `oauth`


def test_every_template_shown_is_there():
    files = [*(ROOT / "console").rglob("*.py")]
    shown = {name for file in files for name in re.findall(r'\bpage\(\s*"([\w.]+)"', file.read_text("utf-8"))}
    assert shown and not [name for name in shown if not (ROOT / "console/templates/console" / name).is_file()]


def test_every_entry_of_the_menu_is_in_the_handbook():
    page = (ROOT / "docs/console.md").read_text("utf-8")
    assert not [label for _, label in rights.MENU if label not in page]


def test_every_command_is_mounted():
    made = {
        name
        for file in (ROOT / "terminal").glob("*.py")
        for name in re.findall(r"^(\w+) = Subject\(", file.read_text("utf-8"), re.MULTILINE)
    }
    mounted = (ROOT / "terminal/__init__.py").read_text("utf-8").partition("COMMANDS = (")[2].partition(")")[0]
    assert made and made == set(re.findall(r"\w+", mounted.replace("fmt: skip", "")))
