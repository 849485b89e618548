"""`flask review`: the officer's decision by the command line; the console's page asks the same functions."""

import click

from booking.desk import findings_now
from booking.record.actor import Actor
from booking.refs import ref_said
from booking.review import decisions, queue
from booking.words import moment_words
from house import house
from terminal.speech import Subject, answer, by_option, json_option, listing

review = Subject("review", help="预约复核")


@review.command("list")
@click.option("--centre", help="只列一个看守所")
@json_option
def list_waiting(centre: str | None, as_json: bool) -> None:
    """列出待复核的预约及比对结果，先会见的在前。"""
    waiting = queue.listed(centre)
    made = findings_now.of(waiting, house().desk.now())
    rows = (
        {"ref": b.ref, "centre": b.centre_id, "starts_at": b.starts_at.isoformat(),
         "lawyer": b.lawyer.name, "stage": b.stage, "findings": [one["message"] for one in made[b.ref]]}
        for b in waiting
    )  # fmt: skip
    listing(rows, as_json, "没有待复核的预约。")


@review.command()
@click.argument("ref")
@click.option("--permit-no", help="补录许可文号（须经许可的案件）")
@by_option
def approve(ref: str, permit_no: str | None, actor: Actor) -> None:
    """通过一个预约。"""
    done = decisions.approve(actor, house().desk.now(), ref_said(ref), permit_no)
    answer(f"{done.ref} 已通过：{moment_words(done.starts_at)}。")


@review.command()
@click.argument("ref")
@click.option("--reason", required=True, help="原因，律师在小程序里看；与清单中一致的也写进短信")
@by_option
def reject(ref: str, reason: str, actor: Actor) -> None:
    """不通过一个预约，并说明原因。"""
    done = decisions.reject(house().desk, actor, ref_said(ref), reason)
    answer(f"{done.ref} 不通过：{reason}。")
