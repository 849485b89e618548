"""The WeChat message beside the SMS: one consent a message, and never a bother."""

from datetime import timedelta

import pytest

from booking.messages.untold import untold
from models import Consent, Notice
from sms import outbox
from sms.delivery import Delivery
from sms.subscription import Message, Subscription
from tests.sms.conftest import one_database

pytestmark = one_database

FIELDS = {"centre": "thing6", "when": "thing2", "ref": "character_string1", "note": "thing5"}
IDS, MESSAGES = {"confirmed": "T1"}, {"confirmed": Message("T1", FIELDS)}


class No(Exception):
    def __init__(self, errcode):
        super().__init__(errcode)
        self.errcode = errcode


class Sender:
    """Keeps what it was told; raises what it was given."""

    def __init__(self, *wrong):
        self.sent, self._wrong = [], list(wrong)

    def __call__(self, openid, template_id, data, page=""):
        if self._wrong:
            raise self._wrong.pop(0)
        self.sent.append((openid, template_id, data, page))


@pytest.fixture
def beside(drop, watch):
    """A confirmed notice's WeChat row, the lawyer having allowed two."""
    drop()
    Consent.create(openid="o-chen", template_id="T1", left=2)
    outbox.post_beside(outbox.take(watch(), 10, timedelta(seconds=20)), IDS, watch())
    return Notice.get(Notice.channel == "wechat")


def carried(notice, sender, watch, aliyun_client, times=1):
    delivery = Delivery(aliyun_client, Subscription(sender, MESSAGES), now=watch)
    for _ in range(times):
        delivery.deliver(notice.id)
        watch.move(seconds=61)
    return Notice.get_by_id(notice.id)


def left():
    return Consent.get().left


def test_it_is_sent_once_and_uses_one_consent(beside, watch, aliyun_client):
    sender = Sender()
    assert carried(beside, sender, watch, aliyun_client, times=2).state == "sent"
    [(openid, template_id, data, page)] = sender.sent
    assert (openid, template_id) == ("o-chen", "T1")
    assert data["character_string1"] == "7K3MPQ2X" and "7K3MPQ2X" in page
    assert left() == 1


def test_a_lawyer_who_refuses_is_not_asked_again(beside, watch, aliyun_client):
    assert carried(beside, Sender(No(43101)), watch, aliyun_client).state == "declined"
    assert left() == 0


def test_a_busy_wechat_is_tried_a_few_times_and_costs_one_consent(beside, watch, aliyun_client):
    sender = Sender(No(-1), No(45009))
    assert carried(beside, sender, watch, aliyun_client, times=3).state == "sent"
    assert left() == 1


def test_after_three_refusals_it_has_failed_and_nobody_is_bothered(beside, watch, aliyun_client):
    assert carried(beside, Sender(*[No(-1)] * 9), watch, aliyun_client, times=5).state == "failed"
    assert untold() == []
    assert left() == 2


def test_what_nobody_knows_of_is_not_sent_again(beside, watch, aliyun_client):
    sender = Sender(TimeoutError())
    assert carried(beside, sender, watch, aliyun_client, times=3).state == "failed"
    assert sender.sent == []


def test_the_last_consent_used_elsewhere_is_no_failure(beside, watch, aliyun_client):
    Consent.update(left=0).execute()
    sender = Sender()
    assert carried(beside, sender, watch, aliyun_client).state == "declined"
    assert sender.sent == []


def test_an_sms_that_waits_does_not_hold_the_wechat_message_back(beside, watch, aliyun_client):
    Notice.update(state="sending").where(Notice.channel == "sms").execute()
    assert carried(beside, Sender(), watch, aliyun_client).state == "sent"
