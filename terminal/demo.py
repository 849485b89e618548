"""`flask demo`: the invented world, where this is a demo."""

from house import house
from models import Booking, Centre, Lawyer, RollEntry
from refusals import Forbidden
from terminal.speech import Subject, answer, json_option

demo = Subject("demo", help="演示数据（仅演示环境）")


@demo.command()
@json_option
def load(as_json: bool) -> None:
    """载入演示数据：两个看守所、约200名虚构律师、在押人员、民警和几天的记录；可重复运行。"""
    load_world, desk = house().load_demo, house().desk
    if load_world is None:
        raise Forbidden("这不是演示环境，不能载入演示数据")
    load_world(desk, desk.now())
    counts = {
        "centres": Centre.select().count(),
        "roll": RollEntry.select().count(),
        "lawyers": Lawyer.select().count(),
        "bookings": Booking.select().count(),
    }
    words = "演示数据已就绪：看守所{centres}个，名册{roll}人，已绑定律师{lawyers}人，预约{bookings}个。"
    answer(words.format_map(counts), as_json, **counts)
