"""`flask mandates`: what is proven of lawyers and the people they defend; the console's page asks the same functions."""

import click

from booking import by_id
from booking.lawyers import known_by, mandates
from booking.record.actor import Actor
from booking.refs import ref_said
from booking.words import STAGES, moment_words
from house import house
from refusals import WrongState
from terminal.speech import Subject, answer, by_option, json_option, listing

mandate = Subject("mandates", help="委托关系")


@mandate.command("list")
@click.option("--centre", help="只列一个看守所")
@click.option("--ended", is_flag=True, help="连同已结束的")
@click.option("--after", type=int, help="从这个编号之后接着列")
@json_option
def list_mandates(centre: str | None, ended: bool, after: int | None, as_json: bool) -> None:
    """列出已核实的委托关系，新的在前；每次最多50条。"""
    found = mandates.listed(centre, lasting=not ended, after=after)
    rows = (
        {"id": one.id, "centre": one.centre_id, "lawyer": one.lawyer.name, "licence_no": one.lawyer.licence_no,
         "stage": STAGES[one.stage], "proven_at": moment_words(one.proven_at), "by": one.proven_by,
         "state": mandates.state_words(one)}
        for one in found[: mandates.MANY]
    )  # fmt: skip
    listing(rows, as_json, "没有已核实的委托关系。")


@mandate.command()
@click.argument("ref")
@by_option
def prove(ref: str, actor: Actor) -> None:
    """已核对原件：按一个预约登记其律师与在押人员的委托关系。"""
    booking = by_id.booking(ref_said(ref))
    made = mandates.prove_by(actor, house().desk.now(), booking, ())
    if made is None:
        raise WrongState(f"该预约{known_by.not_provable(booking)}，不能登记委托关系；请在预约页的名册中选定当事人")
    answer(f"已登记委托关系 {made.id}：{STAGES[made.stage]}阶段。")


@mandate.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="原因，不会告知律师")
@by_option
def end(number: int, reason: str, actor: Actor) -> None:
    """结束一条委托关系，并说明原因。"""
    done = mandates.end(actor, house().desk.now(), number, reason)
    answer(f"委托关系 {done.id} 已结束：{done.ended_why}。")
