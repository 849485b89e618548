"""`flask notices`: what could not be told."""

import click

from booking.messages import untold
from booking.record.actor import Actor
from house import house
from refusals import NotFound, Unavailable, WrongState
from terminal.speech import Subject, answer, by_option, json_option, listing

notices = Subject("notices", help="未能告知律师的短信")


@notices.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="最多列出多少条")
@json_option
def list_notices(limit: int, as_json: bool) -> None:
    """列出失败和结果不明的短信，新的在前。"""
    rows = (
        {"id": n.id, "state": n.state, "kind": n.kind, "booking": n.booking, "lawyer": n.lawyer_id,
         "code": n.code, "problem": untold.why(n), "created_at": n.created_at}
        for n in untold.untold(limit)
    )  # fmt: skip
    listing(rows, as_json, "没有未告知的短信。")


@notices.command()
@click.argument("notice", type=int, metavar="编号")
@by_option
def resend(notice: int, actor: Actor) -> None:
    """再次发送一条失败或结果不明的短信；先向阿里云查询，已收到的不再发。"""
    state = untold.resend(actor, notice, house().asking)
    if state == "missing":
        raise NotFound(f"没有编号为{notice}的短信")
    if state == "unknown":
        raise Unavailable("阿里云尚无答复，为免重复，暂不发送")
    if state in untold.HINDERED:
        raise WrongState(untold.HINDERED[state])
    if state not in ("due", "sent"):
        raise WrongState(f"该短信当前状态为{state}，不能再次发送")
    answer("已重新排队发送。" if state == "due" else "阿里云确认已发送，未重复发送。")
