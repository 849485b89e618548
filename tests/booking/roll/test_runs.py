"""The run of an import: never by halves, whoever dies, and never twice."""

import threading

import pytest

from booking.record.actor import Actor
from booking.roll import imports, roll, runs
from models import Audit, RollEntry, RollImport, RollImportLine, database
from tests.booking.roll.conftest import apply, cells, on_the_roll


def test_done_twice_is_done_once(desk, report):
    made = report(cells(1))
    runs.work(desk, made.id)
    apply(desk, made.id)
    runs.work(desk, made.id)
    assert Audit.select().where(Audit.what == "roll.import").count() == 1


class Died(BaseException):
    """As a kill: nothing of ours gets to say anything."""


def dying_at(desk, name):
    def reach(here):
        if here == name:
            raise Died

    desk.checkpoint = reach


@pytest.mark.parametrize("where", ["import:reported", "import:written"])
def test_who_dies_on_the_way_leaves_nothing_and_another_does_it(desk, clock, report, bring, where):
    on_the_roll(desk, cells(1))
    import_id = bring(cells(1, firm="新所"), cells(2))
    if where == "import:written":
        runs.work(desk, import_id)
        imports.confirm(Actor("chief"), desk.now(), import_id)
    dying_at(desk, where)
    with pytest.raises(Died):
        runs.work(desk, import_id)
    assert RollEntry.select().count() == 1
    desk.checkpoint = lambda name: None
    runs.work(desk, import_id)  # the dead run still has it
    assert imports.find(import_id).state in ("reading", "applying")
    clock.move(seconds=121)
    assert imports.find_dead(clock()) == 1
    assert imports.take(clock()) == [import_id]
    runs.work(desk, import_id)
    if where == "import:reported":
        apply(desk, import_id)
    assert (imports.find(import_id).state, RollEntry.select().count()) == ("done", 2)
    assert RollImportLine.select().count() == 2


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_who_was_taken_for_dead_and_lives_writes_nothing(desk, report):
    """Put back while it still worked: another run has the import, and the last word of this one is refused."""
    made = report(cells(1))
    imports.confirm(Actor("chief"), desk.now(), made.id)

    def take_away():
        RollImport.update(claim="another").execute()
        database.close()

    def slow(name):
        if name == "import:written":
            thread = threading.Thread(target=take_away)
            thread.start()
            thread.join()

    desk.checkpoint = slow
    runs.work(desk, made.id)
    assert RollEntry.select().count() == 0
    assert (imports.find(made.id).state, imports.find(made.id).claim) == ("applying", "another")


def test_it_is_closed_after_three_runs(desk, clock, bring):
    import_id = bring(cells(1))
    dying_at(desk, "import:reported")
    for _ in range(imports.MOST_RUNS):
        with pytest.raises(Died):
            runs.work(desk, import_id)
        clock.move(seconds=121)
        imports.find_dead(clock())
    found = imports.find(import_id)
    assert (found.state, found.problem) == ("failed", imports.UNREADABLE)


def test_an_error_of_ours_is_tried_again_and_then_told(desk, clock, bring, monkeypatch, caplog):
    monkeypatch.setattr(roll, "compare", lambda *_: 1 / 0)
    import_id = bring(cells(1))
    for _ in range(imports.MOST_RUNS):
        runs.work(desk, import_id)
    assert imports.find(import_id).state == "failed"
    assert "broke off" in caplog.text


def test_the_queue_is_called_once_and_again_when_the_call_was_lost(desk, clock, bring):
    import_id = bring(cells(1))
    assert imports.take(clock()) == [import_id]
    assert imports.take(clock()) == []
    clock.move(seconds=21)
    assert imports.take(clock(), queued=[import_id]) == []
    assert imports.take(clock()) == [import_id]
    imports.take_back([import_id])
    assert imports.take(clock()) == [import_id]
    runs.work(desk, import_id)
    clock.move(seconds=21)
    assert imports.take(clock()) == []


def test_two_runs_at_once_do_it_once(desk, report):
    made = report(*(cells(n) for n in range(200)))
    imports.confirm(Actor("chief"), desk.now(), made.id)
    barrier = threading.Barrier(4)

    def run():
        barrier.wait()
        runs.work(desk, made.id)
        database.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert imports.find(made.id).state == "done"
    assert Audit.select().where(Audit.what == "roll.import").count() == 1


def test_progress_is_told_on_the_way(desk, bring, monkeypatch):
    monkeypatch.setattr(runs, "TELL_EVERY", 10)
    seen = []
    note = runs.Run.note
    monkeypatch.setattr(runs.Run, "note", lambda run, **more: (seen.append(more.get("done")), note(run, **more)))
    runs.work(desk, bring(*(cells(n) for n in range(25))))
    assert [done for done in seen if done is not None] == [0, 10, 20, 25, 35, 45]
