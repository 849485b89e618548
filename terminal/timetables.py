"""`flask timetable`: the weekly timetables."""

import tomllib
from pathlib import Path

import click

from booking.record.actor import Actor
from booking.timetable import imports, rollout
from house import house
from refusals import Invalid
from terminal.speech import FILE, Subject, answer, by_option, dry_run_option, json_option

timetable = Subject("timetable", help="每周时间表")


@timetable.command("import")
@click.argument("file", type=FILE)
@dry_run_option
@by_option
@json_option
def import_file(file: Path, dry_run: bool, actor: Actor, as_json: bool) -> None:
    """导入一个看守所的时间表（TOML），立即生效；名额减少不影响已预约的律师。

    \b
    centre = "pudong"
    valid_from = 2026-12-01      # valid_to 可省
    [[slot]]
    weekdays = [0, 1, 2, 3, 4]   # 0 为周一
    starts = ["08:30", "10:00"]
    minutes = 90
    seats = 12                   # 网上名额
    window_seats = 28            # 窗口名额
    """
    table, desk = imports.read(document(file)), house().desk
    now = desk.now()
    imports.check(table)
    hit = imports.affected(table, now)
    for one in [] if as_json else hit:
        seats = "已取消该时段" if one.seats is None else f"名额将为{one.seats}"
        click.echo(f"{one.slot} 已预约{one.booked}，{seats}；已预约的不受影响")
    told = [one._asdict() for one in hit]
    if dry_run:
        answer(f"检查通过，未导入。受影响的已预约时段{len(hit)}个。", as_json, imported=False, affected=told)
        return
    made = imports.import_table(actor, now, table, file.name)
    opened = rollout.open_days(desk, now)
    words = f"已导入{table.centre}的时间表" if made else f"{table.centre}的时间表与现行的相同，未重复导入"
    said = f"{words}：新增时段{opened.new}个，调整{opened.changed}个；受影响的已预约时段{len(hit)}个。"
    answer(said, as_json, imported=made is not None, new=opened.new, changed=opened.changed, affected=told)


def document(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise Invalid(f"不是有效的TOML文件：{wrong}") from None
