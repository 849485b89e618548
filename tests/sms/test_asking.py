"""Outcomes in the dark are asked about, three times, before anything is sent again."""

from datetime import timedelta

import pytest

from booking.messages.untold import resend, untold
from booking.record.actor import Actor
from models import Audit, Notice
from sms import receipts
from sms.delivery import claim


def row(notice):
    return Notice.get_by_id(notice.id)


@pytest.fixture
def lost(delivery, carrier, drop):
    """A notice of which nobody knows whether it was sent; `mode` says what happened."""

    def left(mode):
        carrier.faults.order(mode)
        notice = drop()
        delivery.deliver(notice.id)
        assert row(notice).state == "unknown"
        return row(notice)

    return left


@pytest.fixture
def until_last(asking, watch):
    """Ask at each time it is due, until no question is left."""

    def asked(notice):
        times = 0
        while row(notice).ask_at is not None and times < 10:
            watch.move(seconds=(row(notice).ask_at - watch()).total_seconds() + 0.001)
            times += asking.ask_due()
        return times

    return asked


def test_it_is_not_asked_before_thirty_seconds(lost, asking, carrier):
    notice = lost("hang_after_accept")
    assert asking.ask_due() == 0
    assert row(notice).state == "unknown"


def test_what_was_accepted_turns_out_sent(lost, asking, carrier, watch):
    notice = lost("hang_after_accept")
    watch.move(seconds=31)
    assert asking.ask_due() == 1
    assert row(notice).state == "sent" and row(notice).delivered_at
    assert len(carrier.messages()) == 1


def test_what_was_never_accepted_stays_unknown_after_three_questions(lost, until_last, asking):
    notice = lost("hang_before_accept")
    assert until_last(notice) == 3
    assert row(notice).state == "unknown"
    assert asking.ask_due() == 0
    assert [one.id for one in untold()] == [notice.id]


def test_what_a_5xx_refused_and_the_books_do_not_have_is_sent_then(lost, until_last, delivery, carrier):
    notice = lost("error")
    assert until_last(notice) == 3
    assert row(notice).state == "due"
    delivery.deliver(notice.id)
    assert row(notice).state == "sent"
    assert len(carrier.messages()) == 1


def test_a_question_without_an_answer_is_put_again_and_not_counted(lost, asking, carrier, watch):
    notice = lost("hang_after_accept")
    carrier.faults.order("html", call="QuerySendDetails")
    watch.move(seconds=31)
    assert asking.ask_due() == 0
    assert row(notice).asked == 0
    watch.move(seconds=61)
    assert asking.ask_due() == 1
    assert row(notice).state == "sent"


def test_what_a_dead_worker_left_is_unknown_after_a_minute(drop, asking, watch):
    notice = drop()
    assert claim(notice, watch())
    assert asking.find_stuck() == 0
    watch.move(seconds=61)
    assert asking.find_stuck() == 1
    assert row(notice).state == "unknown" and row(notice).ask_at <= watch()


def receipt(notice, biz_id="1^0", success=True, code="DELIVERED"):
    return {"phone_number": "13800138000", "success": success, "err_code": code, "err_msg": "", "biz_id": biz_id,
            "out_id": str(notice.id), "sms_size": "1"}  # fmt: skip


def test_a_receipt_settles_the_unknown(lost, watch):
    notice = lost("hang_after_accept")
    assert receipts.take([receipt(notice)], watch()) == (1, 0)
    assert (row(notice).state, row(notice).ask_at, row(notice).biz_id) == ("sent", None, "1^0")


def test_a_receipt_may_say_that_it_did_not_arrive(delivery, drop, watch):
    notice = drop()
    delivery.deliver(notice.id)
    bad = receipt(notice, row(notice).biz_id, success=False, code="MOBILE_NOT_ON_SERVICE")
    assert receipts.take([bad, bad], watch()) == (2, 0)
    assert (row(notice).state, row(notice).code) == ("failed", "MOBILE_NOT_ON_SERVICE")
    assert row(notice).problem == "号码停机或空号"
    assert [one.id for one in untold()] == [notice.id]


def test_repeated_and_out_of_order_receipts_change_nothing_more(delivery, drop, watch):
    notice = drop()
    delivery.deliver(notice.id)
    good = receipt(notice, row(notice).biz_id)
    receipts.take([good], watch())
    delivered_at = row(notice).delivered_at
    watch.move(minutes=5)
    receipts.take([good, good | {"success": False, "err_code": "SP_UNKNOWN_ERROR"}], watch())
    assert (row(notice).state, row(notice).delivered_at) == ("sent", delivered_at)


@pytest.mark.parametrize("change", [
    {"out_id": "999999"}, {"out_id": 1}, {"out_id": "1 OR 1=1"}, {"out_id": None}, {"out_id": "9" * 30},
    {"biz_id": "someone else's"}, {"biz_id": None}, {"success": "true"}, {"out_id": "１"},
])  # fmt: skip
def test_what_is_no_receipt_of_ours_is_counted_and_not_believed(delivery, drop, watch, change):
    notice = drop()
    delivery.deliver(notice.id)
    before = row(notice).__data__
    bad = receipt(notice, row(notice).biz_id, success=False) | change
    assert receipts.take([bad, "text", None, 7, []], watch()) == (0, 5)
    assert row(notice).__data__ == before


