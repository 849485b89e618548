"""`flask seats`: whether the counters agree with the bookings."""

import click

from booking.desk import recount
from house import house
from terminal.speech import Refused, Subject, answer, json_option

seats = Subject("seats", help="名额核对")


@seats.command()
@click.option("--repair", is_flag=True, help="发现不符时改正")
@json_option
def check(repair: bool, as_json: bool) -> None:
    """逐时段核对预约、名额与计数是否一致；不一致时退出码为 1（--repair 后为 0）。"""
    tally = recount.check(house().desk, repair=repair)
    wrong = len(tally.wrong_in_sql)
    done = "已改正" if repair else "可加 --repair 改正"
    gate = "；计数服务（Redis）未响应，只核对了数据库" if tally.away else ""
    words = (
        "名额一致"
        if not wrong and not tally.drift
        else f"数据库中{wrong}个时段不符，计数相差{tally.drift}个名额，{done}"
    )
    answer(f"{words}{gate}。", as_json, **vars(tally) | {"repaired": repair})
    if tally.away or (not repair and (wrong or tally.drift)):
        raise Refused("名额核对未通过")
