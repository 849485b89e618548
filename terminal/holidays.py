"""`flask holidays`: the State Council's holiday tables."""

import json
import tomllib
from pathlib import Path

import click

from booking.record.actor import Actor
from booking.timetable import rollout
from booking.timetable.holidays import import_year, read
from booking.words import moment_words
from house import house
from refusals import Invalid
from terminal.speech import FILE, Subject, answer, by_option, dry_run_option, json_option

holidays = Subject("holidays", help="国务院节假日安排")


@holidays.command("import")
@click.argument("file", type=FILE)
@dry_run_option
@by_option
@json_option
def import_file(file: Path, dry_run: bool, actor: Actor, as_json: bool) -> None:
    """导入一年的节假日表（TOML 或 JSON，格式见 data/holidays/），可重复导入；列出因此落在休息日的预约。"""
    year, desk = read(document(file)), house().desk
    now = desk.now()
    hit = import_year(actor, now, year, dry_run=dry_run)
    if not dry_run:
        rollout.open_days(desk, now)
    for one in [] if as_json else hit:
        click.echo(f"{one.ref} {one.centre} {moment_words(one.starts_at)} {one.reason}")
    done = "检查通过，未导入" if dry_run else "已导入"
    named = len(year.rows())
    words = f"{done}{year.year}年节假日表（{named}天）；落在休息日的待会见预约{len(hit)}个。"
    answer(
        words,
        as_json,
        year=year.year,
        days=named,
        imported=not dry_run,
        affected=[one._asdict() for one in hit],
    )


def document(file: Path) -> dict[str, object]:
    try:
        text = file.read_text("utf-8-sig")
        found = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise Invalid(f"不是有效的TOML或JSON文件：{wrong}") from None
    if not isinstance(found, dict):
        raise Invalid("节假日表应为一个对象，含 year、source、holiday")
    return found
