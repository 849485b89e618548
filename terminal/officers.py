"""`flask officer`: officers' accounts."""

import click

from booking import officers
from terminal.speech import Subject, answer, by_option, house, json_option, listing

officer = Subject("officer", help="民警账号")


@officer.command()
@click.argument("account")
@click.argument("name")
@click.option(
    "--role", required=True, type=click.Choice(list(officers.ROLES)), help="窗口、复核、所领导、督察"
)
@click.option("--centre", help="看守所代码；不填为全局")
@by_option
def add(account: str, name: str, role: str, centre: str | None, by: str) -> None:
    """新增民警：账号、姓名。"""
    made = officers.add(account, name, role, centre, house().desk.now(), by)
    answer(f"已新增{officers.ROLES[made.role]}民警{made.name}（{made.account}），{centre or '全局'}。")


@officer.command("list")
@json_option
def list_officers(as_json: bool) -> None:
    """列出民警。"""
    rows = (
        {"account": o.account, "name": o.name, "role": o.role, "centre": o.centre_id, "state": o.state}
        for o in officers.every()
    )
    listing(rows, as_json, "尚无民警账号。")
