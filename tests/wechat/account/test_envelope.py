"""Safe mode against Tencent's published examples, and against everything that is not WeChat's."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from clock import SHANGHAI
from refusals import Malformed
from sandbox.wechat.account_safe_mode import Seal, members, opened
from wechat.account.envelope import Envelope
from wechat.account.pushes import read
from wechat.account.replies import Answer, Item, cut, fits, in_xml, page

# developers.weixin.qq.com, message push, encryption: the examples given there.
APPID, TOKEN, KEY = "wxba5fad812f8e6fb9", "AAAAA", "A" * 43
CHECK = {
    "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
    "timestamp": "1714036504",
    "nonce": "1514711492",
    "echostr": "4375120948345356249",
}
PLAIN = {
    "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
    "timestamp": "1714037059",
    "nonce": "486452656",
}
SAFE = {
    "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
    "timestamp": "1714112445",
    "nonce": "415670741",
    "encrypt_type": "aes",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8X"
    "GT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIj"
    "df8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
MESSAGE = (
    '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,'
    '"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'
)
BODY = f"<xml><ToUserName>gh_97417a04a28d</ToUserName><Encrypt>{SEALED}</Encrypt></xml>".encode()

TENCENTS = Envelope(APPID, TOKEN, [KEY])


def at(timestamp: str, **later: float) -> datetime:
    return datetime.fromtimestamp(int(timestamp), SHANGHAI) + timedelta(**later)


def test_tencents_server_check():
    assert TENCENTS.echo(CHECK, at(CHECK["timestamp"])) == CHECK["echostr"]


def test_tencents_plain_push_is_signed_right_and_refused_all_the_same():
    TENCENTS.admit(PLAIN, at(PLAIN["timestamp"]))
    with pytest.raises(Malformed):
        TENCENTS.open(PLAIN, MESSAGE.encode())


@pytest.mark.parametrize("keys", [[KEY], ["B" * 43, KEY], [KEY, "B" * 43]])
def test_tencents_safe_push_opens_with_any_of_the_keys(keys):
    envelope = Envelope(APPID, TOKEN, keys)
    envelope.admit(SAFE, at(SAFE["timestamp"]))
    assert envelope.open(SAFE, BODY).xml.decode() == MESSAGE


def test_tencents_reply_is_sealed_to_the_letter(monkeypatch):
    key = TENCENTS.open(SAFE, BODY).key
    monkeypatch.setattr(key, "get_random_string", lambda: "707722b803182950")
    monkeypatch.setattr("wechat.account.envelope.secrets", SimpleNamespace(token_hex=lambda _: "415670741"))
    sealed = members(TENCENTS.seal('{"demo_resp":"good luck"}', key, at("1713424427")).encode())
    assert sealed == {
        "Encrypt": "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
        "MsgSignature": "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
        "TimeStamp": "1713424427",
        "Nonce": "415670741",
    }


def test_the_reply_is_sealed_with_the_key_of_the_push():
    both = Envelope(APPID, TOKEN, ["B" * 43, KEY])
    reply = both.seal("<xml/>", both.open(SAFE, BODY).key, at(SAFE["timestamp"]))
    assert opened(reply.encode(), Seal(TOKEN, KEY, APPID)) == "<xml/>"


@pytest.mark.parametrize("later", [-300, 300])
def test_five_minutes_either_way_are_fresh(later):
    TENCENTS.admit(SAFE, at(SAFE["timestamp"], seconds=later))


@pytest.mark.parametrize("later", [-301, 301, 86400])
def test_anything_older_or_ahead_is_stale(later):
    for query in (SAFE, CHECK):
        with pytest.raises(Malformed):
            TENCENTS.admit(query, at(query["timestamp"], seconds=later))


@pytest.mark.parametrize("member", ["signature", "timestamp", "nonce"])
@pytest.mark.parametrize("value", ["", "0", "签名", "-1714112445", "1714112445 ", None])
def test_a_forged_query_is_refused_before_the_body_is_read(member, value):
    query = {name: text for name, text in (SAFE | {member: value}).items() if text is not None}
    with pytest.raises(Malformed):
        TENCENTS.admit(query, at(SAFE["timestamp"]))


@pytest.mark.parametrize(
    "query",
    [SAFE | {"encrypt_type": "raw"}, SAFE | {"msg_signature": "0" * 40}, SAFE | {"msg_signature": "签名"},
     {name: value for name, value in SAFE.items() if name != "encrypt_type"}],
)  # fmt: skip
def test_plain_mode_and_a_forged_seal_are_refused(query):
    with pytest.raises(Malformed):
        TENCENTS.open(query, BODY)


@pytest.mark.parametrize("echo", ["", "<script>", "a b", "1" * 129, "签"])
def test_an_echo_is_a_number_or_nothing(echo):
    with pytest.raises(Malformed):
        TENCENTS.echo(CHECK | {"echostr": echo}, at(CHECK["timestamp"]))


def test_another_appid_or_key_does_not_open():
    for appid, key in ((APPID[:-1] + "8", KEY), (APPID, "B" * 43)):
        with pytest.raises(Malformed):
            Envelope(appid, TOKEN, [key]).open(SAFE, BODY)


TEXT = "<ToUserName>gh</ToUserName><FromUserName>o-1</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>"
PUSH = read(f"<xml>{TEXT}<MsgId>7</MsgId><Content>x</Content></xml>".encode())


@pytest.mark.parametrize(
    "xml",
    ["", "<xml>", "x", "<a/>", "<xml/>", f"<xml>{TEXT}</xml>", f"<xml>{TEXT}<MsgId>七</MsgId></xml>",
     f"<xml>{TEXT}<MsgId>7</MsgId><MsgId>8</MsgId></xml>", f"<!DOCTYPE xml><xml>{TEXT}<MsgId>7</MsgId></xml>",
     f'<!DOCTYPE x [<!ENTITY a "b">]><xml>{TEXT}<MsgId>&a;</MsgId></xml>', f"<xml>{TEXT}<MsgId>7</MsgId></xml><xml/>",
     f"<xml>{TEXT}<MsgId>7</MsgId></xml>".replace("o-1", "o 1"), f"<xml>{TEXT}<MsgId>&#0;</MsgId></xml>"],
)  # fmt: skip
def test_what_is_no_push_is_malformed(xml):
    with pytest.raises(Malformed):
        read(xml.encode())


@pytest.mark.parametrize("text", ["a]]><b>x</b>", "]]>", "]]]]>>", "a\nb", "<&>\"'"])
def test_no_text_breaks_out_of_a_reply(text):
    reply = members(in_xml(PUSH, text, at("1714112445")).encode())
    assert reply["Content"] == text
    assert (reply["ToUserName"], reply["FromUserName"]) == ("o-1", "gh")


@pytest.mark.parametrize("letter", ["a", "周", "😀"])
def test_no_reply_is_over_length_by_characters_or_bytes(letter):
    items = [Item(f"{number} {letter * 40}", str(number)) for number in range(60)]
    said, cursor = page(Answer("头", items, "尾"))
    assert fits(said) and said.startswith("头\n0 ") and said.endswith("看下一页\n尾")
    assert said.splitlines()[-3].split()[0] == cursor
    assert fits(cut(letter * 3000)) and len(cut(letter * 3000)) > 400


def test_the_last_page_says_nothing_of_more():
    assert page(Answer("头", [Item("一", "1")], "尾")) == ("头\n一\n尾", "")
