"""The website app's call to WeChat, by which officers sign in to the console."""

from collections.abc import Callable

from redis import Redis

from outer_machine import OuterMachine
from refusals import Forbidden, RateLimited, Refusal, Unauthenticated, Unavailable
from wechat.outgoing import calling
from wechat.outgoing.calling import OFFICIAL, Client
from wechat.outgoing.codes import Codes


class Website:
    """The website app's one call: who scanned the QR code. It has no token of its own to keep."""

    def __init__(
        self, appid: str, secret: str, redis: Redis, api_url: str = OFFICIAL, machine: OuterMachine | None = None
    ):
        self._client = Client(appid, secret, redis, api_url, machine or calling.machine())
        self._codes = Codes("website", self._client, redis, _WEBSITE)

    def close(self) -> None:
        self._client._http.close()

    def openid_for(self, code: str, bringer: str) -> str:
        """`bringer` is the address or the identity that the code is counted by.

        Raises Unauthenticated (a used or wrong code), Forbidden (no real user), RateLimited, Unavailable, RedisError.
        """
        client = self._client
        params = {
            "appid": client.appid,
            "secret": client.secret,
            "code": code,
            "grant_type": "authorization_code",
            "access_token": None,
        }
        url = f"{OFFICIAL}/sns/oauth2/access_token"
        found = self._codes.redeem(code, bringer, lambda: client.get(url, params=params))
        if found.get("is_snapshotuser"):
            raise Forbidden("微信预览模式不能用来登录")
        openid = found.get("openid")
        if not isinstance(openid, str) or not 1 <= len(openid) <= 64:
            raise Unavailable("微信登录暂时不可用，请稍后再试")
        return openid


_WEBSITE: dict[int, Callable[[], Refusal]] = {
    40029: lambda: Unauthenticated("微信登录凭证无效，请重新扫码"),
    40163: lambda: Unauthenticated("微信登录凭证已使用，请重新扫码"),
    45011: lambda: RateLimited("登录过于频繁，请一分钟后再试"),
}
