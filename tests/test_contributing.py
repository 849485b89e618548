"""CONTRIBUTING.md's checklists, followed: each step forgotten is red in the test it names, each step done is green."""

import ast
import importlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import click
import pytest
from pydantic import Field

import terminal
from booking.policy import Policy
from console import policy as policy_page
from console.door import rights
from refusals import Refusal
from sms import templates
from tests import last_release, test_docs, test_rules_page, test_tables, test_upgrading
from tests.booking.record import test_record
from tests.console import test_rights

ROOT = Path(__file__).resolve().parent.parent

NEW = "25"  # the number of a rule that nobody has


class Step(NamedTuple):
    """What a checklist has under one number: the files it names, and the test that is red without it."""

    recipe: str
    number: int
    files: list[str]
    red: str


def steps() -> Iterator[Step]:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("\n## Checklists")[2]
    for title, body in re.findall(r"\n### (.+)\n((?:(?!\n### ).|\n(?!### ))*)", page):
        for number, step in re.findall(r"^(\d)\. ((?:.|\n(?!\d\. |\n))+)", body, re.MULTILINE):
            said, _, red = step.partition("Red: `")
            files = re.findall(r"`([\w./-]+(?:\.(?:py|md|html)|/))`", said)
            yield Step(title, int(number), files, red.partition("`")[0])


STEPS = list(steps())


