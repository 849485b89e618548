"""Carrying a notice: once, in turn, and with what Aliyun says written down."""

import threading
from datetime import timedelta

import pytest

import sms.delivery
from models import Lawyer, Notice, database
from models.lawyers import seal_person
from sms import outbox
from sms.delivery import Delivery
from tests.sms.conftest import PHONE, WORDS, calling

SOON = timedelta(seconds=20)


def row(notice):
    return Notice.get_by_id(notice.id)


def at_once(deliver, notice, workers):
    """All of them deliver the same notice at the same moment."""
    together = threading.Barrier(workers)

    def work():
        together.wait()
        deliver(notice.id)
        database.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_notice_is_sent_and_known_by_its_biz_id(delivery, carrier, drop):
    notice = drop()
    delivery.deliver(notice.id)
    [message] = carrier.messages(PHONE)
    assert message["out_id"] == str(notice.id)
    assert (row(notice).state, row(notice).biz_id) == ("sent", message["biz_id"])
    assert row(notice).sent_at


@pytest.mark.parametrize("kind", ["phone_changed", "wechat_changed"])
def test_a_warning_goes_to_the_number_of_that_moment(delivery, carrier, chen, watch, kind):
    outbox.post_to(PHONE, outbox.Letter(kind, f"lawyer-{chen.id}:{kind}", chen.id, None, WORDS), watch())
    Lawyer.update(**seal_person(chen.id, chen.id_no, "13911112222")).where(Lawyer.id == chen.id).execute()
    delivery.deliver(Notice.get().id)
    assert len(carrier.messages(PHONE)) == 1 and not carrier.messages("13911112222")


def test_delivered_again_it_is_not_sent_again(delivery, carrier, drop):
    notice = drop()
    for _ in range(3):
        delivery.deliver(notice.id)
    assert len(carrier.messages()) == 1


def test_a_notice_that_is_gone_is_no_error(delivery, drop):
    delivery.deliver(drop().id + 1000)


def test_many_workers_send_one_sms(delivery, carrier, drop):
    notice = drop()
    at_once(delivery.deliver, notice, workers=8)
    assert len(carrier.messages()) == 1
    assert row(notice).attempts == 1


def test_without_the_claim_two_workers_send_twice(delivery, carrier, drop, monkeypatch):
    """The negative control: the claim looks, and only then writes."""
    looked = threading.Barrier(2)

    def look_then_write(notice, now):
        due = Notice.get_by_id(notice.id).state == "due"
        looked.wait()
        notice.attempted_at, notice.phone_sealed = now, sms.delivery._number(notice)
        return due

    monkeypatch.setattr(sms.delivery, "claim", look_then_write)
    at_once(delivery.deliver, drop(), workers=2)
    assert len(carrier.messages()) == 2


def test_a_later_notice_of_the_booking_waits_for_the_earlier(delivery, carrier, drop):
    first, second = drop("submitted"), drop("confirmed")
    delivery.deliver(second.id)
    assert carrier.messages() == []
    delivery.deliver(first.id)
    delivery.deliver(second.id)
    assert [message["out_id"] for message in carrier.messages()] == [str(first.id), str(second.id)]


def test_it_goes_to_the_number_the_lawyer_has_when_it_is_sent(delivery, carrier, drop, chen):
    notice = drop()
    Lawyer.update(**seal_person(chen.id, "110101199003070038", "13900139000")).execute()
    delivery.deliver(notice.id)
    assert len(carrier.messages("13900139000")) == 1


def test_a_number_that_cannot_be_opened_fails_and_says_so(delivery, drop, chen):
    notice = drop()
    Lawyer.update(phone_sealed="000000.AAAA").execute()
    delivery.deliver(notice.id)
    assert (row(notice).state, row(notice).code) == ("failed", "no_phone")


