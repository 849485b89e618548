"""`flask room`: a centre's meeting rooms."""

import click

from booking.gate import rooms
from house import house
from terminal.speech import Subject, answer, by_option, json_option, listing

room = Subject("room", help="会见室")


@room.command()
@click.argument("centre")
@click.argument("name")
@by_option
def add(centre: str, name: str, by: str) -> None:
    """登记会见室：看守所代码、名称。"""
    made = rooms.add(centre, name, house().desk.now(), by)
    answer(f"已登记会见室“{made.name}”（{centre}）。")


@room.command("list")
@click.argument("centre")
@json_option
def list_rooms(centre: str, as_json: bool) -> None:
    """列出会见室。"""
    listing(
        ({"name": one.name, "state": one.state} for one in rooms.every(centre)), as_json, "尚未登记会见室。"
    )


@room.command()
@click.argument("centre")
@click.argument("name")
@by_option
def close(centre: str, name: str, by: str) -> None:
    """停用会见室；正在使用的不能停用。"""
    rooms.close(rooms.named(centre, name), house().desk.now(), by)
    answer(f"会见室“{name}”已停用。")


@room.command("open")
@click.argument("centre")
@click.argument("name")
@by_option
def reopen(centre: str, name: str, by: str) -> None:
    """恢复使用会见室。"""
    rooms.reopen(rooms.named(centre, name), house().desk.now(), by)
    answer(f"会见室“{name}”已恢复使用。")
