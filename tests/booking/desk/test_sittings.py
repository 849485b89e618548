"""What the teller does for a batch, and how batches come about."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import pytest

from booking.desk import group_commit
from booking.desk.group_commit import GroupCommit
from seats.counters import Day, GateAway
from tests.booking.conftest import FRIDAY, SLOT, applying

DAY = Day("pudong", FRIDAY)


class Served:
    """A teller with a first batch that takes until it is let go."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, batch: Sequence[int]) -> list[int]:
        self.sizes.append(len(batch))
        self.begun.set()
        self.go_on.wait(10)
        return list(batch)


@contextmanager
def submitting(teller: GroupCommit[int, int], many: int) -> Iterator[None]:
    threads = [threading.Thread(target=teller.submit, args=(n,)) for n in range(many)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(10)


def a_rush(served: Served, teller: GroupCommit[int, int]) -> None:
    """One alone, and three who come while he is served."""
    with submitting(teller, 1):
        served.begun.wait(10)
        with submitting(teller, 3):
            while teller._waiting.qsize() < 3:
                pass
            served.go_on.set()


@pytest.mark.parametrize("gathers", [True, False])
def test_as_many_as_last_time_are_waited_for(monkeypatch, gathers):
    """The second line is the control: the quickest is served alone."""
    monkeypatch.setattr(group_commit, "GATHER_SECONDS", 10 if gathers else 0)
    monkeypatch.setattr(group_commit, "QUIET_SECONDS", 60)
    served = Served()
    with closing(GroupCommit(served, leave=lambda: None)) as teller:
        a_rush(served, teller)
        served.go_on.clear()
        with submitting(teller, 1):
            if not gathers:
                served.begun.clear()
                served.begun.wait(10)
            with submitting(teller, 2):
                served.go_on.set()
    assert served.sizes[:2] == [1, 3] and (served.sizes[2] == 3) is gathers


def test_one_alone_waits_for_nobody(monkeypatch):
    monkeypatch.setattr(group_commit, "GATHER_SECONDS", 60)
    monkeypatch.setattr(group_commit, "QUIET_SECONDS", 0)
    served = Served()
    with closing(GroupCommit(served, leave=lambda: None)) as teller:
        a_rush(served, teller)
        assert [teller.submit(n) for n in (7, 8)] == [7, 8]
    assert served.sizes == [1, 3, 1, 1]


def test_a_batch_is_settled_with_the_holds_of_the_next(desk, lawyers, monkeypatch):
    one, other = lawyers(2)
    monkeypatch.setattr(desk._sittings, "_anybody_waits", lambda: True)
    first = desk.book(applying(one))
    assert desk.seats.holders(DAY)[first.ref][1] > 0
    second = desk.book(applying(other))
    held = desk.seats.holders(DAY)
    assert held[first.ref][1] == 0 and held[second.ref][1] > 0
    desk.close()
    assert desk.seats.holders(DAY)[second.ref] == (SLOT, 0)  # the teller leaves nothing owed


def test_a_settling_that_is_lost_is_left_to_the_sweep(desk, lawyers, monkeypatch):
    def away(taken):
        raise GateAway

    monkeypatch.setattr(desk.seats, "settle_all", away)
    ref = desk.book(applying(lawyers(1)[0])).ref
    assert desk.seats.holders(DAY)[ref][1] > 0
