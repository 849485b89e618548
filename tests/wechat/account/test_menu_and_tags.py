"""The menus as data, checked before they are sent, and the tag kept in step; with WeChat away or unwilling."""

import json

import pytest

from refusals import Invalid
from wechat.account import Menu
from wechat.account.conversation import LOOK_UPS, SAYINGS
from wechat.account.menu import FILE, problems, read
from wechat.outgoing.account import AccountRefused

PUBLIC = {"bind", "centre", "help", "about"}


def button(name="帮助", **other):
    return {"name": name, "type": "click", "key": "help"} | other


def test_our_menus_are_in_order_and_lead_somewhere():
    menus = read()
    keys = {one["key"] for top in menus.officer for one in top["sub_button"]} | {menus.default[0]["key"]}
    assert keys <= LOOK_UPS.keys() | SAYINGS.keys() | PUBLIC
    assert {"now", "day", "plan", "seats", "review"} <= keys


@pytest.mark.parametrize(
    ("buttons", "words"),
    [
        ([], "须为1至3个"),
        ([button()] * 4, "须为1至3个"),
        ([button("会见预约安排")], "现为18字节"),
        ([button("会见预约安")], "只显示4个字"),
        ([button("")], "须为1至16字节"),
        ([{"name": "查询", "sub_button": [button()] * 6}], "子菜单须为1至5个"),
        ([{"name": "查询", "sub_button": []}], "子菜单须为1至5个"),
        ([{"name": "查询", "sub_button": [button("查" * 21)]}], "现为63字节"),
        ([{"name": "查询", "sub_button": [button("查" * 9)]}], "只显示8个字"),
        ([button(key="键" * 43)], "key须为1至128字节，现为129字节"),
        ([button(key="")], "key须为1至128字节"),
        ([button(type="view", url="https://a/" + "长" * 400)], "url须为1至1024字节"),
        ([button(type="scancode_push")], "类型须为"),
    ],
)
def test_what_wechat_would_refuse_or_cut_is_named(buttons, words):
    assert [problem for problem in problems(buttons) if words in problem]


def test_a_menu_that_is_wrong_is_not_sent(client, tags, stand_in, tmp_path):
    file = tmp_path / "menu.json"
    file.write_text(json.dumps({"default": [button("会见预约安排")], "officer": [button()]}), "utf-8")
    with pytest.raises(Invalid, match=r"default：“会见预约安排”须为1至16字节，现为18字节"):
        Menu(client, tags, file).push()
    assert stand_in.requests("/cgi-bin/menu/create") == 0


def test_pushing_twice_changes_nothing_and_a_new_menu_takes_the_old_ones_place(client, tags, stand_in, tmp_path):
    menu = Menu(client, tags)
    assert menu.show().differs == ["default", "officer"]
    assert menu.push().differs == ["default", "officer"]
    assert menu.show().differs == menu.push().differs == []
    assert stand_in.requests("/cgi-bin/menu/addconditional") == 1
    changed = json.loads(FILE.read_text("utf-8")) | {"officer": [button()]}
    file = tmp_path / "menu.json"
    file.write_text(json.dumps(changed), "utf-8")
    other = Menu(client, tags, file)
    assert other.push().differs == ["officer"]
    assert other.show().differs == []
    assert len(other.show().menu_ids) == 1


def test_an_unverified_account_is_told_in_words(client, tags, stand_in):
    stand_in.account.verified = False
    for ask in (Menu(client, tags).push, Menu(client, tags).show):
        with pytest.raises(AccountRefused, match=r"尚未通过微信认证.*48001"):
            ask()


@pytest.mark.parametrize(
    ("fault", "words"),
    [("-1", "微信拒绝了这一操作（-1）"), ("45009", "次数已用完"), ("html_502", "没有应答")],
)
def test_each_no_is_told_in_words(client, tags, stand_in, fault, words):
    stand_in.faults.order(fault, "always", call="/cgi-bin/tags/get")
    with pytest.raises(AccountRefused, match=words):
        Menu(client, tags).push()


def test_a_stale_token_is_fetched_anew_once(client, stand_in):
    stand_in.faults.order("40001", call="/cgi-bin/tags/get")
    assert client.get("tags/get") == {"tags": []}
    assert stand_in.requests("/cgi-bin/stable_token") == 2


@pytest.fixture
def followers(stand_in):
    openids = [f"o-{number:03d}" for number in range(120)]
    for openid in openids:
        stand_in.account.follow(openid, True)
    return openids


def tagged(stand_in, tags) -> set[str]:
    return set(stand_in.account.tagged({"tagid": tags.tag_id()}).get("data", {}).get("openid", []))


def test_the_tag_is_kept_in_step_in_batches_and_asks_nothing_when_nothing_changed(tags, stand_in, followers):
    assert tags.keep(followers) == 120
    assert stand_in.requests("/cgi-bin/tags/members/batchtagging") == 3
    before = sum(stand_in.tally.all().values())
    assert tags.keep(followers) == 0
    assert sum(stand_in.tally.all().values()) == before
    assert tags.keep(followers[:100]) == 20
    assert tagged(stand_in, tags) == set(followers[:100])


def test_one_who_does_not_follow_keeps_nobody_from_the_tag(tags, stand_in, followers, redis_client):
    stand_in.account.follow("o-007", False)
    assert tags.keep(followers) == 119
    calls = stand_in.requests("/cgi-bin/tags/members/batchtagging")
    assert tags.keep(followers) == 0
    assert stand_in.requests("/cgi-bin/tags/members/batchtagging") == calls  # not asked again for ten minutes
    assert 0 < redis_client.ttl("wechat:tag:refused") <= 600


def test_wechat_away_is_left_alone_and_done_later(tags, stand_in, followers, redis_client):
    stand_in.faults.order("-1", "always", call="/cgi-bin/tags/members/batchtagging")
    assert tags.keep(followers) == 0
    asked = stand_in.requests("/cgi-bin/tags/members/batchtagging")
    stand_in.faults.clear()
    assert tags.keep(followers) == 0
    assert stand_in.requests("/cgi-bin/tags/members/batchtagging") == asked
    redis_client.delete("wechat:tag:rest")  # as it goes by itself after five minutes
    assert tags.keep(followers) == 120


def test_an_empty_redis_takes_the_tag_from_who_should_not_have_it(tags, stand_in, followers, redis_client):
    tags.keep(followers)
    redis_client.flushall()
    assert tags.keep(followers[:3]) == 117
    assert tagged(stand_in, tags) == set(followers[:3])
