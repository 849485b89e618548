"""An officer binds by a one-time code, once; the tag follows, and with it the menu."""

import pytest

from booking.officers import bound
from models import Officer
from refusals import Invalid
from sandbox.wechat.account_push import OUT_OF_ORDER
from tests.wechat.account.conftest import a_code, note_look
from wechat.account import texts
from wechat.account.menu import Menu

FRESH = "o-fresh-phone"


@pytest.fixture
def code(officers, clock):
    return a_code(officers["new"], clock())


def openid_of(account: str) -> str | None:
    return Officer.get(Officer.account == account).account_openid


@pytest.mark.parametrize("typed", ["{}", "绑定 {}", "绑定{}", "绑定：{}", "  {} "])
def test_a_code_binds_with_and_without_the_word(phone, code, typed):
    assert phone(FRESH).type(typed.format(code)).startswith("民警new，您已绑定（核验窗口）")
    assert openid_of("new") == FRESH
    (row,) = note_look("officer.bound")
    assert (row.who, row.subject, row.origin, row.centre) == ("new", "new", "wechat", "pudong")


def test_a_code_said_over_the_telephone_binds(phone, code):
    said = code.lower().replace("0", "o").replace("1", "l")
    assert phone(FRESH).type(f"{said[:4]} {said[4:]}").startswith("民警new，您已绑定")


def test_a_code_is_good_once_and_for_ten_minutes(phone, code, officers, clock):
    phone(FRESH).type(code)
    assert phone("o-other-phone").type(f"绑定 {code}") == texts.BAD_CODE
    late = a_code(officers["new"], clock())
    clock.move(minutes=11)
    assert phone("o-other-phone").type(f"绑定 {late}") == texts.BAD_CODE
    assert openid_of("new") == FRESH


def test_eight_letters_that_are_no_code_are_a_strangers_words(phone, officers):
    assert phone(FRESH).type("ABCD2345") == texts.STRANGER


def test_after_five_tries_even_the_right_code_is_not_looked_at(phone, code, redis_client):
    for number in range(5):
        assert phone(FRESH).type(f"绑定 ABCD234{number}") == texts.BAD_CODE
    assert phone(FRESH).type(f"绑定 {code}") == texts.TOO_MANY
    assert phone(FRESH).type(code) == texts.STRANGER
    assert openid_of("new") is None
    assert phone("o-other-phone").type(code).startswith("民警new，您已绑定")


def test_a_new_phone_takes_the_place_of_the_old_one(phone, officers, clock):
    phone(FRESH).type(a_code(officers["gate"], clock()))
    assert openid_of("gate") == FRESH
    assert phone("o-gate").type("今天") == texts.STRANGER


def test_who_is_bound_is_told_so_and_keeps_his_name(phone, code):
    assert phone("gate").type(f"绑定 {code}") == "已绑定：民警gate（核验窗口）。解除请发送“解绑”。"
    assert openid_of("new") is None


def test_unbinding(phone, officers):
    assert phone("gate").type("解绑") == texts.UNBOUND
    assert phone("gate").type("今天") == texts.STRANGER
    assert [row.subject for row in note_look("officer.unbound")] == ["gate"]


def test_the_identity_of_somebody_suspended_is_free_again(phone, code):
    Officer.update(state="suspended").where(Officer.account == "gate").execute()
    assert phone("o-gate").type(code).startswith("民警new，您已绑定")
    assert (openid_of("gate"), openid_of("new")) == (None, "o-gate")


def test_a_code_is_not_used_up_where_binding_fails(officers, code, clock):
    with pytest.raises(Invalid):
        bound.bind(FRESH, "ZZZZZZZZ", clock(), "wechat")
    assert bound.bind(FRESH, code, clock(), "wechat").account == "new"


def test_the_menu_follows_binding_suspension_and_unbinding(phone, stand_in, client, tags, code):
    Menu(client, tags).push()
    assert tags.keep(bound.openids()) == 0  # nobody of them has written to the account
    for openid in ("o-gate", "o-chief", FRESH):
        phone(openid).type("你好")
        tags.forget(openid)
    assert tags.keep(bound.openids()) == 2
    assert menu_of(stand_in, "o-gate") == ["今日会见", "查询", "我的"]
    assert menu_of(stand_in, FRESH) == ["关于"]
    phone(FRESH).type(code)
    tags.keep(bound.openids())
    assert menu_of(stand_in, FRESH) == ["今日会见", "查询", "我的"]
    phone("gate").type("解绑")
    Officer.update(state="suspended").where(Officer.account == "chief").execute()
    assert tags.keep(bound.openids()) == 2
    assert menu_of(stand_in, "o-gate") == menu_of(stand_in, "o-chief") == ["关于"]


def test_every_button_of_the_officers_menu_is_answered(phone, stand_in, client, tags, pudong):
    Menu(client, tags).push()
    chief = phone("chief")
    chief.type("你好")
    tags.keep(bound.openids())
    keys = [one["key"] for top in stand_in.account.menu_of("o-chief") for one in top["sub_button"]]
    assert len(keys) == 10
    for key in keys:
        said = chief.tap(key)
        assert said not in (OUT_OF_ORDER, texts.BUSY, texts.STRANGER)
        assert said != texts.HELP or key == "help"


def test_who_leaves_the_account_and_comes_back_is_tagged_anew(phone, stand_in, client, tags, app, redis_client):
    Menu(client, tags).push()
    phone("gate").type("你好")
    tags.keep({"o-gate"})
    for event in ("unsubscribe", "subscribe"):
        stand_in.account.follow("o-gate", event == "subscribe")
        stand_in.pusher.event("o-gate", event)
    assert menu_of(stand_in, "o-gate") == ["关于"]
    assert tags.keep({"o-gate"}) == 1
    assert menu_of(stand_in, "o-gate") == ["今日会见", "查询", "我的"]


def menu_of(stand_in, openid: str) -> list[str]:
    return [button["name"] for button in stand_in.account.menu_of(openid)]
