"""One at a time, the others in line: in the order they came, the names in turn, and only so many."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

import outer_machine
from outer_machine import IN_LINE, IN_LINE_OF_ONE, Lane, LeftAlone

CROWD, OTHER = "crowd", "other"


class Line:
    """Somebody is served, and others come after him."""

    def __init__(self, pool: ThreadPoolExecutor):
        self.lane, self.served = Lane(), list[str]()
        self._pool, self._let_go, inside = pool, threading.Event(), threading.Event()
        self._first = pool.submit(self._stay, inside)
        assert inside.wait(30)

    def _stay(self, inside: threading.Event) -> None:
        with self.lane.one("first"):
            inside.set()
            self._let_go.wait(30)

    def come(self, name: str, who: str = "") -> "Future[bool]":
        """One more, once he stands in line or is told that he can't."""
        before = self.standing()
        asked = self._pool.submit(self._go, name, who or name)
        while not asked.done() and self.standing() == before:
            threading.Event().wait(0.001)
        return asked

    def _go(self, name: str, who: str) -> bool:
        try:
            with self.lane.one(name):
                self.served.append(who)
                return True
        except LeftAlone:
            return False

    def standing(self) -> list[tuple[str, int, int]]:
        return [(name, len(line), id(line[-1])) for name, line in list(self.lane._lines.items())]

    def go_on(self) -> None:
        self._let_go.set()
        self._first.result(30)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 30)
    with ThreadPoolExecutor(20) as pool:
        made = Line(pool)
        yield made
        made.go_on()


def test_each_is_served_in_the_order_in_which_they_came(line: Line) -> None:
    asked = [line.come(CROWD, f"{number}") for number in range(IN_LINE_OF_ONE)]
    line.go_on()
    assert all(one.result(30) for one in asked) and line.served == ["0", "1", "2", "3"]
    with line.lane.one(CROWD):
        pass


def test_names_take_turns(line: Line) -> None:
    """By the order in which they came alone the last would be the last."""
    asked = [line.come(CROWD), line.come(CROWD), line.come(CROWD), line.come(OTHER), line.come(OTHER)]
    line.go_on()
    assert all(one.result(30) for one in asked) and line.served == [CROWD, OTHER, CROWD, OTHER, CROWD]


def test_of_one_name_so_many_stand_in_line_and_of_all_so_many(line: Line) -> None:
    crowd = [line.come(CROWD) for _ in range(IN_LINE_OF_ONE)]
    assert line.come(CROWD).result(30) is False
    others = [line.come(f"{number}") for number in range(IN_LINE - IN_LINE_OF_ONE)]
    assert not any(one.done() for one in crowd + others)
    others.append(line.come("and another"))
    assert crowd[-1].result(30) is False  # the last of the longest goes for him
    others += [line.come("and one more"), line.come("and yet another")]
    assert [one.result(30) for one in crowd[1:]] == [False] * 3
    assert line.come("one too many").result(30) is False  # each has one: no line is longer
    assert line.come(CROWD).result(30) is False
    line.go_on()
    assert all(one.result(30) for one in [crowd[0], *others]) and len(line.served) == IN_LINE


def test_nobody_stands_in_line_for_long(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 0.01)
    assert [line.come(CROWD).result(30) for _ in range(2 * IN_LINE)] == [False] * 2 * IN_LINE
    assert not line.lane._lines
    line.go_on()
    assert line.come(CROWD).result(30)


def test_who_fails_there_gives_the_turn_on() -> None:
    lane = Lane()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), lane.one(CROWD):
            print(1 / 0)
    with lane.one(OTHER):
        pass


def test_a_crowd_in_a_hurry_is_never_two_at_once_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns come, run out and are lost in the same moments."""
    monkeypatch.setattr(outer_machine, "WAIT_SECONDS", 0.0005)
    lane, inside, most = Lane(), list[int](), list[int]()

    def go(number: int) -> bool:
        try:
            with lane.one(f"{number % 5}"):
                inside.append(number)
                most.append(len(inside))
                threading.Event().wait(0.0002)
                inside.remove(number)
                return True
        except LeftAlone:
            return False

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(go, range(3000)))
    assert set(most) == {1} and any(told) and not all(told)
    assert not lane._taken and not lane._lines
