"""`flask strikes`: no-shows and late cancellations, appealed and waived."""

import click

from booking.lawyers import standing
from booking.record.actor import Actor
from booking.words import STRIKE_KINDS, STRIKE_STATES
from house import house
from models import Lawyer, Strike
from terminal.speech import Subject, answer, by_option, json_option, listing

strikes = Subject("strikes", help="爽约记录")


@strikes.command("list")
@click.option("--licence", help="只列一位律师（执业证号）")
@click.option("--appealed", is_flag=True, help="只列已申诉、尚未撤销的")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="最多列出多少条")
@json_option
def list_strikes(licence: str | None, appealed: bool, limit: int, as_json: bool) -> None:
    """列出爽约记录，新的在前。"""
    found = Strike.select(Strike, Lawyer).join(Lawyer).order_by(Strike.id.desc()).limit(limit)
    if licence:
        found = found.where(Lawyer.licence_no == licence)
    if appealed:
        found = found.where(Strike.appealed_at.is_null(False), Strike.state != "waived")
    rows = (
        {"id": s.id, "at": s.at.isoformat(timespec="minutes"), "lawyer": s.lawyer.name,
         "licence_no": s.lawyer.licence_no, "booking": s.booking_id,
         "kind": s.kind if as_json else STRIKE_KINDS.get(s.kind, s.kind),
         "state": s.state if as_json else STRIKE_STATES.get(s.state, s.state), "appeal": s.appeal}
        for s in found
    )  # fmt: skip
    listing(rows, as_json, "没有爽约记录。")


@strikes.command()
@click.argument("strike", type=click.IntRange(1, 2**31 - 1), metavar="编号")
@click.option("--reason", "--why", "why", required=True, help="撤销的原因")
@by_option
def waive(strike: int, why: str, actor: Actor) -> None:
    """撤销一次爽约；由它引起的暂停同时解除。"""
    done = standing.waive(actor, house().desk.now(), strike, why)
    answer(f"编号{strike}的爽约记录（预约{done.booking_id}）已撤销。")
