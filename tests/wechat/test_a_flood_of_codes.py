"""Somebody floods the real server with invented codes, and WeChat takes its time to refuse each: the others come in."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from limits import RateLimitItemPerSecond

from sandbox import wechat as tencent
from tests.service import Web, environment, web
from wechat import limits

APPID, SECRET = "wxdemo000000000001", "demo-secret"
LOGIN = "/sns/jscode2session"
FLOOD, HONEST, TOGETHER = 16, 12, 3
ATTACKER = "203.0.113.66"


def unguarded() -> Any:
    """For the control: failed codes of an address are nothing to anybody."""
    from app import create_app

    limits.CODES_FAILED, limits.ONE_AT_A_TIME_FROM = RateLimitItemPerSecond(10**6), 10**6
    return create_app()


def sign_in(server: Web, code: str, address: str, token: str = "") -> int:
    return ask(server, code, address, token).status_code


def ask(server: Web, code: str, address: str, token: str = "") -> requests.Response:
    return server.ask("POST", "/api/v1/session", token, json={"code": code}, headers={"X-Forwarded-For": address})


class Flood:
    """Many at once from one address, each with the next code as soon as the last is refused."""

    def __init__(self, server: Web):
        self._server, self._told = server, [list[int]() for _ in range(FLOOD)]
        self._heard, self._over = threading.Condition(), threading.Event()

    def __enter__(self) -> "Flood":
        self._threads = [threading.Thread(target=self._run, args=(told,)) for told in self._told]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, told: list[int]) -> None:
        while not self._over.is_set():
            status = sign_in(self._server, secrets.token_urlsafe(24), ATTACKER)
            with self._heard:
                told.append(status)
                self._heard.notify_all()

    def until(self, status: int) -> None:
        """Somebody was told so, and everybody has begun anew since."""
        with self._heard:
            assert self._heard.wait_for(lambda: any(status in told for told in self._told), 30)
            had = [len(told) for told in self._told]
            assert self._heard.wait_for(lambda: all(len(told) > n for told, n in zip(self._told, had, strict=True)), 30)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("app", "turned_away"), [("app:create_app", 429), (f"{__name__}:unguarded", 503)])
def test_while_one_address_floods_the_others_sign_in(database, redis_server, tmp_path, app, turned_away):
    """The second line is the control: without the guard the places at WeChat are the flood's."""
    redis_server.flush()
    with tencent.running(apps={APPID: SECRET}, templates={}) as weixin:
        weixin.faults.order("slow", "always", call=LOGIN, seconds=0.2)
        env = environment(database, redis_server.url, WECHAT_API_URL=weixin.url, PROXY_HOPS="1")
        with web(env, tmp_path / "web.log", app=app, threads=32) as server, Flood(server) as flood:
            flood.until(turned_away)

            def honest(number: int) -> int:
                return sign_in(server, weixin.login_code(f"oHonest{number:020d}"), f"198.51.100.{number}")

            with ThreadPoolExecutor(TOGETHER) as pool:
                told = list(pool.map(honest, range(1, HONEST + 1)))
    assert (told == [201] * HONEST) is (turned_away == 429), told


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_at_the_same_address_who_has_been_here_signs_in_and_everybody_once_it_is_over(database, redis_server, tmp_path):
    """A mini-program brings its last token along. The control are those who bring none: in the flood they find no room."""
    redis_server.flush()
    with tencent.running(apps={APPID: SECRET}, templates={}) as weixin:
        weixin.faults.order("slow", "always", call=LOGIN, seconds=0.2)
        env = environment(database, redis_server.url, WECHAT_API_URL=weixin.url, PROXY_HOPS="1")
        with web(env, tmp_path / "web.log", threads=32) as server:

            def code(number: int) -> str:
                return weixin.login_code(f"oHonest{number:020d}")

            tokens = [ask(server, code(number), "198.51.100.1").json()["token"] for number in range(HONEST)]
            with Flood(server) as flood:
                flood.until(429)
                known = [sign_in(server, code(number), ATTACKER, token) for number, token in enumerate(tokens)]
                strangers = [sign_in(server, code(number), ATTACKER) for number in range(HONEST)]
            after = [sign_in(server, code(number), ATTACKER) for number in range(HONEST)]
    assert known == after == [201] * HONEST
    assert set(strangers) <= {201, 429} and strangers != [201] * HONEST
