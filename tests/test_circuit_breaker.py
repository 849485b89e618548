"""A machine that does not answer is not asked by everybody, again and again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import circuit_breaker
from circuit_breaker import CircuitBreaker, CircuitOpen


class Machine:
    def __init__(self) -> None:
        self.up, self.asked = False, 0

    def __call__(self) -> str:
        self.asked += 1
        if not self.up:
            raise ConnectionError
        return "here"


def test_after_a_failure_nobody_asks_for_a_while() -> None:
    machine, way = Machine(), CircuitBreaker(ConnectionError)
    for _ in range(5):
        with pytest.raises(CircuitOpen):
            way.call(machine)
    assert machine.asked == 1


def test_when_the_rest_is_over_one_of_many_finds_out(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, way, barrier = Machine(), CircuitBreaker(ConnectionError), threading.Barrier(8)
    with pytest.raises(CircuitOpen):
        way.call(machine)
    way._rests_until = 0.0

    def go(_: int) -> bool:
        barrier.wait()
        try:
            return way.call(machine) == "here"
        except CircuitOpen:
            return False

    with ThreadPoolExecutor(8) as crowd:
        assert not any(crowd.map(go, range(8)))
    assert machine.asked == 2


def test_once_it_answers_everybody_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit_breaker, "REST_SECONDS", 0)
    machine, way = Machine(), CircuitBreaker(ConnectionError)
    with pytest.raises(CircuitOpen):
        way.call(machine)
    machine.up = True
    assert way.call(machine) == way.call(machine) == "here"


def test_another_error_is_none_of_its_business() -> None:
    way = CircuitBreaker(ConnectionError)
    with pytest.raises(ValueError):
        way.call(lambda: int("x"))
    assert way.call(lambda: 1) == 1
