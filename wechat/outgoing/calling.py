"""The only place that calls WeChat: tokens, time-outs, and errors as values that hold no secret.

One file beside it for each of our three apps there: `miniprogram.py`, `account.py` the subscription account,
`website.py` the console's sign-in; and `codes.py` for what people bring to two of them.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import requests
from redis import Redis, RedisError
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from outer_machine import LeftAlone, OuterMachine

# At DEBUG it writes whole URLs, and WeChat wants its secrets in them.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
log = logging.getLogger(__name__)

OFFICIAL = "https://api.weixin.qq.com"
CONNECT_S, READ_S = 3, 5
RENEW_BEFORE_S = 300  # the platform makes the next stable token five minutes early; both are good meanwhile
STALE = {40001, 40014, 42001}


class Said(NamedTuple):
    """WeChat said no, with this errcode."""

    errcode: int


class Lost(NamedTuple):
    """No answer that can be understood; where `asked` is false WeChat has not even heard of it."""

    why: str
    asked: bool = True


def machine() -> OuterMachine:
    """WeChat, as one process sees it: the three apps there are one machine to those who wait for it."""
    return OuterMachine(requests.Timeout)


class _Elsewhere(HTTPAdapter):
    """Takes the official address to another one. Some calls of the library know no other than the official."""

    def __init__(self, url: str):
        self.url = url
        super().__init__(pool_maxsize=32)

    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = self.url + request.url.removeprefix(OFFICIAL)
        return super().send(request, *args, **kwargs | {"proxies": {}})


class Client(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """The library's client, which by itself retries without end, waits without end and shares no expiry."""

    def __init__(self, appid: str, secret: str, redis: Redis, api_url: str, machine: OuterMachine):
        super().__init__(appid, secret, timeout=(CONNECT_S, READ_S), auto_retry=False)
        self._machine, self.aside = machine, machine.aside
        if api_url != OFFICIAL:
            self._http.mount(OFFICIAL + "/", _Elsewhere(api_url))
        self._redis = redis
        self._key = f"wechat:{appid}:token"
        self._one_at_a_time = threading.Lock()
        self._mine = ("", 0.0)

    def ask(self, call: Callable[[], object]) -> dict[str, object] | Said | Lost:
        """The answer, or what went wrong as a value: exceptions of the libraries carry the URL, and it our secrets."""
        try:
            answer = self._machine.call(call)
        except LeftAlone as why:
            return Lost(str(why), asked=False)
        except WeChatClientException as error:
            return Said(error.errcode) if isinstance(error.errcode, int) else Lost("HTTP error")
        except requests.RequestException as error:
            return Lost(type(error).__name__)
        return answer if isinstance(answer, dict) else Lost("answer is not a JSON object")

    def post_with_token(self, url: str, data: dict[str, object]) -> object:
        return self._once_more(lambda token: self.post(url, params={"access_token": token}, data=data))

    def get_with_token(self, url: str) -> object:
        return self._once_more(lambda token: self.get(url, params={"access_token": token}))

    def _once_more(self, call: Callable[[str], object]) -> object:
        """With a new token when the old one is refused, and never a third time."""
        token = self.access_token
        try:
            return call(token)
        except WeChatClientException as error:
            if error.errcode not in STALE:
                raise
        return call(self.token_after(token))

    def with_token(self) -> dict[str, str]:
        return {"access_token": self.access_token}

    @property
    def access_token(self) -> str:
        return self._shared() or self.token_after("")

    def token_after(self, stale: str) -> str:
        """A token other than `stale`: what another thread or process has fetched meanwhile, or a new one."""
        with self._one_at_a_time, self._alone_among_processes():
            found = self._shared()
            return found if found and found != stale else self._fetch()

    def _fetch(self) -> str:
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        answer = self.post(f"{OFFICIAL}/cgi-bin/stable_token", params={"access_token": None}, data=body)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise requests.exceptions.InvalidJSONError("no token in the answer")
        self._share(token, max(60, int(answer.get("expires_in", 7200)) - RENEW_BEFORE_S))
        return token

    def _shared(self) -> str:
        try:
            found: Any = self._redis.get(self._key)
        except RedisError:
            token, until = self._mine
            return token if time.monotonic() < until else ""
        return found.decode() if isinstance(found, bytes) else found or ""

    def _share(self, token: str, seconds: int) -> None:
        self._mine = (token, time.monotonic() + seconds)
        try:
            self._redis.set(self._key, token, ex=seconds)
        except RedisError:
            log.warning("Redis is away: the WeChat token is kept in this process")

    @contextmanager
    def _alone_among_processes(self) -> Iterator[None]:
        """Waits for its turn. Where Redis can give none, several may fetch: a stable token is the same for all."""
        lock = self._redis.lock(
            f"{self._key}:lock", timeout=2 * (CONNECT_S + READ_S), blocking_timeout=CONNECT_S + READ_S
        )
        held = _quietly(lock.acquire)
        try:
            yield
        finally:
            if held:
                _quietly(lock.release)


def _quietly(step: Callable[[], object]) -> object:
    try:
        return step()
    except RedisError:
        return None
