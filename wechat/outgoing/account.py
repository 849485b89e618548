"""The subscription account's calls to WeChat: menus and tags. What WeChat refuses is said in an operator's words."""

from collections.abc import Callable
from typing import Any

from redis import Redis

from outer_machine import OuterMachine
from refusals import Unavailable
from wechat.outgoing import calling
from wechat.outgoing.calling import OFFICIAL, Client, Said


class AccountRefused(Unavailable):
    """WeChat did not do what the subscription account asked for; `errcode` is 0 where it gave no answer."""

    def __init__(self, errcode: int):
        words = _ACCOUNT.get(errcode, f"微信拒绝了这一操作（{errcode}）")
        super().__init__(words if errcode else "微信没有应答，请稍后再试")
        self.errcode = errcode


class Account:
    """The subscription account's calls: an appid, a secret and a token of its own."""

    def __init__(
        self, appid: str, secret: str, redis: Redis, api_url: str = OFFICIAL, machine: OuterMachine | None = None
    ):
        self._client = Client(appid, secret, redis, api_url, machine or calling.machine())

    def close(self) -> None:
        self._client._http.close()

    def get(self, path: str) -> dict[str, Any]:
        """`path` as in `menu/get`. Raises AccountRefused."""
        return self._answered(lambda: self._client.get_with_token(f"{OFFICIAL}/cgi-bin/{path}"))

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises AccountRefused."""
        return self._answered(lambda: self._client.post_with_token(f"{OFFICIAL}/cgi-bin/{path}", body))

    def _answered(self, call: Callable[[], object]) -> dict[str, object]:
        outcome = self._client.ask(call)
        if isinstance(outcome, dict):
            return outcome
        raise AccountRefused(outcome.errcode if isinstance(outcome, Said) else 0)


_ACCOUNT = {
    48001: "该公众号尚未通过微信认证，微信不开放自定义菜单和标签（48001）。请在微信公众平台完成认证；"
    "在此之前民警仍可直接发送文字查询",
    40164: "本服务器的IP地址不在该公众号的IP白名单内（40164），请在微信公众平台“基本配置”中添加",
    89503: "微信要求公众号管理员确认本服务器的IP地址（89503），请管理员在微信中确认后再试",
    40013: "WECHAT_ACCOUNT_APPID 不对（40013）",
    40125: "WECHAT_ACCOUNT_SECRET 不对（40125）",
    40243: "该公众号的AppSecret已被冻结（40243），请在微信公众平台解冻",
    45009: "今日调用微信的次数已用完（45009），请明日再试",
    65303: "微信上还没有默认菜单（65303）",
}
