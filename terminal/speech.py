"""How commands are spoken to and answer: a sentence, or JSON; a refusal is its sentence and exit code 1."""

import getpass
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import click
from flask.cli import AppGroup
from peewee import DataError, OperationalError, ProgrammingError
from tqdm import tqdm

from booking.record.actor import Actor
from booking.roll.sheets import Rows
from refusals import Refusal

LONGEST_NAME = 80  # as the columns have it


class Refused(click.ClickException):
    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"未完成：{self.message}", file=file, err=file is None)


class Subject(AppGroup):
    """A group of commands about one subject."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise Refused(refusal.detail) from None
        except DataError as problem:
            raise Refused(f"有一项过长，或数据库不能接受：{_first_line(problem)}") from None
        except (OperationalError, ProgrammingError) as problem:
            raise Refused(_about_database(problem)) from None


def answer(words: str, as_json: bool = False, **told: object) -> None:
    """One sentence, or with --json one document."""
    click.echo(json.dumps(told, ensure_ascii=False, default=str) if as_json else words)


def listing(rows: Iterable[dict[str, Any]], as_json: bool, empty: str) -> None:
    """A line a row, its values beside one another; with --json a list of documents."""
    found = list(rows)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, default=str, indent=1))
        return
    for row in found:
        click.echo("  ".join(_cell(value) for value in row.values()))
    if not found:
        click.echo(empty)


def watched(rows: Iterable[object]) -> Iterable[object]:
    """With a progress bar, where a person looks on."""
    return tqdm(rows, disable=None, unit="行", leave=False)


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return "；".join(map(str, value)) or "-"
    return str(value) if value not in (None, "") else "-"


def _about_database(problem: Exception) -> str:
    said = _first_line(problem)
    if "no such table" in said or "does not exist" in said or "no such column" in said:
        return f"数据库尚未建立或不是最新，请先运行 flask db upgrade（{said}）"
    return f"数据库暂时不可用：{said}"


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]


def _account() -> str:
    try:
        return f"terminal:{getpass.getuser()}"[:LONGEST_NAME]
    except (KeyError, OSError):  # a container's user need not have a name
        return "terminal"


def _named(_context: click.Context, _option: click.Parameter, by: str) -> Actor:
    if not 1 <= len(by.strip()) <= LONGEST_NAME:
        raise click.BadParameter(f"请填写账号，最多 {LONGEST_NAME} 个字")
    return Actor(by.strip())


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
by_option: Decorator = click.option(
    "--by", "actor", default=_account, callback=_named, show_default="当前系统用户", help="经办民警的账号"
)
dry_run_option: Decorator = click.option("--dry-run", is_flag=True, help="只检查并报告，不写入")
sheet_option: Decorator = click.option("--sheet", default="", help="Excel里要导入的工作表的名称；只有一张像的不必写")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def say_sheet(rows: Rows) -> None:
    """Which sheet was read, where there are sheets."""
    if rows.sheet:
        click.echo(f"读取工作表“{rows.sheet}”。")
