"""How much an answer asks of the database, for each kind of question by tap and by typing, however full the days are."""

from datetime import time

import pytest

from models import Booking
from tests.booking.conftest import FRIDAY, TODAY, add_lawyers, add_slot
from tests.wechat.account.conftest import meeting
from tests.wechat.account.pushes import EVENT, message, said
from wechat.account import intents, menu

CROWD = 40

# Counted on SQLite, which says BEGIN and COMMIT aloud; on PostgreSQL each is at least two fewer. Most for a gate that is
# empty, since a day is loaded into it.
TAPS = {
    "now": 9, "day": 9, "plan": 9, "seats": 17, "review": 19, "lawyer": 5, "booking": 5, "bind": 4, "centre": 5,
    "help": 5, "about": 5,
}  # fmt: skip
TYPED = {
    "现在": 9, "今天": 9, "周五": 9, "2月30日": 5, "提押单": 9, "名额": 17, "待复核": 19, "我的看守所": 5, "帮助": 5,
    "更多": 4,
    "BBBB2222": 17, "ZZZZ9999": 6, "13101201510000000": 10, "99999999999999999": 9, "律师0": 12, "律师": 11, "查无此人": 11,
    "???": 5, "绑定": 4, "绑定 12345678": 4, "解绑": 8,
}  # fmt: skip


@pytest.fixture
def crowded(pudong: list[Booking], clock) -> None:
    """Many meetings, today and on a day to come, and as many to review."""
    today, friday = add_slot("pudong", TODAY, time(13)), add_slot("pudong", FRIDAY, time(13))
    for n, lawyer in enumerate(add_lawyers(CROWD, clock(), first=3)):
        state = "submitted" if n % 2 else "confirmed"
        meeting(f"CRWD{n:04d}", lawyer, friday if n % 2 else today, f"某{n}", state)


def tapped(key: str) -> str:
    pushed = EVENT.format(f"<MsgType>event</MsgType><Event>CLICK</Event><EventKey>{key}</EventKey>")
    return pushed.replace("o-gate", "o-chief")


def test_every_kind_of_question_is_in_the_tables():
    menus = menu.read()
    keys = {one["key"] for top in menus.officer for one in top.get("sub_button", [top])}
    assert keys | {one["key"] for one in menus.default if "key" in one} <= TAPS.keys()
    kinds = {intents.from_text(text, TODAY).name for text in TYPED}
    assert set(intents._WORDS.values()) | {"day", "no such day", "licence", "ref", "name", "unknown"} == kinds


@pytest.mark.parametrize(("key", "most"), TAPS.items())
def test_a_tap_asks_no_more_than_its_number(tencent, crowded, queries, key, most):
    queries.clear()
    said(tencent.push(tapped(key)))
    assert len(queries) <= most


@pytest.mark.parametrize(("text", "most"), TYPED.items())
def test_what_is_typed_asks_no_more_than_its_number(tencent, crowded, queries, text, most):
    queries.clear()
    said(tencent.push(message("o-chief", text)))
    assert len(queries) <= most
