"""WeChat or Aliyun accepting and saying nothing: a few wait for it, and the house is open for all the others."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask

import clock
import outer_machine
from app import create_app
from models import Centre
from outer_machine import IN_LINE, PLACES, WAITERS, LeftAlone, OuterMachine, Places
from sms.aliyun import Aliyun
from sms.outcomes import UNREACHABLE, SmsFailed, SmsUnknown
from tests.booking.conftest import add_lawyers, add_slot
from tests.service import environment, signed_in, web
from wechat.outgoing import calling

CROWD = 24


class Mute:
    """Accepts whoever calls, says nothing, and knows how many wait."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.callers: list[socket.socket] = []
        self.called = threading.Semaphore(0)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self.callers.append(self.listener.accept()[0])
            except OSError:
                return
            self.called.release()

    def hang_up(self) -> None:
        self.listener.close()
        for caller in self.callers:
            caller.close()


@contextmanager
def mute_machine() -> Iterator[Mute]:
    mute = Mute()
    try:
        yield mute
    finally:
        mute.hang_up()


def patient() -> Flask:
    """The house that gives WeChat a minute in place of five seconds, so that a busy machine can ask the others."""
    calling.READ_S = 60
    return create_app()


def told(crowd: list[Future[Any]], many: int) -> list[Any]:
    """The answers of the first `many` who have one."""
    open_ones = set(crowd)
    while len(crowd) - len(open_ones) < many:
        done, open_ones = wait(open_ones, timeout=30, return_when=FIRST_COMPLETED)
        assert done, "nobody else was answered"
    return [one.result() for one in crowd if one.done()]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_with_wechat_mute_a_few_wait_for_it_and_everybody_else_is_served(database, redis_server, tmp_path):
    day = clock.now().date() + timedelta(days=3)
    Centre.create(code="pudong", name="浦东新区看守所", address="上海", policy={}, created_at=clock.now())
    slot, token = str(add_slot("pudong", day, time(10)).id), signed_in(add_lawyers(1, clock.now())[0])
    with mute_machine() as weixin, ThreadPoolExecutor(CROWD) as pool:
        env = environment(database, redis_server.url, WECHAT_API_URL=weixin.url)
        with web(env, tmp_path / "web.log", app=f"{__name__}:patient", threads=32) as server:
            junk = {"json": {"code": "any"}}
            crowd = [pool.submit(server.ask, "POST", "/api/v1/session", **junk) for _ in range(CROWD)]
            refused = told(crowd, CROWD - PLACES)
            assert server.ask("GET", "/healthz").status_code == 200
            slots = server.ask("GET", f"/api/v1/centres/pudong/slots?date={day}", token)
            assert slots.json()["slots"][0]["id"] == slot
            assert server.book(token, slot, "the-key").status_code == 201
            assert sum(not one.done() for one in crowd) == len(weixin.callers) == PLACES
            weixin.hang_up()
            refused = [one.result() for one in crowd]
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(503, "unavailable")}
    assert all(int(one.headers["Retry-After"]) > 0 for one in refused)


@pytest.mark.parametrize(("places", "waiting"), [(PLACES, PLACES), (CROWD, CROWD)])
def test_no_more_wait_than_there_are_places(places, waiting):
    """The second line is the control: with room for all, all wait."""
    machine, asked, answer = (
        OuterMachine(TimeoutError, places=places),
        threading.Semaphore(0),
        threading.Event(),
    )

    def question() -> bool:
        asked.release()
        return answer.wait(30)

    def go() -> bool:
        try:
            return machine.call(question)
        except LeftAlone:
            return False

    with ThreadPoolExecutor(CROWD) as pool:
        crowd = [pool.submit(go) for _ in range(CROWD)]
        assert all(asked.acquire(timeout=30) for _ in range(waiting))
        assert told(crowd, CROWD - waiting) == [False] * (CROWD - waiting)
        answer.set()
        assert sum(one.result() for one in crowd) == waiting
    assert machine.call(lambda: "room again") == "room again"


class Taken:
    """`many` go in and stay until they are let go; whoever is turned away is counted."""

    def __init__(self, places: Places, many: int):
        self.places, self.inside, self.let_go = places, threading.Semaphore(0), threading.Event()
        self.pool = ThreadPoolExecutor(many)
        self.crowd = [self.pool.submit(self._stay) for _ in range(many)]

    def _stay(self) -> bool:
        try:
            with self.places.one():
                self.inside.release()
                return self.let_go.wait(30)
        except LeftAlone:
            return False

    def all_come_out(self) -> list[bool]:
        self.let_go.set()
        return sorted(one.result() for one in self.crowd)


@pytest.mark.parametrize(("waiters", "served"), [(2, 3), (0, 1)])
def test_a_few_wait_for_a_place_and_get_it_when_it_is_free(monkeypatch, waiters, served):
    """The second line is the control: with none who may wait, one is served and all others turned away at once."""
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 30)
    taken = Taken(Places(1, waiters), 6)
    assert taken.inside.acquire(timeout=30)
    told(taken.crowd, 6 - served)  # those for whom there is not even room to wait
    assert taken.all_come_out() == [False] * (6 - served) + [True] * served


def test_nobody_waits_longer_than_a_moment(monkeypatch):
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 0.01)
    places = Places(1, 1)
    taken = Taken(places, 1)
    assert taken.inside.acquire(timeout=30)
    for _ in range(3):
        with pytest.raises(LeftAlone), places.one():
            raise AssertionError("the place is taken")
    assert taken.all_come_out() == [True]
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places.one():
            print(1 / 0)
    with places.one():
        pass


def test_those_aside_have_one_place_and_leave_the_others_alone(monkeypatch):
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 0.01)
    machine = OuterMachine(TimeoutError)
    with machine.aside.one("somebody"):
        with pytest.raises(LeftAlone), machine.aside.one("another"):
            raise AssertionError("one at a time")
        assert machine.call(lambda: "asked") == "asked"


def test_after_one_waited_in_vain_nobody_is_sent_after_him_and_a_no_is_an_answer(monkeypatch):
    machine, asked = OuterMachine(TimeoutError), []

    def silent() -> None:
        asked.append(1)
        raise TimeoutError

    with pytest.raises(TimeoutError):
        machine.call(silent)
    for _ in range(3):
        with pytest.raises(LeftAlone):
            machine.call(silent)
    assert len(asked) == 1
    monkeypatch.setattr(machine._breaker, "_rests_until", 0.0)
    for _ in range(3):
        with pytest.raises(ValueError):
            machine.call(lambda: int("no"))


def test_with_aliyun_mute_one_finds_out_and_the_others_know_that_nothing_was_sent():
    with mute_machine() as mute:
        aliyun = Aliyun(mute.url, "demo-key", "demo-secret", "会见预约", {}, connect_seconds=0.3, read_seconds=0.3)
        with pytest.raises(SmsUnknown):
            aliyun.ask("13800138001", clock.now().date(), "1")
        with pytest.raises(SmsFailed) as left_alone:
            aliyun.ask("13800138001", clock.now().date(), "1")
    assert left_alone.value.code == UNREACHABLE
    assert len(mute.callers) == 1


def test_threads_of_a_process_are_kept_from_every_outer_machine():
    """Half of them while it answers nobody; one at least even while others wait for a place."""
    from sandbox.runner.commands import web as command

    words = command(8000)
    threads = int(words[words.index("--blocking-threads") + 1])
    assert threads >= 2 * PLACES
    assert threads > PLACES + WAITERS + IN_LINE
