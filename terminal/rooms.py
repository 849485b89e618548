"""`flask room`: a centre's meeting rooms."""

import click

from booking.gate import rooms
from booking.record.actor import Actor
from house import house
from terminal.speech import Subject, answer, by_option, json_option, listing

room = Subject("room", help="会见室")


@room.command()
@click.argument("centre")
@click.argument("name")
@by_option
def add(centre: str, name: str, actor: Actor) -> None:
    """登记会见室：看守所代码、名称。"""
    made = rooms.add(actor, house().desk.now(), centre, name)
    answer(f"已登记会见室“{made.name}”（{centre}）。")


@room.command("list")
@click.argument("centre")
@json_option
def list_rooms(centre: str, as_json: bool) -> None:
    """列出会见室。"""
    listing(({"name": one.name, "state": one.state} for one in rooms.every(centre)), as_json, "尚未登记会见室。")


@room.command()
@click.argument("centre")
@click.argument("name")
@by_option
def close(centre: str, name: str, actor: Actor) -> None:
    """停用会见室；正在使用的不能停用。"""
    rooms.close(actor, house().desk.now(), rooms.named(centre, name))
    answer(f"会见室“{name}”已停用。")


@room.command("open")
@click.argument("centre")
@click.argument("name")
@by_option
def reopen(centre: str, name: str, actor: Actor) -> None:
    """恢复使用会见室。"""
    rooms.reopen(actor, house().desk.now(), rooms.named(centre, name))
    answer(f"会见室“{name}”已恢复使用。")
