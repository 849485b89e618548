"""Many notices a job, and many jobs in one go: what the queue carries, and what a killed worker leaves of them."""

import os
import signal
import subprocess
import threading
import time
from itertools import pairwise
from types import SimpleNamespace

import pytest

import wake
from booking.messages.untold import untold
from jobs import relay, work_queue
from jobs.relay import Relay
from models import Notice
from sms import outbox
from sms.rounds import DEFAULT
from tests.jobs.conftest import kill, soon
from tests.sms.conftest import one_database

HANDS = DEFAULT.hands["sms"]


def many(drop, number):
    return [drop(ref=f"REF{n:05d}") for n in range(number)]


def states():
    return outbox.counts_by_state()


def child_of(worker):
    """The process that carries, which a kill of the worker does not reach."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [map(int, line.split()) for line in listed.splitlines()]
    [pid] = [pid for pid, parent in pairs if parent == worker.pid]
    return pid


@pytest.fixture
def send_all(redis_client, watch, monkeypatch):
    """All that is due goes to the queue, though all of it is one lawyer's."""
    monkeypatch.setattr(outbox, "A_LAWYERS", 99)
    return Relay(redis_client, redis_client, {}, now=watch).tick


@pytest.fixture
def behind(redis_client, monkeypatch):
    """What a job of the worker's sees of the queue."""
    monkeypatch.setattr(work_queue, "get_current_job", lambda: SimpleNamespace(connection=redis_client))
    return work_queue._Behind()


def test_killed_in_the_midst_of_many(start, carrier, drop, send_all, watch, asking):
    """Those under way are asked about, each of them; the one before them is sent, and those behind them are still due."""
    notices, worker = many(drop, 30), start()
    carrier.faults.order("delay", seconds=0)
    carrier.faults.order("hang_after_accept", times="always")
    assert send_all() == 30
    soon(lambda: len(carrier.messages()) == 1 + HANDS)
    os.kill(child_of(worker), signal.SIGKILL)
    kill(worker)
    carrier.faults.clear()
    assert states() == {"sent": 1, "sending": HANDS, "due": 29 - HANDS}
    watch.move(seconds=61)
    assert asking.find_stuck() == HANDS
    asking.ask_due()
    assert states() == {"sent": 1 + HANDS, "due": 29 - HANDS}
    start()
    assert send_all() == 29 - HANDS
    soon(lambda: states() == {"sent": 30})
    assert sorted(message["out_id"] for message in carrier.messages()) == sorted(str(one.id) for one in notices)


@one_database
def test_killed_with_many_claimed_and_none_called(start, carrier, drop, send_all, redis_client, watch, asking):
    """The one that went ahead was claimed, nobody knows of it, and it is listed; nothing became of the others."""
    start(fault="deliver:claimed")
    first, *_ = many(drop, work_queue.LETTERS)
    send_all()
    soon(lambda: work_queue.notices(redis_client).failed_job_registry.count == 1)
    assert Notice.get_by_id(first.id).state == "sending"
    watch.move(seconds=61)
    assert asking.find_stuck() == 1
    for _ in range(3):
        asking.ask_due()
        watch.move(minutes=4)
    assert [one.id for one in untold()] == [first.id]
    assert carrier.messages() == []
    assert states() == {"unknown": 1, "due": work_queue.LETTERS - 1}


@one_database
def test_a_worker_carries_job_after_job_in_one_go(start, carrier, drop, send_all, redis_client):
    many(drop, 50)
    send_all()
    start()
    soon(lambda: states() == {"sent": 50})
    done = work_queue.notices(redis_client).finished_job_registry
    soon(lambda: done.count)
    assert done.get_job_ids() == [f"notice-{'-'.join(str(n) for n in range(1, work_queue.LETTERS + 1))}"]
    assert len(carrier.messages()) == 50


def test_a_job_has_twenty_and_all_are_known_to_lie_in_the_queue(redis_client):
    line = work_queue.notices(redis_client)
    work_queue.put(line, list(range(1, 46)))
    assert [len(job.args) for job in line.get_jobs()] == [20, 20, 5]
    assert work_queue.waiting(line) == set(range(1, 46))


def test_the_jobs_behind_are_taken_along_and_leave_nothing(behind, redis_client):
    line = work_queue.notices(redis_client)
    work_queue.put(line, list(range(1, 26)))
    assert [behind(), behind(), behind()] == [list(range(1, 21)), list(range(21, 26)), []]
    assert redis_client.keys("rq:job:*") == []


def test_who_has_lost_his_worker_takes_nothing_more(behind, redis_client, monkeypatch):
    line = work_queue.notices(redis_client)
    work_queue.put(line, [7])
    with monkeypatch.context() as orphaned:
        orphaned.setattr(os, "getppid", lambda: 1)
        assert behind() == []
    assert work_queue.waiting(line) == {7}
    assert behind() == [7]


def test_while_redis_is_away_there_is_nothing_behind(behind, redis_server):
    redis_server.kill()
    assert behind() == []
    redis_server.start()


def test_in_a_rush_of_calls_few_looks_serve_all(redis_client, monkeypatch):
    looks, stopped = [], threading.Event()
    monkeypatch.setattr(Relay, "tick", lambda _: looks.append(time.monotonic()))
    running = threading.Thread(target=Relay(redis_client, redis_client, {}, every=30).run, args=(stopped,))
    running.start()
    soon(lambda: redis_client.pubsub_numsub(wake.WORD)[0][1] == 1)
    for _ in range(300):
        redis_client.publish(wake.WORD, "")
        time.sleep(0.001)
    soon(lambda: len(looks) > 1)
    stopped.set()
    redis_client.publish(wake.WORD, "")
    running.join(5)
    assert all(later - sooner > 0.9 * relay.GATHERS_SECONDS for sooner, later in pairwise(looks))
