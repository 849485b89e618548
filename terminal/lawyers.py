"""`flask lawyers`: the roll, and who is bound to it."""

from pathlib import Path

import click

from booking.lawyers import licences, shown
from booking.record.actor import Actor
from booking.roll import roll, sheets
from booking.words import LICENCES
from house import house
from models import Lawyer, rows_of
from refusals import Invalid, NotFound
from terminal.speech import (
    FILE,
    Subject,
    answer,
    by_option,
    dry_run_option,
    json_option,
    listing,
    say_sheet,
    sheet_option,
    watched,
)

MOST_SHOWN = 20

lawyers = Subject("lawyers", help="律师名册与身份核验")
_seen_option = click.option("--seen", required=True, help="lawyers pending 列出的 seen：核验的就是列出的内容")


@lawyers.command("import")
@click.argument("file", type=FILE)
@dry_run_option
@click.option("--without-wrong", is_flag=True, help="有误的行不导入，其余照写；先 --dry-run 看过是哪些行")
@sheet_option
@by_option
@json_option
def import_file(file: Path, dry_run: bool, without_wrong: bool, sheet: str, actor: Actor, as_json: bool) -> None:
    """导入律师名册（.csv 或 .xlsx），全部写入或全不写入；加 --without-wrong 则不含有误的行。

    列（中文或英文，次序不限）：姓名 name、执业证号 licence_no、律师事务所 firm、身份证号 id_no、手机号 phone（可空）、
    状态 state（执业、停止执业、注销、吊销）、有效期至 valid_until（可空）。
    停止执业、注销或吊销的，已绑定的微信随即不能再预约。
    """
    rows = sheets.read(file, roll.COLUMNS, watched, sheet)
    now = house().desk.now()
    report = roll.import_roll(actor, now, rows, dry_run=dry_run, without_wrong=without_wrong, watching=watched)
    if as_json:
        answer("", True, **_told(report), sheet=rows.sheet)
    else:
        say_sheet(rows)
        _say(report)
    if report.wrong and not report.written:
        raise Invalid(f"{len(report.wrong)}行有误，名册未改动")


@lawyers.command()
@json_option
def pending(as_json: bool) -> None:
    """列出待核验的律师及比对结果。"""
    waiting = Lawyer.select().where(Lawyer.state == licences.PENDING).order_by(Lawyer.id)
    rows = (
        {"id": one.id, "name": one.name, "licence_no": one.licence_no, "firm": one.firm,
         "findings": [finding["message"] for finding in one.findings], "seen": shown.mark(one)}
        for one in waiting
    )  # fmt: skip
    listing(rows, as_json, "没有待核验的律师。")


@lawyers.command()
@click.argument("lawyer", metavar="编号或执业证号")
@click.option("--why", default="", help="核验的依据")
@_seen_option
@by_option
def verify(lawyer: str, why: str, seen: str, actor: Actor) -> None:
    """核验通过。"""
    done = licences.decide(actor, house().desk.now(), _one(lawyer, licences.PENDING), True, why, seen=seen)
    answer(f"{done.name}（{done.licence_no}）已核验通过。")


@lawyers.command()
@click.argument("lawyer", metavar="编号或执业证号")
@click.option("--why", required=True, help="不通过的原因，律师会看到")
@_seen_option
@by_option
def refuse(lawyer: str, why: str, seen: str, actor: Actor) -> None:
    """核验不通过。"""
    done = licences.decide(actor, house().desk.now(), _one(lawyer, licences.PENDING), False, why, seen=seen)
    answer(f"{done.name}（{done.licence_no}）核验不通过。")


@lawyers.command()
@click.argument("lawyer", metavar="编号或执业证号")
@click.option("--why", required=True, help="原因，如更换手机或微信")
@by_option
def unbind(lawyer: str, why: str, actor: Actor) -> None:
    """解除微信绑定；预约和爽约记录保留，本人可重新绑定。"""
    done = licences.unbind(actor, house().desk.now(), _one(lawyer, licences.VERIFIED), why)
    answer(f"{done.name}（{done.licence_no}）已解除绑定。")


def _one(said: str, state: str) -> int:
    """By id, or by a licence number that one lawyer of the state has. Raises NotFound, Invalid."""
    where = (Lawyer.licence_no == said) & (Lawyer.state == state) if len(said) == 17 else (Lawyer.id == _number(said))
    found = [id for (id,) in rows_of(Lawyer.select(Lawyer.id).where(where).limit(2))]
    if len(found) > 1:
        raise Invalid("有多人以该执业证号申请，请用编号指明（flask lawyers pending）")
    if not found:
        raise NotFound("没有这位律师，或不在可办理的状态")
    return int(found[0])


def _number(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 17):
        raise NotFound("没有这位律师")
    return min(int(said), 2**31 - 1)


def _say(report: roll.Report) -> None:
    for wrong in sorted(report.wrong, key=lambda one: (not one.bars, one.row))[:MOST_SHOWN]:  # what bars comes first
        click.echo(f"第{wrong.row}行：{wrong.why}")
    if len(report.wrong) > MOST_SHOWN:
        click.echo(f"……另有{len(report.wrong) - MOST_SHOWN}行，--json 可列出全部")
    if report.wrong and not report.written:
        return
    for one in report.follows:
        ahead = f"，待会见的预约：{'、'.join(one.bookings)}" if one.bookings else ""
        click.echo(f"{one.licence_no} 已{LICENCES[one.state]}，不能再预约{ahead}")
    standing = sum(one.bars for one in report.wrong)
    done = "已导入" if report.written else "检查通过，未导入"
    click.echo(
        f"{done}：共{report.rows}行，新增{report.new}，变更{report.changed}，未变{report.unchanged}；"
        f"其中停止执业{report.suspended}，注销{report.closed}，吊销{report.revoked}。"
        + (f"有误的{len(report.wrong)}行没有导入。" if report.wrong else "")
        + (f"其中{standing}行要停用执业证，这些证仍然有效，请立即改正后再导入。" if standing else "")
    )


def _told(report: roll.Report) -> dict[str, object]:
    rows = {
        "wrong": [one._asdict() for one in report.wrong],
        "follows": [one._asdict() for one in report.follows],
    }
    return vars(report) | rows
