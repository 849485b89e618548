"""`flask centre`: the detention centres and their policy numbers."""

from datetime import datetime

import click

from booking import by_id
from booking.policy import Policy
from booking.record.actor import Actor
from booking.timetable import centres, holidays, rollout
from booking.words import moment_words
from house import house
from terminal.speech import Subject, answer, by_option, json_option, listing

centre = Subject("centre", help="看守所及其预约规则")


@centre.command()
@click.argument("code")
@click.argument("name")
@click.argument("address")
@by_option
def add(code: str, name: str, address: str, actor: Actor) -> None:
    """登记看守所：代码（小写字母、数字）、名称、地址。"""
    made = centres.add(actor, house().desk.now(), code, name, address)
    answer(f"已登记{made.name}（{made.code}）。请用 flask timetable import 导入时间表。")


@centre.command("list")
@json_option
def list_centres(as_json: bool) -> None:
    """列出看守所。"""
    rows = ({"code": c.code, "name": c.name, "address": c.address} for c in centres.every())
    listing(rows, as_json, "尚未登记看守所。")


@centre.command()
@click.argument("code")
@json_option
def show(code: str, as_json: bool) -> None:
    """显示一个看守所及其全部规则；已改动的标 *。"""
    found = by_id.centre(code)
    policy = Policy.of(found).model_dump(mode="json")
    if as_json:
        answer(
            "",
            True,
            code=found.code,
            name=found.name,
            address=found.address,
            policy=policy,
            changed=found.policy,
        )
        return
    answer(f"{found.name}（{found.code}） {found.address}")
    for name, value in policy.items():
        answer(f"{'*' if name in found.policy else ' '} {name} = {value}")


@centre.command("set")
@click.argument("code")
@click.argument("settings", nargs=-1, required=True, metavar="名=值 ...")
@by_option
def set_policy(code: str, settings: tuple[str, ...], actor: Actor) -> None:
    """改规则的数字，如 cancel_free_hours=48；值为空则恢复缺省。列表用 JSON，如 lengths=[45,60]。"""
    changed = centres.set_policy(actor, house().desk.now(), code, centres.parse(settings))
    words = "，".join(f"{name}：{before} → {after}" for name, (before, after) in changed.items())
    answer(f"已修改{code}：{words}。" if changed else f"{code}的规则没有变化。")


@centre.command("day")
@click.argument("code")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("word", type=click.Choice(["open", "closed", "usual"]))
@click.option("--reason", default="", help="不安排会见的原因，律师会看到。")
@by_option
def set_day(code: str, day: datetime, word: str, reason: str, actor: Actor) -> None:
    """定某一天：open 照常会见，closed 不安排，usual 恢复按节假日表；列出因此落在休息日的预约。"""
    desk = house().desk
    open_ = {"open": True, "closed": False, "usual": None}[word]
    centres.set_day(actor, desk.now(), code, day.date(), open_, reason)
    rollout.open_days(desk, desk.now())
    hit = [one for one in holidays.hits(desk.now()) if (one.centre, one.starts_at.date()) == (code, day.date())]
    for one in hit:
        click.echo(f"{one.ref} {moment_words(one.starts_at)} {one.reason}")
    said = {"open": "安排会见", "closed": "不安排会见", "usual": "按节假日表"}[word]
    answer(f"{code} {day:%Y-%m-%d}：{said}。受影响的待会见预约{len(hit)}个，请逐一联系处理。")
