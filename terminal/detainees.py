"""`flask detainees`: a centre's register of the people it holds."""

from pathlib import Path

import click

from booking.record.actor import Actor
from booking.roll import register, sheets
from house import house
from refusals import Invalid
from terminal.speech import (
    FILE,
    Subject,
    answer,
    by_option,
    dry_run_option,
    json_option,
    say_sheet,
    sheet_option,
    watched,
)

MOST_SHOWN = 20

detainees = Subject("detainees", help="在押人员名册")


@detainees.command("import")
@click.argument("file", type=FILE)
@click.option("--centre", required=True, help="看守所代码")
@dry_run_option
@sheet_option
@by_option
@json_option
def import_file(file: Path, centre: str, dry_run: bool, sheet: str, actor: Actor, as_json: bool) -> None:
    """导入一个看守所的完整在押名册（.csv 或 .xlsx），替换原名册；不在其中的视为已离所。

    列：姓名 name、证件类型 document（可空，缺省身份证）、证件号码 id_no、在押编号 custody_no（与证件号码至少填一项）、
    监区 ward、案号 case_no（可空）、须经许可 permit_case（是/否，可空）。
    """
    rows = sheets.read(file, register.COLUMNS, watched, sheet)
    report = register.import_register(actor, house().desk.now(), centre, rows, dry_run=dry_run)
    if as_json:
        answer("", True, **vars(report) | {"wrong": [one._asdict() for one in report.wrong]})
    for wrong in [] if as_json else report.wrong[:MOST_SHOWN]:
        click.echo(f"第{wrong.row}行：{wrong.why}")
    if not as_json:
        say_sheet(rows)
    if report.wrong:
        raise Invalid(f"{len(report.wrong)}行有误，名册未改动")
    done = "已导入" if report.written else "检查通过，未导入"
    if not as_json:
        moved = f"；随当事人改号的预约和委托{report.moved}项" if report.moved else ""
        answer(f"{done}：共{report.rows}人，新收{report.new}，在押{report.kept}，离所{report.left}{moved}。")