def test_a_notice_never_sent_takes_no_receipt(drop, watch):
    assert receipts.take([receipt(drop())], watch()) == (0, 1)


def test_an_officer_sends_a_failed_one_again(delivery, drop, asking, carrier, watch):
    notice = drop()
    Notice.update(state="failed", code="isv.MOBILE_NUMBER_ILLEGAL", attempts=1).execute()
    assert resend(Actor("officer-wang"), notice.id, asking) == "due"
    delivery.deliver(notice.id)
    assert (row(notice).state, row(notice).resent_by) == ("sent", "officer-wang")
    assert [(audit.who, audit.what) for audit in Audit.select()] == [("officer-wang", "notice.resend")]


def test_an_unknown_one_is_asked_about_before_it_is_sent_again(lost, asking, delivery, carrier):
    notice = lost("hang_after_accept")
    assert resend(Actor("officer-wang"), notice.id, asking) == "sent"
    delivery.deliver(notice.id)
    assert len(carrier.messages()) == 1
    assert Audit.select().count() == 0


def test_an_unknown_one_nobody_has_heard_of_is_sent_again(lost, asking, delivery, carrier):
    notice = lost("hang_before_accept")
    assert resend(Actor("officer-wang"), notice.id, asking) == "due"
    delivery.deliver(notice.id)
    assert len(carrier.messages()) == 1


def test_nothing_is_sent_again_while_aliyun_does_not_answer(lost, asking, carrier):
    notice = lost("hang_before_accept")
    carrier.faults.order("html", call="QuerySendDetails")
    assert resend(Actor("officer-wang"), notice.id, asking) == "unknown"
    assert row(notice).state == "unknown"


def test_what_was_told_is_not_sent_again(delivery, drop, asking, carrier):
    notice = drop()
    delivery.deliver(notice.id)
    assert resend(Actor("officer-wang"), notice.id, asking) == "sent"
    assert resend(Actor("officer-wang"), notice.id + 100, asking) == "missing"
    assert Audit.select().count() == 0


def test_an_earlier_sending_is_not_taken_for_the_later(delivery, drop, asking, carrier, watch):
    notice = drop()
    carrier.faults.order("not_delivered")
    delivery.deliver(notice.id)
    receipts.take([receipt(notice, row(notice).biz_id, success=False, code="MOBILE_NOT_ON_SERVICE")], watch())
    watch.move(minutes=2)
    assert resend(Actor("officer-wang"), notice.id, asking) == "due"
    carrier.faults.order("hang_before_accept")
    delivery.deliver(notice.id)
    watch.move(seconds=31)
    assert asking.ask_due() == 1
    assert row(notice).state == "unknown"


@pytest.mark.parametrize("success", [True, False])
def test_a_late_receipt_of_an_earlier_sending_is_not_taken_for_the_later(delivery, drop, watch, asking, success):
    notice = drop()
    delivery.deliver(notice.id)
    shown = f"{watch():%Y-%m-%d %H:%M:%S}"
    late = receipt(notice, row(notice).biz_id, success, "DELIVERED" if success else "MOBILE_NOT_ON_SERVICE")
    Notice.update(state="failed").execute()
    watch.move(minutes=2)
    assert resend(Actor("officer-wang"), notice.id, asking) == "due"
    assert claim(row(notice), watch())
    for when in (shown, "0001-01-01 00:00:00", "昨天", None):
        assert receipts.take([late | {"send_time": when}], watch()) == (0, 1)
    assert (row(notice).state, row(notice).biz_id) == ("sending", None)


def test_a_receipt_may_be_quicker_than_the_answer(drop, watch):
    notice = drop()
    assert claim(notice, watch())
    quick = receipt(notice) | {"send_time": f"{watch():%Y-%m-%d %H:%M:%S}"}
    assert receipts.take([quick], watch()) == (1, 0)
    assert (row(notice).state, row(notice).biz_id) == ("sent", "1^0")


def test_questions_stop_at_the_first_silence(lost, asking, carrier, drop, delivery, watch):
    lost("hang_after_accept")
    carrier.faults.order("hang_after_accept")
    delivery.deliver(drop(ref="OTHER234").id)
    watch.move(seconds=31)
    carrier.faults.order("html", call="QuerySendDetails", times="always")
    assert asking.ask_due() == 0
    assert sum(one.ask_at > watch() + timedelta(seconds=30) for one in untold()) == 1


def test_a_notice_that_can_not_be_read_keeps_no_other_from_its_answer(
    lost, asking, carrier, drop, delivery, watch, caplog
):
    bad = lost("hang_after_accept")
    carrier.faults.order("hang_after_accept")
    good = drop(ref="OTHER234")
    delivery.deliver(good.id)
    sealed_for_another = Notice.phone_sealed.seal("13800138000", id=0)
    Notice.update(phone_sealed=sealed_for_another).where(Notice.id == bad.id).execute()
    watch.move(seconds=31)
    asking.ask_due()
    assert (row(bad).state, row(good).state) == ("unknown", "sent")
    assert row(bad).ask_at > watch() + timedelta(seconds=30)
    assert f"notice {bad.id} " in caplog.text
