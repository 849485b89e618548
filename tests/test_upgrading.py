"""What the last release stored must still be understood, and who upgrades is told what to do before."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from sms.templates import NOTICE_KINDS
from tests.last_release import MIGRATIONS, ROOT, bounds, kept, since, version, withdrawn


def unmigrated(after: Mapping[str, Any], texts: Mapping[str, str]) -> list[str]:
    """Names gone or tightened since the last release that no migration of after it speaks of."""
    return [name for name in withdrawn(kept()["policy"], after) if not _named(name, " ".join(texts.values()))]


def untold(names: list[str], page: str) -> list[str]:
    """Of what is new, migrations or kinds of notice, that which 升级之前 under Unreleased does not name."""
    unreleased = page.partition("\n## Unreleased")[2].partition("\n## ")[0]
    before = unreleased.partition("\n### 升级之前")[2].partition("\n### ")[0]
    return [name for name in names if f"`{name}`" not in before]


def _named(name: str, text: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None


def new_migrations() -> dict[str, str]:
    return {name: (MIGRATIONS / f"{name}.py").read_text("utf-8") for name in since()}


def changelog() -> str:
    return (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_what_is_kept_is_of_the_version_there_is():
    assert kept()["release"] == version(), "a release is made: run python -m tests.last_release"


def test_a_number_renamed_or_tightened_has_its_migration():
    assert not unmigrated(bounds(), new_migrations())


def test_a_migration_is_told_before_upgrading():
    assert not untold(since(), changelog())


def test_a_new_kind_of_notice_is_told_before_upgrading():
    assert not untold(sorted(NOTICE_KINDS - set(kept()["notices"])), changelog())


def test_changelog_has_a_place_for_it():
    assert "\n### 升级之前" in changelog().partition("\n## Unreleased")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    "change",
    [
        {"daily_limit": None},
        {"daily_limit": {"minimum": 2, "maximum": 20, "type": "integer"}},
        {"daily_limit": {"minimum": 1, "maximum": 19, "type": "integer"}},
        {"daily_limit": {"minimum": 1, "maximum": 20, "type": "string"}},
        {
            "lengths": {
                "items": {"minimum": 30, "maximum": 480, "type": "integer"},
                "minItems": 1,
                "type": "array",
            }
        },
        {"opens_at": {"format": "date-time", "type": "string"}},
    ],
)
def test_gone_or_tightened_asks_for_a_migration_that_names_it(change: dict[str, Any]):
    after = {name: bound for name, bound in (kept()["policy"] | change).items() if bound}
    (name,) = change
    assert unmigrated(after, {}) == [name]
    assert unmigrated(after, {"0099_x": "UPDATE centre SET other"}) == [name]
    assert not unmigrated(after, {"0099_x": f"what stood in {name} becomes …"})


def test_wider_or_new_asks_for_none():
    wider = {"daily_limit": {"minimum": 0, "maximum": 21, "type": "integer"}, "another": {"type": "integer"}}
    assert not withdrawn(kept()["policy"], kept()["policy"] | wider)


def test_a_new_migration_must_be_told_under_unreleased():
    told = "### 升级之前\n\n- `{}`：先停服务。\n\n"
    page = f"\n## Unreleased\n\n{told.format('0099_x')}### 运维\n\n- `0098_y`\n\n## 0.1.0\n\n{told.format('0097_z')}"
    assert untold(["0099_x", "0098_y", "0097_z"], page) == ["0098_y", "0097_z"]
