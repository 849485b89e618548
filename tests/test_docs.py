"""What the documents say must be so: codes, settings, commands, templates and links are held against the code."""

import re
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

import jobs
import terminal
from booking.policy import Policy
from booking.words import STATES
from config import Settings
from refusals import Refusal
from sms.templates import TEMPLATES
from tests.test_rooms import DESK, MAY_IMPORT, ROOMS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
OPERATION, DEPLOYMENT = ROOT / "docs/operation.md", ROOT / "docs/deployment.md"


def text(page: Path) -> str:
    return page.read_text("utf-8")


def commands() -> dict[str, click.Command]:
    """Every command of ours by the words one types: `review list`, `worker`."""
    found: dict[str, click.Command] = {}
    for command in (*terminal.COMMANDS, *jobs.COMMANDS):
        inner = command.commands if isinstance(command, click.Group) else {}
        found |= {f"{command.name} {name}": one for name, one in inner.items()} or {str(command.name): command}
    return found


def commands_named(page: Path) -> set[str]:
    """`flask review list`, with or without `--app app`; of a subject alone, its name."""
    typed = re.findall(r"flask(?: --app app)? ([a-z]+)(?: ([a-z-]+))?", text(page))
    return {" ".join(filter(None, words)) for words in typed}


def test_the_refusals_explained_to_officers_are_those_there_are() -> None:
    explained = text(OPERATION).partition("## 律师看到的提示")[2].partition("\n## ")[0]
    rows = set(re.findall(r"^\| `(\w+)` \| (.+?) \|", explained, re.MULTILINE))
    assert rows == {(one.code, one.title) for one in Refusal.__subclasses__()}


def test_every_setting_is_explained() -> None:
    explained = text(DEPLOYMENT).partition("## Settings")[2].partition("\n## ")[0]
    rows = "".join(line for line in explained.splitlines() if line.startswith("| "))
    assert not [name for name in Settings.model_fields if f"`{name.upper()}`" not in rows]


def test_the_example_has_every_setting_that_is_needed() -> None:
    example = text(DEPLOYMENT).partition("```ini\nHUIJIAN_ENV")[2].partition("```")[0]
    given = set(re.findall(r"^([A-Z_]+)=", f"HUIJIAN_ENV{example}", re.MULTILINE))
    needed = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert needed <= given <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_named_exists(page: Path) -> None:
    known = commands()
    subjects = {str(command.name) for command in terminal.COMMANDS}
    wrong = {
        words
        for words in commands_named(page)
        if words not in known and words not in subjects and words.split()[0] not in {"worker", "clock"}
    }
    assert not wrong


def test_every_command_is_in_the_handbook_and_has_help() -> None:
    listed = commands_named(OPERATION)
    assert set(commands()) <= listed
    assert all(command.help and "--help" in command.get_help(click.Context(command)) for command in commands().values())


def test_the_import_law_is_the_one_that_is_held() -> None:
    drawn = re.findall(
        r"^\| ((?:`\w+` ?)+)\| (nothing|(?:`\w+` ?)+)",
        text(ROOT / "docs/design.md").partition("| room | may import (of ours) |")[2].partition("\n\n")[0],
        re.MULTILINE,
    )
    law = {
        room: set(re.findall(r"\w+", known)) - {"nothing"}
        for rooms, known in drawn
        for room in re.findall(r"\w+", rooms)
    }
    assert law | {"sandbox": DESK} == MAY_IMPORT


def test_the_law_inside_booking_is_the_one_that_is_held() -> None:
    page = text(ROOT / "docs/design.md").partition("| room of `booking/` |")[2].partition("\n\n")[0]
    drawn = re.findall(r"^\| ((?:`\w+` ?)+)\| (nothing more|(?:`\w+` ?)+)", page, re.MULTILINE)
    law = {room: set(re.findall(r"`(\w+)`", known)) for rooms, known in drawn for room in re.findall(r"\w+", rooms)}
    assert law == ROOMS


@pytest.mark.parametrize("page", ["docs/design.md", "README.md", "README.zh-CN.md"])
def test_the_house_drawn_is_the_one_that_stands(page: str) -> None:
    """Every room of the law, and every file beside them; the stand-ins are outside the house."""
    drawn = next(block for block in text(ROOT / page).split("```") if "booking/" in block and "app.py" in block)
    rooms = {room for room in MAY_IMPORT if (ROOT / room).is_dir()} - {"sandbox"}
    assert set(re.findall(r"\b(\w+)\.py", drawn)) == {file.stem for file in ROOT.glob("*.py")}
    assert set(re.findall(r"\b(\w+)/", drawn)) - {"api"} == rooms


def test_every_place_to_look_first_is_there() -> None:
    page = text(ROOT / "docs/design.md").partition("## Where to look first")[2].partition("\n## ")[0]
    named = re.findall(r"`([\w/]+\.py|[\w/]+/)`", page)
    assert len(named) > 50 and not [place for place in named if not (ROOT / place).exists()]


def test_the_templates_to_file_are_those_that_are_sent() -> None:
    page = text(DEPLOYMENT)
    assert all(f"| `{kind}` | {one.text} | {one.note} |" in page for kind, one in TEMPLATES.items())


def test_every_number_of_a_centre_is_explained() -> None:
    page = text(OPERATION)
    assert not [name for name in Policy.model_fields if f"| `{name}` |" not in page]


def test_every_state_is_explained() -> None:
    page = text(OPERATION)
    assert all(f"| {words} | `{state}` |" in page for state, words in STATES.items())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", text(page), flags=re.DOTALL)
    links = [unquote(link) for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]
    assert not [link for link in links if not leads_somewhere(page, link)]


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not heading or heading in headings(target))


def headings(page: Path) -> set[str]:
    """As a page's headings are linked to: lower case, punctuation gone, blanks as hyphens."""
    found = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_named_is_there(page: Path) -> None:
    """Of files of ours: a path in backticks that begins with a room."""
    rooms = "booking|seats|sms|models|wechat|terminal|jobs|watch|sandbox|bench|tests|data|docs"
    named = re.findall(rf"`((?:{rooms})/[\w/.-]*)`", text(page))
    assert not [path for path in named if not (ROOT / path).exists()]


def test_words_the_house_has_put_away_stay_away() -> None:
    """They were parameters that meant three things each; `desk` is typed by its class."""
    away = re.compile("|".join(("desk: " + '"Desk"', "whe" + "nce", "who" + "se")))
    ours = [file for suffix in ("py", "md", "html", "js", "toml") for file in ROOT.rglob(f"*.{suffix}")]
    ours = [file for file in ours if not {".venv", ".git", "node_modules"} & set(file.relative_to(ROOT).parts)]
    assert len(ours) > 600
    assert {str(file.relative_to(ROOT)) for file in ours if away.search(text(file))} == set()