@pytest.mark.parametrize("mode", ["throttle", "system_error"])
def test_what_may_pass_is_tried_again_later_and_a_few_times_only(delivery, carrier, drop, watch, mode):
    carrier.faults.order(mode, times="always")
    notice, gaps = drop(), []
    while row(notice).state == "due":
        delivery.deliver(notice.id)
        after = row(notice)
        gaps.append(round((after.due_at - after.attempted_at).total_seconds()))
        Notice.update(due_at=watch()).where(Notice.id == notice.id).execute()
    assert gaps[:5] == [10, 30, 120, 600, 1800]
    assert (row(notice).state, row(notice).attempts) == ("failed", 6)


def test_once_it_passes_the_sms_goes_out_once(delivery, carrier, drop, watch):
    carrier.faults.order("throttle", times=2)
    notice = drop()
    for seconds in (0, 10, 30):
        watch.move(seconds=seconds)
        delivery.deliver(notice.id)
    assert row(notice).state == "sent" and row(notice).code is None
    assert len(carrier.messages()) == 1


def test_a_day_limit_waits_for_tomorrow(delivery, carrier, drop, watch):
    carrier.faults.order("business_limit")
    notice = drop()
    delivery.deliver(notice.id)
    assert row(notice).state == "due"
    assert row(notice).due_at >= row(notice).attempted_at + timedelta(hours=23, minutes=59)


def test_an_empty_account_stops_all_after_one_attempt_and_nothing_is_lost(delivery, carrier, drop, watch, caplog):
    carrier.faults.order("amount_not_enough", times="always")
    notices = [drop(ref=f"REF{number:05d}") for number in range(5)]
    for notice in notices:
        delivery.deliver(notice.id)
    assert outbox.counts_by_state() == {"due": 5}
    assert outbox.take(watch(), 10, SOON) == []
    assert sum(notice.attempted_at is not None for notice in Notice.select()) == 1
    assert [record.levelname for record in caplog.records if "SMS stopped" in record.message] == ["ERROR"]
    carrier.faults.clear()
    watch.move(minutes=5)
    for notice in outbox.take(watch(), 10, SOON):
        delivery.deliver(notice.id)
    assert outbox.counts_by_state() == {"sent": 5}


def test_while_aliyun_cannot_be_reached_everything_waits(drop, watch):
    nobody = Delivery(calling("http://127.0.0.1:9"), now=watch)
    notice = drop()
    for _ in range(20):
        nobody.deliver(notice.id)
        watch.move(seconds=31)
    assert row(notice).state == "due"
    assert outbox.oldest_due_age(watch()) > 600


def test_a_number_refused_is_failed_at_once(delivery, drop, chen):
    Lawyer.update(**seal_person(chen.id, "110101199003070038", "12345678901")).execute()
    notice = drop()
    delivery.deliver(notice.id)
    assert (row(notice).state, row(notice).code) == ("failed", "isv.MOBILE_NUMBER_ILLEGAL")
    assert "12345678901" not in row(notice).problem


@pytest.mark.parametrize("mode", ["hang_after_accept", "reset", "html", "error"])
def test_no_clear_answer_is_unknown_and_not_sent_again(delivery, carrier, drop, watch, mode):
    carrier.faults.order(mode)
    notice = drop()
    for _ in range(3):
        delivery.deliver(notice.id)
    assert row(notice).state == "unknown"
    assert row(notice).ask_at == row(notice).attempted_at + timedelta(seconds=30)
    assert len(carrier.messages()) <= 1


def test_a_receipt_quicker_than_the_answer_stands(delivery, carrier, drop, watch):
    notice = drop()
    quick = Delivery(delivery.sms, now=watch, checkpoint=lambda name: name == "deliver:sent" and told_failed(notice))
    quick.deliver(notice.id)
    assert row(notice).state == "failed"


def told_failed(notice):
    Notice.update(state="failed").where(Notice.id == notice.id).execute()


def test_the_number_is_kept_sealed(delivery, carrier, drop):
    notice = drop()
    delivery.deliver(notice.id)
    assert PHONE not in row(notice).phone_sealed
