"""`flask arrivals`: the day's desk at the gate."""

from collections.abc import Callable
from typing import Any

import click

from booking.gate import arrivals as gate
from booking.refs import ref_said
from booking.words import STATES
from terminal.speech import Subject, answer, by_option, house

arrivals = Subject("arrivals", help="到场、会见开始与结束、未到场")


@arrivals.command()
@click.argument("ref")
@by_option
def arrive(ref: str, by: str) -> None:
    """律师到场，证件核对无误。"""
    _step(gate.arrive, ref, by)


@arrivals.command()
@click.argument("ref")
@by_option
def start(ref: str, by: str) -> None:
    """会见开始。"""
    _step(gate.start, ref, by)


@arrivals.command()
@click.argument("ref")
@by_option
def finish(ref: str, by: str) -> None:
    """会见结束。"""
    _step(gate.finish, ref, by)


@arrivals.command("no-show")
@click.argument("ref")
@by_option
def no_show(ref: str, by: str) -> None:
    """律师逾时未到，记爽约一次；不等系统自动登记。"""
    _step(gate.no_show, ref, by)


def _step(step: Callable[..., Any], ref: str, by: str) -> None:
    done = step(house().desk, ref_said(ref), by)
    answer(f"{done.ref} {STATES[done.state]}。")
