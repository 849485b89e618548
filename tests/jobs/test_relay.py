"""From the table to the queue: at once when called, within a second anyway, and whatever Redis does."""

import threading
import time

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

import wake
from jobs import work_queue
from jobs.relay import Relay
from models import Consent, Notice
from tests.jobs.conftest import soon
from tests.sms.conftest import one_database

pytestmark = one_database


@pytest.fixture
def run(redis_client, watch):
    """Run a relay in a thread while the test lasts."""
    stopped, threads = threading.Event(), []

    def running(every=1.0, redis=redis_client):
        relay = Relay(redis, redis, {"confirmed": "T1"}, every=every, now=watch)
        threads.append(threading.Thread(target=relay.run, args=(stopped,)))
        threads[-1].start()

    yield running
    stopped.set()
    redis_client.publish(wake.WORD, "")
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


def queued(redis_client):
    return work_queue.waiting(work_queue.notices(redis_client))


def test_a_call_is_answered_at_once(run, drop, redis_client):
    run(every=30)
    soon(lambda: redis_client.pubsub_numsub(wake.WORD)[0][1] == 1)
    time.sleep(0.1)
    notice = drop()
    redis_client.publish(wake.WORD, "")
    soon(lambda: queued(redis_client) == {notice.id}, within=2)


def test_without_a_call_it_looks_anyway(run, drop, redis_client):
    run(every=0.1)
    notice = drop()
    soon(lambda: queued(redis_client) == {notice.id}, within=3)


def test_a_notice_lies_in_the_queue_once_however_often_it_looks(drop, redis_client, watch):
    relay, notice = Relay(redis_client, redis_client, {}, now=watch), drop()
    for _ in range(3):
        relay.tick()
        watch.move(seconds=21)
    assert work_queue.notices(redis_client).get_job_ids() == [f"notice-{notice.id}"]


def test_the_queue_is_never_filled_over_the_brim(drop, chen, redis_client, watch, monkeypatch):
    monkeypatch.setattr("jobs.relay.MOST_QUEUED", 5)
    monkeypatch.setattr("sms.outbox.A_LAWYERS", 99)  # all are one lawyer's here
    for number in range(8):
        drop(ref=f"REF{number:05d}")
    relay = Relay(redis_client, redis_client, {}, now=watch)
    assert [relay.tick(), relay.tick()] == [5, 0]
    monkeypatch.setattr("jobs.relay.MOST_QUEUED", 3)  # as when another relay has put some in beside it
    assert relay.tick() == 0
    work_queue.notices(redis_client).empty()
    assert relay.tick() == 3


def test_what_an_unreachable_queue_did_not_take_is_taken_later(drop, redis_client, watch, monkeypatch):
    notice, relay = drop(), Relay(redis_client, redis_client, {}, now=watch)

    def away(*_):
        raise RedisError

    with monkeypatch.context() as broken:
        broken.setattr(work_queue, "put", away)
        with pytest.raises(RedisError):
            relay.tick()
    assert Notice.get_by_id(notice.id).queued_at is None
    assert relay.tick() == 1


def test_the_wechat_message_follows_in_the_next_round(drop, redis_client, watch):
    Consent.create(openid="o-chen", template_id="T1", left=1)
    drop()
    relay = Relay(redis_client, redis_client, {"confirmed": "T1"}, now=watch)
    assert [relay.tick(), relay.tick(), relay.tick()] == [1, 1, 0]


def test_it_goes_on_when_redis_comes_back(run, drop, redis_server, redis_client):
    here = Redis.from_url(redis_server.url, socket_timeout=0.5, retry=Retry(NoBackoff(), 0))
    run(every=0.1, redis=here)
    soon(lambda: redis_client.pubsub_numsub(wake.WORD)[0][1] == 1)
    redis_server.kill()
    notice = drop()
    time.sleep(0.3)
    redis_server.start()
    soon(lambda: queued(redis_client) == {notice.id}, within=5)
    here.close()
