"""`flask arrivals`: the day's desk at the gate."""

import click

from booking.gate.arrivals import arrive, finish, no_show, start
from booking.record.actor import Actor
from booking.refs import ref_said
from booking.words import STATES
from house import house
from models import Booking
from terminal.speech import Subject, answer, by_option

arrivals = Subject("arrivals", help="到场、会见开始与结束、未到场")


@arrivals.command("arrive")
@click.argument("ref")
@by_option
def _arrive(ref: str, actor: Actor) -> None:
    """律师到场，证件核对无误。"""
    _step(arrive(actor, house().desk.now(), ref_said(ref)))


@arrivals.command("start")
@click.argument("ref")
@by_option
def _start(ref: str, actor: Actor) -> None:
    """会见开始。"""
    _step(start(actor, house().desk.now(), ref_said(ref)))


@arrivals.command("finish")
@click.argument("ref")
@by_option
def _finish(ref: str, actor: Actor) -> None:
    """会见结束。"""
    _step(finish(actor, house().desk.now(), ref_said(ref)))


@arrivals.command("no-show")
@click.argument("ref")
@by_option
def _no_show(ref: str, actor: Actor) -> None:
    """律师逾时未到，记爽约一次；不等系统自动登记。"""
    _step(no_show(actor, house().desk.now(), ref_said(ref)))


def _step(done: Booking) -> None:
    answer(f"{done.ref} {STATES[done.state]}。")
