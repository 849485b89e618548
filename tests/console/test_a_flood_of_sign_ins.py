"""Strangers try to sign in all at once, and a passphrase takes long to compare: lawyers and officers are served."""

import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
import requests
from redis import Redis

from booking.officers import sign_in
from clock import now
from console.door import costly, tries
from console.door.csrf import proof_of
from console.sign_in import DEVICE
from outer_machine import Places
from tests import service
from tests.booking.conftest import add_lawyers
from tests.console.conftest import Browser, an_officer
from tests.console.people import code_of, enrolled, typed
from tests.service import Web, environment, web

WRONG, FLOOD, THREADS = "not the passphrase", 16, 8
DEVICE_KEPT = "d" * 32


def slow() -> Any:
    """The wrong passphrase is compared for as long as the test likes."""
    from app import create_app

    fits, test = sign_in._fits, Redis.from_url(os.environ["REDIS_URL"])

    def held(hashed: str, passphrase: str) -> bool:
        if passphrase == WRONG:
            test.rpush("begun", 1)
            test.blpop(["go on"], timeout=60)
        return fits(hashed, passphrase)

    sign_in._fits = held
    return create_app()


def unguarded() -> Any:
    """For the control: as many at once as there are threads."""
    costly.STRANGERS = Places(100, 100)
    return slow()


def sign_in_from(server: Web, address: str, device: str = "", **fields: str) -> requests.Response:
    token = secrets.token_urlsafe(32)
    return server.ask(
        "POST",
        "/console/sign-in",
        data={"csrf": proof_of(token), "code": "000000"} | fields,
        cookies={"huijian-form": token, DEVICE: device},
        headers={"X-Forwarded-For": address},
        allow_redirects=False,
    )


def looks(server: Web, token: str, seconds: float) -> bool:
    """Whether the lawyer is answered."""
    with suppress(requests.Timeout):
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(f"{server.url}/api/v1/me", headers=headers, timeout=seconds).ok
    return False


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_a_lawyer_and_an_officer_are_served_in_a_flood_of_wrong_sign_ins(database, redis_server, tmp_path, guarded):
    """The second is the control: without the guard every thread compares, and nobody is served."""
    redis_server.flush()
    token = service.signed_in(add_lawyers(1, now())[0])
    officer = an_officer("gate", None, now())
    secret = enrolled(officer, now() - timedelta(minutes=5))
    env = environment(database, redis_server.url, PROXY_HOPS="1")
    app = f"{__name__}:{'slow' if guarded else 'unguarded'}"
    with web(env, tmp_path / "web.log", app=app) as server, Redis.from_url(redis_server.url) as redis:
        tries.remember(redis, officer.account, DEVICE_KEPT)
        with ThreadPoolExecutor(FLOOD) as pool:
            wrong = [
                pool.submit(sign_in_from, server, f"198.51.100.{n}", account=f"nobody{n}", passphrase=WRONG)
                for n in range(FLOOD)
            ]
            try:
                for _ in range(1 if guarded else THREADS):
                    assert redis.blpop(["begun"], timeout=30)
                assert looks(server, token, 20 if guarded else 2) is guarded
                if guarded:
                    given = typed(secret, now(), account=officer.account, code=code_of(secret, now()))
                    assert sign_in_from(server, "198.51.100.1", DEVICE_KEPT, **given).status_code == 303
                    told_to_come_back(islice(as_completed(wrong, timeout=30), FLOOD - 1))
                    assert looks(server, token, 20)
            finally:
                redis.rpush("go on", *range(FLOOD))
    redis_server.flush()
    assert sorted(one.result().status_code for one in wrong) == (
        [401] + [503] * (FLOOD - 1) if guarded else [401] * FLOOD
    )


def told_to_come_back(turned_away: Any) -> None:
    for one in turned_away:
        answer: requests.Response = one.result()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5") and "过几秒再试" in answer.text


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A lane with nothing left in it."""
    return lambda name: monkeypatch.setattr(costly, name, Places(0, 0))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestAFullLane:
    def test_who_finds_no_place_has_tried_nothing(self, stranger: Browser, secret, clock, full, redis_client):
        full("STRANGERS")
        answers = [stranger.post("sign-in", **typed(secret, clock())) for _ in range(8)]
        assert {one.status_code for one in answers} == {503} and int(answers[0].headers["Retry-After"]) > 0
        assert {redis_client.get(key) for key in redis_client.keys("console:tries:*")} == {b"0"}

    def test_who_has_signed_in_here_before_finds_one(self, stranger: Browser, secret, clock, full):
        assert stranger.post("sign-in", **typed(secret, clock())).status_code == 303
        stranger.post("sign-out")
        clock.move(minutes=1)
        full("STRANGERS")
        assert stranger.post("sign-in", **typed(secret, clock())).status_code == 303

    def test_another_account_at_that_device_is_a_stranger(self, stranger: Browser, secret, clock, full):
        assert stranger.post("sign-in", **typed(secret, clock())).status_code == 303
        stranger.post("sign-out")
        full("STRANGERS")
        assert stranger.post("sign-in", **typed(secret, clock(), account="another")).status_code == 503

    @pytest.mark.parametrize("path", ["me/passphrase", "me/totp"])
    def test_whatever_else_is_hashed_waits_for_its_turn(self, signed_in, redis_client, full, path):
        officer = signed_in("gate")
        officer.post("me/totp-offer")
        full("KNOWN")
        again = {"new": "another of the tests", "again": "another of the tests"} if "pass" in path else {"code": "1"}
        assert {officer.post(path, passphrase="x", **again).status_code for _ in range(7)} == {503}
        assert officer.get("me").status_code == 503  # the picture of the offer


def test_the_lanes_leave_lawyers_threads():
    """Full, both of them, with all who wait."""
    entered: list[Any] = []
    for places in (costly.STRANGERS, costly.KNOWN):
        while places._room.acquire(blocking=False):
            entered.append(places)
    for places in entered:
        places._room.release()
    assert len(entered) < THREADS - 2
