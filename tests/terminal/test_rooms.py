"""`flask room`, as typed."""

import pytest

from models import Room
from tests.terminal.conftest import told

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_rooms_are_added_listed_closed_and_opened(flask, furnished):
    assert "已登记" in flask("room", "add", "qingpu", "律师会见室", "--by", "chief").stdout
    assert "已停用" in flask("room", "close", "qingpu", "律师会见室").stdout
    assert {"name": "律师会见室", "state": "closed"} in told(flask("room", "list", "qingpu", "--json"))
    assert "已恢复使用" in flask("room", "open", "qingpu", "律师会见室").stdout
    assert Room.get(Room.name == "律师会见室").state == "open"


def test_a_room_or_a_centre_that_is_not_there_is_said_so(flask, furnished):
    for words in (
        ("add", "nowhere", "1号"),
        ("close", "qingpu", "无"),
        ("open", "qingpu", "无"),
    ):
        answered = flask("room", *words)
        assert answered.exit_code == 1 and answered.stderr.startswith("未完成：")
    assert flask("room", "add", "qingpu", "1号会见室").exit_code == 1
