"""An import through the real queue and a real worker, killed in the middle of it: whole in the end, or not at all."""

from datetime import timedelta

import pytest

import clock
from booking.desk import Desk
from booking.record.actor import Actor
from booking.roll import imports, runs
from jobs import work_queue
from jobs.relay import Relay
from models import Notice, RollEntry, RollImport
from seats.counters import SeatCounters
from tests.booking.roll.conftest import cells, sheet
from tests.jobs.conftest import kill, soon
from tests.sms.conftest import one_database


@pytest.fixture
def desk(database, redis_client):
    return Desk(SeatCounters(redis_client))


@pytest.fixture
def relay(redis_client, watch):
    return Relay(redis_client, redis_client, {}, now=watch)


def state(made):
    return RollImport.get_by_id(made.id).state


def brought(desk, many=50):
    return imports.bring(Actor("chief"), desk.now(), "名册.csv", sheet(*(cells(n) for n in range(many))), None)


def test_a_worker_reads_it_and_after_a_yes_applies_it(start, desk, relay):
    start("worker", "--imports")
    made = brought(desk)
    relay.tick()
    soon(lambda: state(made) == "ready")
    imports.confirm(Actor("chief"), desk.now(), made.id)
    relay.tick()
    soon(lambda: state(made) == "done")
    assert RollEntry.select().count() == 50


@pytest.mark.parametrize("fault, written", [("import:written", 0), ("import:committed", 50)])
def test_a_worker_that_is_killed_leaves_all_or_nothing_and_the_next_one_ends_it(
    start, desk, relay, watch, redis_client, fault, written
):
    made = brought(desk)
    runs.work(desk, made.id)
    imports.confirm(Actor("chief"), desk.now(), made.id)
    doomed = start("worker", "--imports", fault=fault)
    relay.tick()
    soon(lambda: work_queue.imports(redis_client).failed_job_registry.count == 1)
    kill(doomed)
    assert RollEntry.select().count() == written
    watch.move(seconds=121)
    assert imports.find_dead(watch()) == (written == 0)
    start("worker", "--imports")
    relay.tick()
    soon(lambda: state(made) == "done")
    assert RollEntry.select().count() == 50


@one_database
def test_a_queue_that_was_flushed_is_called_again(desk, relay, watch, redis_client):
    made = brought(desk)
    relay.tick()
    redis_client.flushall()
    relay.tick()
    assert work_queue.waiting_imports(work_queue.imports(redis_client)) == set()
    watch.move(seconds=21)
    relay.tick()
    line = work_queue.imports(redis_client)
    assert work_queue.waiting_imports(line) == {made.id}
    assert work_queue.waiting(line) == set()


@one_database
def test_only_the_number_lies_in_the_queue_and_it_has_time(desk, relay, redis_client):
    made = brought(desk)
    relay.tick()
    (job,) = work_queue.imports(redis_client).jobs
    assert (list(job.args), job.timeout) == ([made.id], work_queue.IMPORT_SECONDS)
    assert timedelta(seconds=job.timeout) > imports.DEAD_AFTER
    assert RollImport.get().queued_at < clock.now() + timedelta(seconds=1)


@one_database
def test_an_import_in_hand_keeps_no_notice_waiting(start, desk, relay, drop, redis_client):
    """Nobody works on imports here; the worker of the notices carries the one that was posted after."""
    start()
    made, notice = brought(desk), drop()
    relay.tick()
    soon(lambda: Notice.get_by_id(notice.id).state == "sent")
    assert work_queue.waiting_imports(work_queue.imports(redis_client)) == {made.id}
    assert work_queue.notices(redis_client).get_job_ids() == []
    assert state(made) == "queued"
