"""The subscription account's stand-in is strict: menus, tags, account types; and pushes as WeChat does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from flask import Flask, Response, request
from wechatpy import WeChatClient
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

from sandbox import wechat
from sandbox.serving import listening
from sandbox.wechat.account_push import OUT_OF_ORDER
from sandbox.wechat.account_safe_mode import Seal, members
from tests.sandbox.clients import ACCOUNT, ACCOUNT_SECRET, APPID, SECRET, Redirect

TOKEN, KEY = "a-token-of-the-account", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
HELP = {"type": "click", "name": "帮助", "key": "help"}


@pytest.fixture
def account(tencent) -> Iterator[WeChatClient]:
    client = WeChatClient(ACCOUNT, ACCOUNT_SECRET, timeout=2, auto_retry=False)
    client._http.mount("https://api.weixin.qq.com/", Redirect(tencent.url))
    client._http.trust_env = False
    for openid in ("o-one", "o-two"):
        tencent.account.follow(openid, True)
    yield client
    client._http.close()


def errcode(of: Callable[..., Any], *args: Any) -> int:
    with pytest.raises(WeChatClientException) as refused:
        of(*args)
    return refused.value.errcode


def test_the_unmodified_library_makes_menus_and_tags(account):
    assert account.menu.get() is None
    account.menu.create({"button": [HELP]})
    tag = account.tag.create("officer")["id"]
    made = account.menu.add_conditional({"button": [HELP, HELP], "matchrule": {"tag_id": str(tag)}})
    account.tag.tag_user(tag, ["o-one"])
    assert len(account.menu.try_match("o-one")["button"]) == 2
    assert len(account.menu.try_match("o-two")["button"]) == 1
    assert [one["menuid"] for one in account.menu.get()["conditionalmenu"]] == [made["menuid"]]
    assert list(account.tag.iter_tag_users(tag)) == ["o-one"]
    account.tag.untag_user(tag, "o-one")
    assert len(account.menu.try_match("o-one")["button"]) == 1
    account.menu.del_conditional(made["menuid"])
    assert "conditionalmenu" not in account.menu.get()
    account.menu.delete()
    assert account.menu.get() is None


def sub(*under: dict[str, Any]) -> dict[str, Any]:
    return {"name": "查询", "sub_button": list(under)}


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([HELP] * 4, 40016),
        ([HELP | {"name": "会见预约帮手"}], 40018),
        ([HELP | {"name": "会见预约帮"}, HELP | {"key": "键" * 43}], 40019),
        ([HELP | {"type": "shout"}], 40017),
        ([{"type": "view", "name": "看", "url": "console"}], 40020),
        ([sub(*[HELP] * 6)], 40023),
        ([sub(HELP | {"name": "查" * 21})], 40025),
        ([sub(HELP | {"key": ""})], 40026),
        ([sub({"type": "view", "name": "看", "url": "https://" + "a" * 1020})], 40027),
    ],
)
def test_a_menu_is_measured_in_bytes(account, buttons, code):
    assert errcode(account.menu.create, {"button": buttons}) == code


def test_a_conditional_menu_needs_a_default_one_and_goes_by_tag_only(account):
    menu = {"button": [HELP], "matchrule": {"tag_id": "100"}}
    assert errcode(account.menu.add_conditional, menu) == 65303
    account.menu.create({"button": [HELP]})
    assert errcode(account.menu.add_conditional, menu) == 45159
    assert errcode(account.menu.add_conditional, menu | {"matchrule": {"sex": "1"}}) == 65320
    assert errcode(account.menu.del_conditional, "1") == 65301


def test_tags_are_for_followers_and_fifty_at_once(account, tencent):
    tag = account.tag.create("officer")["id"]
    assert errcode(account.tag.create, "officer") == 45157
    assert errcode(account.tag.create, "长" * 31) == 45158
    assert errcode(account.tag.tag_user, tag, ["o-one", "o-nobody"]) == 40003
    assert errcode(account.tag.tag_user, tag, [f"o-{n}" for n in range(51)]) == 40032
    assert errcode(account.tag.tag_user, tag + 1, ["o-one"]) == 45159
    account.tag.tag_user(tag, ["o-one"])
    tencent.account.follow("o-one", False)
    tencent.account.follow("o-one", True)
    assert list(account.tag.iter_tag_users(tag)) == []


def test_an_unverified_account_may_do_none_of_it(account, tencent):
    assert requests.post(f"{tencent.url}/_/account", json={"verified": False}, timeout=2).status_code == 204
    calls = (account.menu.get_menu_info, account.menu.delete, account.tag.get)
    assert errcode(calls[1]) == errcode(calls[2]) == 48001
    assert errcode(account.menu.create, {"button": [HELP]}) == 48001
    assert requests.post(f"{tencent.url}/_/account", json={"verified": "no"}, timeout=2).status_code == 400


def test_the_mini_programs_token_makes_no_menu(client, tencent):
    assert errcode(client.menu.create, {"button": [HELP]}) == 48001


class Server:
    """Somebody's server for an account, made with wechatpy; `reply` is the text, or a whole answer."""

    def __init__(self) -> None:
        self.crypto = WeChatCrypto(TOKEN, KEY, ACCOUNT)
        self.seen: list[dict[str, str]] = []
        self.slow, self.held, self.free = 0, threading.Semaphore(0), threading.Event()
        self.reply: Any = lambda message: "好"

    def app(self) -> Flask:
        app = Flask("server")

        @app.get("/bot")
        def check() -> str:
            check_signature(TOKEN, *(request.args[name] for name in ("signature", "timestamp", "nonce")))
            return request.args["echostr"]

        @app.post("/bot")
        def push() -> Response:
            given = request.args
            xml = self.crypto.decrypt_message(
                request.get_data(), given["msg_signature"], given["timestamp"], given["nonce"]
            )
            message = members(xml.encode())
            self.seen.append(message)
            if len(self.seen) <= self.slow:
                self.held.release()
                self.free.wait(60)
            said = self.reply(message)
            return said if isinstance(said, Response) else Response(self.sealed(message, said))

        return app

    def sealed(self, message: dict[str, Any], text: str, **other: Any) -> str:
        names = {"source": message["ToUserName"], "target": message["FromUserName"], "content": text}
        return self.crypto.encrypt_message(TextReply(**(names | other)).render(), "nonce")


