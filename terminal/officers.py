"""`flask officer`: officers' accounts."""

import click

from booking.officers import codes, officers
from booking.record.actor import Actor
from booking.words import moment_words
from house import house
from terminal.speech import Subject, answer, by_option, json_option, listing

officer = Subject("officer", help="民警账号")


@officer.command()
@click.argument("account")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(list(officers.ROLES)), help="窗口、复核、所领导、督察")
@click.option("--centre", help="看守所代码；不填为全局")
@by_option
def add(account: str, name: str, role: str, centre: str | None, actor: Actor) -> None:
    """新增民警：账号、姓名。"""
    made = officers.add(actor, house().desk.now(), account, name, role, centre)
    answer(f"已新增{officers.ROLES[made.role]}民警{made.name}（{made.account}），{centre or '全局'}。")


@officer.command("sign-in-code")
@click.argument("account")
@by_option
def sign_in_code(account: str, actor: Actor) -> None:
    """发一次性登录代码：首次登录或重设口令、动态码用，24小时内有效。"""
    _issue(account, "sign_in", actor)


@officer.command("bind-code")
@click.argument("account")
@by_option
def bind_code(account: str, actor: Actor) -> None:
    """发一次性绑定代码：民警在订阅号里发送，10分钟内有效。"""
    _issue(account, "bind", actor)


def _issue(account: str, kind: str, actor: Actor) -> None:
    found, now = officers.of_account(account), house().desk.now()
    code = codes.issue(actor, now, found, kind)
    until = moment_words(now + codes.LASTS[kind])
    answer(f"{found.name}（{account}）的一次性代码：{code}，{until}前有效，只能用一次。")


@officer.command("list")
@json_option
def list_officers(as_json: bool) -> None:
    """列出民警。"""
    rows = (
        {"account": o.account, "name": o.name, "role": o.role, "centre": o.centre_id, "state": o.state}
        for o in officers.every()
    )
    listing(rows, as_json, "尚无民警账号。")
