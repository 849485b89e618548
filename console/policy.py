"""会见规则: the numbers of a centre, each with its default and its range; every change is on record, before and after."""

import json
from collections.abc import Mapping
from datetime import time
from typing import NamedTuple

from flask import Response, request
from pydantic.fields import FieldInfo

from booking.policy import Policy
from booking.timetable import centres, rollout
from console.door import back, console, here, page, say
from console.door.csrf import FIELD
from console.door.scope import centre_shown
from refusals import Invalid

# What officers call each number, and in what unit: as its field says.
WORDS = {name: (field.title or "", field.description or "") for name, field in Policy.model_fields.items()}


class Number(NamedTuple):
    """One row of the form: as it is, as it would be by default, both as the form writes them."""

    name: str
    label: str
    unit: str
    kind: str
    value: str
    default: str
    low: int | None
    high: int | None


@console.get("/timetable/policy")
def policy() -> str:
    rows = _rows(Policy.of(centre_shown()))
    return page("policy.html", rows=rows, was=json.dumps({row.name: row.value for row in rows}))


@console.post("/timetable/policy")
def policy_set() -> Response:
    """Only what this officer changed is written, so that two who change different numbers don't undo one another."""
    centre, given = centre_shown(), request.form
    if unknown := set(given) - set(WORDS) - {"was", FIELD}:
        raise Invalid(f"不认识的字段：{'、'.join(sorted(unknown))}")
    was = _was(given.get("was", ""))
    wanted = {
        name: _value(name, text.strip())
        for name, text in given.items()
        if name in WORDS and _plain(text) != _plain(was.get(name, ""))
    }
    changed = _set(centre.code, wanted)
    rollout.open_days(here().desk, here().now)
    here().desk.board.invalidate_centre(centre.code)
    say("；".join(f"{WORDS[name][0]}已改" for name in changed) or "没有改动")
    return back("console.policy")


def _set(centre: str, wanted: dict[str, object]) -> Mapping[str, object]:
    try:
        return centres.set_policy(here().actor, here().now, centre, wanted)
    except Invalid as wrong:
        said = wrong.detail
        for name in sorted(WORDS, key=len, reverse=True):
            said = said.replace(name, f"“{WORDS[name][0]}”")
        raise Invalid(said) from None


def _rows(policy: Policy) -> list[Number]:
    default = Policy()
    return [
        Number(name, label, unit, _kind(name), _written(getattr(policy, name)), _written(getattr(default, name)),
               _bound(Policy.model_fields[name], "ge"), _bound(Policy.model_fields[name], "le"))
        for name, (label, unit) in WORDS.items()
    ]  # fmt: skip


def _kind(name: str) -> str:
    """How the form asks for it, by what it is."""
    default = getattr(Policy(), name)
    if isinstance(default, bool):
        return "yes"
    if isinstance(default, time):
        return "time"
    if isinstance(default, tuple):
        return "lines" if isinstance(default[0], str) else "numbers"
    return "number"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple):
        return ("\n" if isinstance(value[0], str) else " ").join(map(str, value)) if value else ""
    return str(value)


def _value(name: str, text: str) -> object:
    """As the policy reads it; None, the default, for an empty one."""
    if not text:
        return None
    kind = _kind(name)
    if kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if kind == "numbers":
        return text.replace("，", " ").replace("、", " ").replace(",", " ").split()
    return text


def _bound(field: FieldInfo, which: str) -> int | None:
    return next((getattr(mark, which) for mark in field.metadata if hasattr(mark, which)), None)


def _plain(text: str) -> str:
    """A browser sends a text area's lines with CRLF."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _was(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
        return {str(name): str(value) for name, value in found.items()}
    except (ValueError, AttributeError, RecursionError):
        raise Invalid("页面不完整，请刷新后再改") from None
