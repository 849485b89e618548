"""What the last release stored and knew, to compare with: `python -m tests.last_release` writes it anew with a release."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from booking.policy import Policy
from sms.templates import NOTICE_KINDS

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests/last_release.json"
MIGRATIONS = ROOT / "models/migrations"

Bounds = Mapping[str, Any]


def bounds(policy: Any = Policy) -> dict[str, Bounds]:
    """Each number's name, and what it may be; not what it is called."""
    said = ("title", "description", "default")
    fields = policy.model_json_schema()["properties"].items()
    return {name: {key: value for key, value in field.items() if key not in said} for name, field in fields}


def migrations() -> list[str]:
    return sorted(file.stem for file in MIGRATIONS.glob("[0-9]*.py"))


def version() -> str:
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert found
    return found[1]


def kept() -> Any:
    return json.loads(KEPT.read_text("utf-8"))


def since() -> list[str]:
    """The migrations that no release has yet."""
    return [name for name in migrations() if name not in kept()["migrations"]]


def withdrawn(before: Mapping[str, Bounds], after: Mapping[str, Bounds]) -> list[str]:
    """The names of stored values that may no longer be read as they were meant: gone, of another kind, or tightened."""
    return [name for name, bound in before.items() if name not in after or _tighter(bound, after[name])]


def _tighter(before: Bounds, after: Bounds) -> bool:
    lows, highs = ("minimum", "minItems", "minLength"), ("maximum", "maxItems", "maxLength")
    return (
        any(after.get(low, float("-inf")) > before.get(low, float("-inf")) for low in lows)
        or any(after.get(high, float("inf")) < before.get(high, float("inf")) for high in highs)
        or _tighter_within(before, after)
        or any(
            after.get(key) != before.get(key)
            for key in before.keys() | after.keys()
            if key not in lows + highs + ("items",)
        )
    )


def _tighter_within(before: Bounds, after: Bounds) -> bool:
    return "items" in before and _tighter(before["items"], after.get("items", {}))


if __name__ == "__main__":
    release = {
        "release": version(),
        "migrations": migrations(),
        "notices": sorted(NOTICE_KINDS),
        "policy": bounds(),
    }
    KEPT.write_text(json.dumps(release, indent=2) + "\n", "utf-8")
