"""Pushes as WeChat sends them, sealed by hand."""

from typing import Any

from flask.testing import FlaskClient

from sandbox.wechat.account_safe_mode import Seal, members, opened

APPID = "wxdemo000000000002"
TOKEN = "the-token-of-the-account-in-tests"
NEW_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SEAL = Seal(TOKEN, NEW_KEY, APPID)
EVENT = "<xml><ToUserName>gh</ToUserName><FromUserName>o-gate</FromUserName><CreateTime>1</CreateTime>{}</xml>"


def message(openid: str = "o-gate", text: str = "今天", msg_id: str = "24500000000000001") -> str:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>1795000000</CreateTime>"
        f"<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content><MsgId>{msg_id}</MsgId></xml>"
    )


class Tencent:
    """Pushes by hand, so that anything about it can be wrong."""

    def __init__(self, client: FlaskClient, clock: Any):
        self.client, self.clock = client, clock

    def push(self, inner: str | bytes, seal: Seal = SEAL, nonce: str = "4711", **query: str) -> Any:
        sealed = seal.close(inner)
        return self.send(f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode(), sealed, seal, nonce, **query)

    def send(self, body: bytes, sealed: str = "", seal: Seal = SEAL, nonce: str = "4711", **query: str) -> Any:
        stamp = str(int(self.clock().timestamp()))
        signed = {
            "signature": seal.sign(stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "encrypt_type": "aes",
        }
        signed |= {"msg_signature": seal.sign(stamp, nonce, sealed)} | query
        return self.client.post("/wechat/bot", query_string=signed, data=body)


def said(answer: Any, seal: Seal = SEAL) -> str:
    assert answer.status_code == 200
    return members(opened(answer.data, seal).encode())["Content"]


def refused(answer: Any, status: int = 400) -> None:
    assert answer.status_code == status
    assert answer.json["code"] == {400: "malformed", 413: "too_large"}[status]