@contextmanager
def pushing(server: Server) -> Iterator[wechat.StandIn]:
    with listening(server.app()) as url:
        bot = (f"{url}/bot", Seal(TOKEN, KEY, ACCOUNT))
        apps = {APPID: SECRET, ACCOUNT: ACCOUNT_SECRET}
        with wechat.running(apps=apps, templates={}, bot=bot, followers={"o-one": "某甲"}) as stand_in:
            yield stand_in
        server.free.set()


def push(stand_in: wechat.StandIn, **body: Any) -> dict[str, Any]:
    answer = requests.post(f"{stand_in.url}/_/push", json={"openid": "o-one"} | body, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_push_is_signed_sealed_and_its_reply_opened_by_the_unmodified_library():
    server = Server()
    with pushing(server) as stand_in:
        assert stand_in.pusher.check()
        told = push(stand_in, text="你好 ]]> <b>")
        assert (told["reply"], told["shown"], told["attempts"]) == ("好", "好", 1)
        assert push(stand_in, event="click", key="help")["reply"] == "好"
    words, tap = server.seen
    assert (words["Content"], words["MsgType"], len(words["MsgId"])) == ("你好 ]]> <b>", "text", 19)
    assert (tap["Event"], tap["EventKey"], "MsgId" in tap) == ("CLICK", "help", False)


def test_three_attempts_with_the_same_number_and_then_the_person_is_told(monkeypatch):
    server, patience, post = Server(), [], requests.Session.post

    def waiting(session: requests.Session, *given: Any, **more: Any) -> requests.Response:
        patience.append(more["timeout"])
        return post(session, *given, **more)

    monkeypatch.setattr(requests.Session, "post", waiting)
    server.slow = 3
    with pushing(server) as stand_in:
        assert stand_in.pusher.patience == 5
        stand_in.pusher.patience = 0.2
        told = push(stand_in, text="你好")  # and the server still holds all three
        assert (told["shown"], told["attempts"], told["reply"]) == (OUT_OF_ORDER, 3, None)
        assert patience == [0.2] * 3
        assert all(server.held.acquire(timeout=20) for _ in range(3))
    assert len({(one["MsgId"], one["CreateTime"]) for one in server.seen}) == 1
    assert len(server.seen) == 3


def test_a_late_server_is_heard_at_the_second_attempt():
    server = Server()
    server.slow = 1
    with pushing(server) as stand_in:
        stand_in.pusher.patience = 0.3
        told = push(stand_in, text="你好")
    assert (told["reply"], told["attempts"]) == ("好", 2)


def test_an_answer_may_be_lost_on_the_way():
    server = Server()
    with pushing(server) as stand_in:
        assert push(stand_in, text="你好", lost=2)["attempts"] == 3
        assert push(stand_in, text="你好", lost=3)["shown"] == OUT_OF_ORDER


@pytest.mark.parametrize("silence", ["success", ""])
def test_a_silent_answer_shows_nothing(silence):
    server = Server()
    server.reply = lambda message: Response(silence)
    with pushing(server) as stand_in:
        told = push(stand_in, text="你好")
    assert (told["reply"], told["shown"], told["why"]) == (None, "", "")


PLAIN = "<xml><ToUserName>o-one</ToUserName><MsgType>text</MsgType><Content>好</Content></xml>"
BAD: dict[str, Any] = {
    "plain": lambda server, message: Response(PLAIN),
    "JSON": lambda server, message: Response("{}"),
    "an error": lambda server, message: Response("success", 500),
    "over 600 characters": lambda server, message: "a" * 601,
    "over 2048 bytes": lambda server, message: "周" * 683,
    "empty": lambda server, message: "",
    "broken out of CDATA": lambda server, message: "a]]><b>x</b>",
    "to somebody else": lambda server, message: Response(server.sealed(message, "好", target="o-two")),
    "another key": lambda server, message: Response(WeChatCrypto(TOKEN, "B" * 43, ACCOUNT).encrypt_message(PLAIN, "1")),
    "another token": lambda server, message: Response(WeChatCrypto("x" * 20, KEY, ACCOUNT).encrypt_message(PLAIN, "1")),
    "another account": lambda server, message: Response(WeChatCrypto(TOKEN, KEY, APPID).encrypt_message(PLAIN, "1")),
}


@pytest.mark.parametrize("wrong", BAD)
def test_a_reply_that_is_not_right_shows_the_failure_and_says_why(wrong):
    server = Server()
    server.reply = lambda message: BAD[wrong](server, message)
    with pushing(server) as stand_in:
        told = push(stand_in, text="你好")
    assert (told["reply"], told["shown"]) == (None, OUT_OF_ORDER)
    assert told["why"]


@pytest.mark.parametrize("body", [{}, {"text": "a", "event": "CLICK"}, {"text": "a", "lost": "2"}, {"say": "a"}])
def test_a_bad_order_is_refused(body):
    with pushing(Server()) as stand_in:
        answer = requests.post(f"{stand_in.url}/_/push", json={"openid": "o-one"} | body, timeout=5)
        assert answer.status_code == 400


def test_a_push_without_a_server_is_refused(tencent):
    answer = requests.post(f"{tencent.url}/_/push", json={"openid": "o-one", "text": "a"}, timeout=5)
    assert answer.status_code == 400


def test_the_chat_page_names_the_people_and_brings_its_own_files():
    with pushing(Server()) as stand_in:
        stand_in.account.create_menu({"button": [HELP]})
        page = requests.get(f"{stand_in.url}/chat?openid=o-one", timeout=5)
        assert '<option value="o-one" selected>某甲</option>' in page.text
        assert "<script>" not in page.text and 'style="' not in page.text
        for file in ("chat.js", "chat.css"):
            assert requests.get(f"{stand_in.url}/static/{file}", timeout=5).ok
        menu = requests.get(f"{stand_in.url}/_/menu", params={"openid": "o-one"}, timeout=5).json()
        assert menu["button"][0]["name"] == "帮助"
