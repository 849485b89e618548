"""The clock: each duty in its own time, whatever happens to the others."""

import signal
import threading
import time
from types import SimpleNamespace

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import redis_heartbeats
from booking.desk import Desk
from clock import now as timestamp
from jobs import periodic
from jobs.duties import Duty, table
from models import Officer
from seats.counters import SeatCounters
from sms import outbox
from tests.jobs.conftest import soon
from tests.sms.conftest import one_database
from wechat.account import Tags
from wechat.outgoing.account import Account


@pytest.fixture
def turning():
    """Run these duties in a thread while the test lasts."""
    stopped, threads = threading.Event(), []

    def run(*duties):
        threads.append(threading.Thread(target=periodic.run, args=(duties, stopped)))
        threads[-1].start()

    yield run
    stopped.set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def test_each_duty_is_done_at_the_start_and_then_in_its_own_time(turning):
    often, seldom = [], []
    turning(Duty("often", 0.05, lambda: often.append(1)), Duty("seldom", 60, lambda: seldom.append(1)))
    time.sleep(0.5)
    assert len(seldom) == 1
    assert 4 <= len(often) <= 11


def test_a_duty_that_fails_is_told_and_the_others_go_on(database, turning, caplog):
    done = []
    turning(Duty("broken", 0.05, lambda: 1 / 0), Duty("sound", 0.05, lambda: done.append(1)))
    time.sleep(0.3)
    assert len(done) >= 2
    assert any("'broken' failed" in record.message for record in caplog.records)


def test_it_gives_signs_of_life_and_takes_no_harm_from_a_dead_redis(redis_client):
    assert not redis_heartbeats.is_alive(redis_client, "clock")
    periodic._beat(redis_client)
    assert redis_heartbeats.is_alive(redis_client, "clock")
    periodic._beat(Redis(host="127.0.0.1", port=9, retry=Retry(NoBackoff(), 0)))


def test_the_whole_table_can_be_done_twice_on_an_empty_house(database, redis_client, asking, caplog):
    nobody = Account("wxdemo000000000002", "demo", redis_client, "http://127.0.0.1:9")
    tags = Tags(nobody, redis_client)
    house = SimpleNamespace(desk=Desk(SeatCounters(redis_client)), asking=asking, officer_tags=tags)
    for duty in table(house) * 2:
        periodic.do(duty)
    assert [record.message for record in caplog.records if "failed" in record.message] == []


def test_the_officers_tag_follows_who_is_bound(database, redis_client):
    Officer.create(account="gate", name="某", role="gate", account_openid="o-gate", created_at=timestamp())
    Officer.create(
        account="gone",
        name="某",
        role="gate",
        account_openid="o-gone",
        state="suspended",
        created_at=timestamp(),
    )
    seen: list[set[str]] = []
    house = SimpleNamespace(desk=None, asking=ASKING, officer_tags=SimpleNamespace(keep=seen.append))
    (duty,) = [one for one in table(house) if "tag" in one.name]
    periodic.do(duty)
    assert (seen, duty.every) == ([{"o-gate"}], 10)


ASKING = SimpleNamespace(find_stuck=None, ask_due=None)


@one_database
def test_the_clock_and_the_worker_bring_notices_to_the_phone_and_end_when_told(start, carrier, drop, redis_client):
    processes = start("clock"), start("worker")
    notices = [drop(ref=f"REF{number:05d}") for number in range(5)]
    soon(lambda: outbox.counts_by_state() == {"sent": 5})
    assert sorted(int(message["out_id"]) for message in carrier.messages()) == [notice.id for notice in notices]
    soon(lambda: redis_heartbeats.is_alive(redis_client, "clock") and redis_heartbeats.is_alive(redis_client, "worker"))
    for process in processes:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(20) for process in processes] == [0, 0]
