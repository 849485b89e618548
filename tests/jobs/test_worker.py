"""A real worker, killed at the worst moments: each notice is one SMS, or one row the officer is shown."""

import pytest

import redis_heartbeats
from booking.messages.untold import untold
from jobs import work_queue
from jobs.relay import Relay
from models import Notice
from tests.jobs.conftest import kill, soon
from tests.sms.conftest import one_database


def row(notice):
    return Notice.get_by_id(notice.id)


def relay(redis_client, watch):
    return Relay(redis_client, redis_client, {}, now=watch)


def at_aliyun(carrier, notice):
    return [message for message in carrier.messages() if message["out_id"] == str(notice.id)]


def ask_until_told(asking, watch):
    """A minute on, the dead worker's notice is found, and asked about until there is nothing more to ask."""
    watch.move(seconds=61)
    assert asking.find_stuck() == 1
    for _ in range(3):
        asking.ask_due()
        watch.move(minutes=4)


def test_killed_before_the_call(start, carrier, drop, redis_client, watch, asking):
    """The worker's child dies with the claim committed and nothing sent: unknown to all, so it is listed."""
    start(fault="deliver:claimed")
    notice = drop()
    relay(redis_client, watch).tick()
    soon(lambda: row(notice).state == "sending")
    soon(lambda: work_queue.notices(redis_client).failed_job_registry.count == 1)
    ask_until_told(asking, watch)
    assert at_aliyun(carrier, notice) == []
    assert [one.id for one in untold()] == [notice.id]


def test_killed_during_the_call(start, carrier, drop, redis_client, watch, asking):
    """Worker and child die while Aliyun, which has taken the SMS, keeps them waiting."""
    carrier.faults.order("hang_after_accept")
    worker, notice = start(), drop()
    relay(redis_client, watch).tick()
    soon(lambda: at_aliyun(carrier, notice))
    kill(worker)
    start()
    assert row(notice).state == "sending"
    ask_until_told(asking, watch)
    assert row(notice).state == "sent"
    assert relay(redis_client, watch).tick() == 0
    assert len(at_aliyun(carrier, notice)) == 1


def test_killed_after_the_call_before_it_is_written_down(start, carrier, drop, redis_client, watch, asking):
    start(fault="deliver:sent")
    notice = drop()
    relay(redis_client, watch).tick()
    soon(lambda: at_aliyun(carrier, notice))
    soon(lambda: work_queue.notices(redis_client).failed_job_registry.count == 1)
    assert row(notice).state == "sending"
    ask_until_told(asking, watch)
    assert row(notice).state == "sent"
    assert len(at_aliyun(carrier, notice)) == 1


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_two_workers_and_a_queue_that_repeats_itself_send_each_notice_once(start, carrier, drop, redis_client, watch):
    start(), start()
    notices = [drop(ref=f"REF{number:05d}") for number in range(10)]
    line = work_queue.notices(redis_client)
    for _ in range(3):
        work_queue.put(line, [notice.id for notice in notices])
    soon(lambda: all(row(notice).state == "sent" for notice in notices))
    soon(lambda: line.count == 0)
    assert len(carrier.messages()) == 10


@one_database
def test_a_queue_that_was_flushed_is_filled_again(drop, redis_client, watch):
    notice, posting = drop(), relay(redis_client, watch)
    posting.tick()
    redis_client.flushall()
    assert posting.tick() == 0
    watch.move(seconds=21)
    assert posting.tick() == 1
    assert work_queue.waiting(work_queue.notices(redis_client)) == {notice.id}


@one_database
def test_no_personal_data_lies_in_the_queue(drop, redis_client, watch, chen):
    drop()
    relay(redis_client, watch).tick()
    kept = b"".join(
        part for key in redis_client.keys("rq:job:*") for pair in redis_client.hgetall(key).items() for part in pair
    )
    assert b"notice-" in kept
    assert chen.phone.encode() not in kept and chen.name.encode() not in kept


@one_database
def test_a_worker_outlives_its_redis(start, carrier, drop, redis_server, redis_client, watch):
    worker = start()
    soon(lambda: redis_heartbeats.is_alive(redis_client, "worker"))
    redis_server.kill()
    redis_server.start()
    notice = drop()
    relay(redis_client, watch).tick()
    soon(lambda: row(notice).state == "sent", within=20)
    assert worker.poll() is None
