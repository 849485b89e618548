"""The stand-ins on free ports."""

from collections.abc import Iterator

import pytest
from wechatpy import WeChatClient

from sandbox import aliyun, wechat
from tests.sandbox.clients import (
    ACCOUNT,
    ACCOUNT_SECRET,
    APPID,
    BOOKED,
    KEY_ID,
    KEY_SECRET,
    SECRET,
    SIGN_NAME,
    TEMPLATES,
    Redirect,
    Watch,
)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def tencent(watch) -> Iterator[wechat.StandIn]:
    apps = {APPID: SECRET, ACCOUNT: ACCOUNT_SECRET}
    with wechat.running(apps=apps, templates={BOOKED: ["thing1", "time2"]}, now=watch.seconds) as stand_in:
        yield stand_in


@pytest.fixture
def client(tencent) -> Iterator[WeChatClient]:
    client = WeChatClient(APPID, SECRET, timeout=2, auto_retry=False)
    client._http.mount("https://api.weixin.qq.com/", Redirect(tencent.url))
    client._http.trust_env = False
    yield client
    client._http.close()


@pytest.fixture
def carrier(watch) -> Iterator[aliyun.StandIn]:
    given = {"keys": {KEY_ID: KEY_SECRET}, "sign_names": [SIGN_NAME], "templates": TEMPLATES}
    with aliyun.running(**given, receipt_delay=0, now=watch) as stand_in:
        yield stand_in
