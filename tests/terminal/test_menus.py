"""`flask menu`: pushed to WeChat, and compared with what WeChat has."""

import json

import pytest

from sandbox import wechat as tencent
from tests.terminal.conftest import told
from wechat.account import Menu, Tags
from wechat.outgoing.account import Account

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # none of it is asked

APPID, SECRET = "wxdemo000000000002", "demo-secret-of-the-account"


@pytest.fixture
def stand_in(house, redis_client):
    with tencent.running(apps={APPID: SECRET}, templates={}) as running:
        account = Account(APPID, SECRET, redis_client, running.url)
        house.menu = Menu(account, Tags(account, redis_client))
        yield running
        account.close()


def test_pushed_once_and_then_up_to_date(flask, stand_in):
    assert flask("menu", "push").stdout == "已推送默认菜单和民警菜单，手机上约五分钟内更新。\n"
    assert flask("menu", "push").stdout == "微信上的菜单已是最新，未作改动。\n"
    assert told(flask("menu", "push", "--json")) == {"pushed": []}
    assert [one["name"] for one in stand_in.account.menu_of("o-anybody")] == ["关于"]


def test_shown_beside_what_wechat_has(flask, stand_in):
    assert "民警菜单（不一致，请运行 flask menu push）" in flask("menu", "show").stdout
    flask("menu", "push")
    shown = flask("menu", "show").stdout
    assert "民警菜单（一致）\n  今日会见：现在与下一时段、今日各时段、提押单\n  查询：剩余名额" in shown
    told_in_json = json.loads(flask("menu", "show", "--json").stdout)
    assert told_in_json["differs"] == []
    assert told_in_json["wechat"]["default"] == [{"name": "关于", "type": "click", "key": "about"}]


def test_an_unverified_account_is_explained(flask, stand_in):
    stand_in.account.verified = False
    for words in (("menu", "push"), ("menu", "show")):
        refused = flask(*words)
        assert refused.exit_code == 1
        assert "该公众号尚未通过微信认证" in refused.stderr and "48001" in refused.stderr


def test_wechat_away_is_said(flask, stand_in):
    stand_in.faults.order("reset", "always")
    refused = flask("menu", "push")
    assert (refused.exit_code, refused.stderr) == (1, "未完成：微信没有应答，请稍后再试\n")
