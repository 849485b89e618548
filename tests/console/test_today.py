"""The day as officers see it: numbers that follow what happens, and a wall that shows nobody's name."""

import re
from datetime import time

import pytest

from booking.gate import arrivals, rooms
from booking.record.actor import Actor
from booking.review import decisions
from clock import at
from models import Lawyer
from tests.booking.conftest import FRIDAY, SLOT, add_slot, applying


@pytest.fixture
def refs(desk, lawyers, clock) -> list[str]:
    """Three confirmed; one of them meets in room 1 since 08:30, and it is 08:40."""
    ids = lawyers(3)
    for number, name in zip(ids, ("欧阳守约", "李再约", "王示一"), strict=True):
        Lawyer.update(name=name).where(Lawyer.id == number).execute()
    refs = [desk.book(applying(lawyer)).ref for lawyer in ids]
    for ref in refs:
        decisions.approve(Actor("officer:chen"), desk.now(), ref)
    clock.moment = at(FRIDAY, time(8, 30))
    room = rooms.add(Actor("chief"), clock(), "pudong", "1号会见室")
    arrivals.arrive(Actor("gate"), desk.now(), refs[0])
    arrivals.start(Actor("gate"), desk.now(), refs[0], room.id)
    clock.move(minutes=10)
    return refs


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_day_shows_its_numbers_its_people_and_its_rooms(signed_in, refs):
    shown = signed_in("gate").get("today")
    said = words(shown)
    assert shown.status_code == 200
    assert "未到 2 已到场等候 0 会见中 1" in said
    assert "1号会见室 欧阳守约 08:30 起".replace(" 起", "起") in said
    assert all(f"/console/arrivals/{ref}" in shown.text for ref in refs)


def test_over_time_is_said_in_words(signed_in, refs, clock):
    clock.move(minutes=55)
    assert "超时5分钟" in signed_in("gate").get("today").text


def test_what_is_shown_is_fetched_again_only_when_it_changed(signed_in, refs, desk):
    gate = signed_in("gate")
    again = re.search(r'hx-get="([^"]+)"', gate.get("today").text)[1].replace("&amp;", "&")
    assert gate.get(again).status_code == 204
    arrivals.arrive(Actor("gate"), desk.now(), refs[1])
    fresh = gate.get(again)
    assert fresh.status_code == 200 and "已到场等候 1" in words(fresh)
    assert "<html" not in fresh.text


def test_another_slot_is_looked_at_without_losing_it_when_it_is_fetched_again(signed_in, refs):
    later = add_slot("pudong", FRIDAY, time(10))
    shown = signed_in("gate").get(f"today?slot={later.id}")
    assert "10:00 这一时段" in shown.text and "这一时段没有预约" in shown.text
    assert f"slot={later.id}" in re.search(r'hx-get="([^"]+)"', shown.text)[1]


def test_the_wall_has_no_menu_and_nobody_s_name(signed_in, refs):
    gate = signed_in("gate")
    for path in ("today?wall=true", "today/now?wall=true"):
        wall = gate.get(path)
        assert wall.status_code == 200
        assert "欧* 律师" in words(wall) and "李* 律师" in words(wall)
        assert not any(name in wall.text for name in ("欧阳守约", "李再约", "王示一", "嫌疑人", *refs))
        assert "菜单" not in wall.text and "退出" not in wall.text


def test_wall_1_is_the_wall_too(signed_in, refs):
    assert "退出" not in signed_in("gate").get("today?wall=1").text


def test_an_empty_day_says_so(signed_in, desk):
    shown = signed_in("gate").get("today")
    assert "今天没有会见时段" in shown.text and "还没有登记会见室" in shown.text


@pytest.mark.parametrize("query", ["slot=" + "x" * 41, "wall=perhaps", "more=1", "seen=" + "x" * 33])
def test_an_address_that_is_wrong_is_answered_in_words(signed_in, desk, query):
    assert signed_in("gate").get(f"today?{query}").status_code == 422


def test_a_slot_of_another_day_shows_the_one_that_is_on(signed_in, refs):
    assert "08:30 这一时段" in signed_in("gate").get("today?slot=qingpu-20261127-0830").text
    assert SLOT in signed_in("gate").get("today").text