class House:
    """A copy of what the tests read, and what else they look at: added to here, it is added for them alone."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch):
        self.root, self.patch = root, patch
        self.app: Any = None
        for room in ("booking", "console", "terminal", "docs", "sms", "wechat", "models"):
            shutil.copytree(ROOT / room, root / room, ignore=shutil.ignore_patterns("__pycache__", "static"))
        for file in [*ROOT.glob("*.py"), ROOT / "CHANGELOG.md"]:
            shutil.copy(file, root)
        for module in (test_docs, test_rules_page, test_tables, test_upgrading, test_record):
            patch.setattr(module, "ROOT", root)
        for module, name, path in (
            (test_docs, "OPERATION", "docs/operation.md"), (test_docs, "DEPLOYMENT", "docs/deployment.md"),
            (test_tables, "OPERATION", "docs/operation.md"), (test_tables, "DEPLOYMENT", "docs/deployment.md"),
            (test_upgrading, "MIGRATIONS", "models/migrations"), (last_release, "MIGRATIONS", "models/migrations"),
        ):  # fmt: skip
            patch.setattr(module, name, root / path)

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, "utf-8")

    def change(self, path: str, before: str, after: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert before in text, (path, before)
        self.write(path, text.replace(before, after, 1))

    def tell_before_upgrading(self, line: str) -> None:
        self.change("CHANGELOG.md", "\n### 升级之前\n", f"\n### 升级之前\n\n- {line}\n")


def have_number(house: House, **words: str) -> None:
    class Longer(Policy):
        tea_minutes: int = Field(5, ge=0, le=30, **words)  # type: ignore[call-overload]

    for module in (test_docs, test_tables, test_rules_page):
        house.patch.setattr(module, "Policy", Longer)
    fields = Longer.model_fields.items()
    house.patch.setattr(policy_page, "WORDS", {name: (field.title or "", "") for name, field in fields})


def rule_cited(house: House) -> None:
    house.change("booking/rules.py", '"""', f'"""Rule {NEW}: tea. ')


def rule_row(house: House, tests: str = "–") -> None:
    row = test_rules_page.Row(NEW, "**Tea**", "", "[ours]", "`booking/rules.py`", tests, "")
    house.patch.setattr(test_rules_page, "ROWS", [*test_rules_page.rows(), row])


def rule_attacked(house: House) -> None:
    rule_row(house, "`tests/booking/test_tea.py`")
    refusal_given(house)


def refusal_given(house: House) -> None:
    no_tea = SimpleNamespace(code="no_tea", title="没有茶")
    known = SimpleNamespace(__subclasses__=lambda: [*Refusal.__subclasses__(), no_tea])
    house.patch.setattr(test_docs, "Refusal", known)


def kind_told(house: House) -> None:
    house.write("booking/tea.py", 'notify(booking, "tea", now, cause=ONCE)\n')


def kind_filed(house: House) -> None:
    more = templates.TEMPLATES | {"tea": templates.Template("茶", "您的茶好了。", "茶好了")}
    for module in (templates, test_docs, test_tables):
        house.patch.setattr(module, "TEMPLATES", more)
    for module in (templates, test_tables, test_upgrading):
        house.patch.setattr(module, "NOTICE_KINDS", frozenset(more))


def page_written(house: House) -> None:
    house.write("console/tea.py", '\n@console.get("/tea")\ndef tea() -> str:\n    return page("tea.html")\n')
    rules = [
        SimpleNamespace(endpoint=f"console.{name}", methods={"GET"}, rule="/", arguments=())
        for name in {*rights.RIGHTS, *rights.PUBLIC, "tea"}
    ]
    house.app = SimpleNamespace(url_map=SimpleNamespace(iter_rules=lambda: rules))


def page_shown(house: House) -> None:
    house.write("console/templates/console/tea.html", "")
    house.write("booking/tea.py", 'note(actor, now, Kind.TEA_SEEN, "")\n')


def words_given(house: House) -> None:
    house.patch.setattr(test_record, "NAMES", test_record.NAMES | {"TEA_SEEN"})
    house.patch.setattr(rights, "MENU", (*rights.MENU, ("tea", "茶水")))


def command_written(house: House) -> None:
    house.write("terminal/tea.py", 'tea = Subject("tea")\n')


def command_mounted(house: House) -> None:
    house.change("terminal/__init__.py", "    demo,\n", "    demo, tea,\n")
    tea = click.Command("tea", help="Make tea.")
    more = SimpleNamespace(COMMANDS=(*terminal.COMMANDS, tea))
    house.patch.setattr(test_docs, "terminal", more)


def number_tightened(house: House) -> None:
    tight = last_release.bounds() | {"daily_limit": {"minimum": 2, "maximum": 20, "type": "integer"}}
    house.patch.setattr(test_upgrading, "bounds", lambda: tight)


NUMBER_ROW = ("| `lengths` |", "| `tea_minutes` | 5 | 0–30 | 茶 |\n| `lengths` |")
REFUSAL_ROW = ("## 律师看到的提示\n", "## 律师看到的提示\n\n| `no_tea` | 没有茶 | 喝水 |\n")
COMMAND_ROW = ("| `flask worker` |", "| `flask tea` | 茶 |\n| `flask worker` |")

# What comes before the first step that a test can miss, and then each step, in the order of its list.
FIRST: dict[str, Callable[[House], None]] = {
    "A policy number": have_number,
    "A policy number renamed or tightened": number_tightened,
}
DONE: dict[str, list[Callable[[House], Any]]] = {
    "A rule": [
        rule_cited,
        rule_row,
        rule_attacked,
        lambda house: house.change("docs/operation.md", *REFUSAL_ROW),
    ],
    "A policy number": [
        lambda house: have_number(house, title="茶"),
        lambda house: house.change("docs/operation.md", *NUMBER_ROW),
        lambda house: house.patch.setattr(
            test_rules_page,
            "ROWS",
            [test_rules_page.ROWS[0]._replace(default="`tea_minutes = 5`"), *test_rules_page.ROWS],
        ),
    ],
    "A policy number renamed or tightened": [
        lambda house: house.write("models/migrations/0099_tea.py", "# daily_limit of 1 becomes 2\n"),
        lambda house: house.tell_before_upgrading("`0099_tea`：没有要做的。"),
    ],
    "An SMS": [
        kind_told,
        kind_filed,
        lambda house: house.change(
            "docs/deployment.md", "| `confirmed` |", "| `tea` | 您的茶好了。 | 茶好了 |\n| `confirmed` |"
        ),
        lambda house: house.change("docs/deployment.md", """='{"submitted":""", """='{"tea":"SMS_…","submitted":"""),
        lambda house: house.tell_before_upgrading("报备 `tea`，填入 `SMS_TEMPLATES`。"),
    ],
    "A console page": [
        page_written,
        lambda house: house.change("console/__init__.py", "    today,\n    arr", "    today,\n    tea,\n    arr"),
        lambda house: house.patch.setitem(rights.RIGHTS, "tea", rights.Right(rights.ALL)),
        page_shown,
        words_given,
        lambda house: house.change("docs/console.md", "## 今天", "## 茶水\n\n## 今天"),
    ],
    "A command": [
        command_written,
        command_mounted,
        lambda house: house.change("docs/operation.md", *COMMAND_ROW),
    ],
}


def run(red: str, house: House) -> None:
    """The test of that name, in the house as it is now; what it is parametrized with is the row last added."""
    path, _, name = red.partition("::")
    test = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
    given = {"app": lambda: house.app, "row": lambda: test_rules_page.ROWS[-1]}
    names = test.__code__.co_varnames[: test.__code__.co_argcount]
    test(**{argument: given[argument]() for argument in names})


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(tmp_path, monkeypatch)


@pytest.mark.parametrize("recipe", DONE)
def test_each_step_forgotten_is_red_and_done_is_green(recipe: str, house: House):
    FIRST.get(recipe, lambda house: None)(house)
    for step, do in zip([step for step in STEPS if step.recipe == recipe], DONE[recipe], strict=True):
        if step.red:
            with pytest.raises(AssertionError):
                run(step.red, house)
        do(house)
        if step.red:
            run(step.red, house)


def test_the_lists_followed_are_those_there_are():
    assert list(dict.fromkeys(step.recipe for step in STEPS)) == list(DONE)
    assert [step.number for step in STEPS if not step.red] == [1] * 4  # only the thing itself can't be forgotten
    assert test_rights and all(step.files for step in STEPS)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.recipe} {step.number}")
def test_a_step_names_files_and_a_test_that_are_there(step: Step):
    path, _, name = step.red.partition("::")
    assert not [file for file in [*step.files, path] if file and not (ROOT / file).exists()]
    tree = ast.parse((ROOT / path).read_text("utf-8")) if path else ast.Module([], [])
    assert not path or name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
