"""A worker's round: many notices, several calls at a time; each is sent once, and none holds up the others."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

import sms.delivery
from models import Consent, Notice, database
from sms import outbox, rounds
from sms.delivery import Delivery
from sms.outcomes import Accepted, SmsFailed, SmsUnknown
from sms.rounds import Pace, Round
from sms.subscription import Message, Subscription
from tests.jobs.conftest import soon
from tests.sms.conftest import calling, one_database

QUICK = Pace(rest=0.01, linger=0.0, scout=0.05)


class Phone:
    """Instead of Aliyun: notes who was called, waits where it is told to, and raises what it was given for a notice."""

    def __init__(self, **raises):
        self.called, self.raises, self.unwritable, self.connections = [], raises, [], []
        self.held, self.go_on, self._lock = set(), threading.Event(), threading.Lock()

    def send(self, notice, phone):
        with self._lock:
            self.called.append(notice.id)
            self.connections.append(not database.is_closed())
        if notice.id in self.held:
            assert self.go_on.wait(20)
        if no := self.raises.get(notice.booking):
            raise no
        return Accepted("\ud800" if notice.booking in self.unwritable else f"biz-{notice.id}")


@pytest.fixture
def phone():
    phone = Phone()
    yield phone
    phone.go_on.set()


@pytest.fixture
def walk(phone, watch):
    def walked(notices, pace=QUICK, more=tuple, **delivery):
        ids = [notice.id for notice in notices]
        Round(Delivery(phone, now=watch, **delivery), more, pace).walk(ids)

    return walked


@pytest.fixture
def walking(walk):
    """The same in a thread of its own, which closes its connection."""

    def walked(*given, **more):
        walk(*given, **more)
        database.close()

    with ThreadPoolExecutor(4) as pool:
        yield lambda *given, **more: pool.submit(walked, *given, **more)


def many(drop, number):
    return [drop(ref=f"REF{n:05d}") for n in range(number)]


def states():
    return outbox.counts_by_state()


def test_each_of_many_goes_out_once(carrier, drop, watch):
    notices = many(drop, 40)
    Round(Delivery(calling(carrier.url, read_seconds=20), now=watch), pace=QUICK).walk(
        [notice.id for notice in notices]
    )
    assert sorted(message["out_id"] for message in carrier.messages()) == sorted(str(one.id) for one in notices)
    assert states() == {"sent": 40}
    assert len({one.biz_id for one in Notice.select()}) == 40


def test_what_comes_meanwhile_is_carried_in_the_same_round(walk, phone, drop):
    notices = many(drop, 12)
    ids = [notice.id for notice in notices]
    jobs = [ids[5:7], ids[7:8], [], ids[8:]]
    walk(notices[:5], pace=replace(QUICK, linger=1), more=lambda: jobs.pop(0) if jobs else [])
    assert states() == {"sent": 12}
    assert sorted(phone.called) == ids


def test_of_many_each_ends_as_it_would_alone(walk, phone, drop):
    phone.raises = {
        "REF00003": SmsFailed("isv.MOBILE_NUMBER_ILLEGAL"), "REF00004": SmsUnknown("SDK.HttpError"),
        "REF00005": SmsFailed("Throttling.User"), "REF00006": KeyError("ours"),
    }  # fmt: skip
    notices = many(drop, 10)
    Notice.update(words={}).where(Notice.id == notices[7].id).execute()
    walk(notices)
    found = {n.booking: (n.state, n.code) for n in Notice.select().where(Notice.state != "sent")}
    assert found == {
        "REF00003": ("failed", "isv.MOBILE_NUMBER_ILLEGAL"),
        "REF00004": ("unknown", "SDK.HttpError"),
        "REF00005": ("due", "Throttling.User"),
        "REF00006": ("unknown", "KeyError"),
        "REF00007": ("failed", "no_words"),
    }
    assert states()["sent"] == 5


def test_an_outcome_that_cannot_be_written_keeps_no_other_from_it(walk, phone, drop, caplog):
    """It is found in `sending` a minute later, and asked about."""
    notices = many(drop, 12)
    phone.unwritable = [notice.booking for notice in notices[3:5]]
    walk(notices)
    assert states() == {"sent": 10, "sending": 2}
    assert sum("could not be written down" in record.message for record in caplog.records) == 2


@pytest.mark.parametrize("hung", [0, 7])
def test_a_call_that_hangs_holds_up_no_other(walking, phone, drop, hung):
    """The first, too: a while after it another goes ahead."""
    notices = many(drop, 30)
    phone.held = {notices[hung].id}
    walked = walking(notices)
    soon(lambda: states().get("sent") == 29)
    assert states() == {"sent": 29, "sending": 1}
    phone.go_on.set()
    walked.result()
    assert states() == {"sent": 30}


def test_only_what_is_in_a_hand_is_claimed(walking, phone, drop):
    """So a worker that is killed leaves in the dark what it was calling about, and nothing else."""
    notices = many(drop, 30)
    phone.held = {notice.id for notice in notices[1:]}
    walked = walking(notices, pace=replace(QUICK, hands={"sms": 6, "wechat": 1}))
    soon(lambda: len(phone.called) == 7)
    assert states() == {"sent": 1, "sending": 6, "due": 23}
    assert sorted(n.id for n in Notice.select().where(Notice.state == "sending")) == sorted(phone.called)[1:]
    phone.go_on.set()
    walked.result()
    assert states() == {"sent": 30}


def test_two_rounds_at_once_send_each_once(walking, phone, drop):
    notices = many(drop, 40)
    for walked in [walking(notices, more=tuple) for _ in range(3)]:
        walked.result()
    Round(Delivery(phone)).walk([notice.id for notice in notices])  # what one gave back for another's sake
    assert states() == {"sent": 40}
    assert sorted(phone.called) == [notice.id for notice in notices]


def test_without_the_claim_two_rounds_send_twice(walking, phone, drop, monkeypatch):
    """The negative control: the claim looks, and only then writes."""
    looked = threading.Barrier(2)

    def look_then_write(notice_ids, now):
        found = [one for one in Notice.select().where(Notice.id.in_(list(notice_ids))) if one.state == "due"]
        looked.wait(20)
        for one in found:
            one.attempted_at, one.phone_sealed = now, sms.delivery._number(one)
        return found

    monkeypatch.setattr(sms.delivery, "claim_all", look_then_write)
    notices = [drop()]
    for walked in [walking(notices), walking(notices)]:
        walked.result()
    assert phone.called == [notices[0].id] * 2


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_what_somebody_else_is_at_is_left_to_him_and_not_waited_for(database, drop, watch):
    """An officer's long transaction locks notices in its own order: who waited for them could be in its deadlock."""
    notices = many(drop, 3)
    ids = [notice.id for notice in notices]
    with psycopg.connect(database) as other:
        other.execute("UPDATE notice SET state = 'dropped' WHERE id = %s", [ids[1]])
        assert [one.id for one in sms.delivery.claim_all(ids, watch())] == [ids[0], ids[2]]
        outbox.give_back(ids)
        other.rollback()
    assert [one.id for one in sms.delivery.claim_all(ids, watch())] == [ids[1]]


def test_of_a_machine_that_hangs_one_in_a_while_is_lost(walk, phone, drop):
    phone.raises = {f"REF{n:05d}": SmsUnknown("SDK.HttpError") for n in range(30)}
    notices = many(drop, 30)
    Notice.update(queued_at=Notice.created_at).execute()
    walk(notices, pace=replace(QUICK, scout=60, last_call=2))
    assert states() == {"unknown": 1, "due": 29}
    assert Notice.select().where(Notice.state == "due", Notice.queued_at.is_null(False)).count() == 0


def test_without_the_scout_it_takes_a_handful_with_it(walk, phone, drop, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(rounds._Channel, "free", lambda channel: channel.hands - channel.out)
    phone.raises = {f"REF{n:05d}": SmsUnknown("SDK.HttpError") for n in range(30)}
    walk(many(drop, 30), pace=replace(QUICK, scout=60, last_call=2))
    assert states()["unknown"] >= rounds.DEFAULT.hands["sms"]


def test_an_empty_account_stops_the_round_after_one_attempt(walk, phone, drop):
    phone.raises = {f"REF{n:05d}": SmsFailed("isv.AMOUNT_NOT_ENOUGH") for n in range(30)}
    walk(many(drop, 30), pace=replace(QUICK, scout=60))
    assert states() == {"due": 30}
    assert len(phone.called) == 1


def test_an_answer_that_never_comes_is_unknown_in_the_end(walk, phone, drop):
    [notice] = many(drop, 1)
    phone.held = {notice.id}
    walk([notice], pace=replace(QUICK, last_call=1, patience=2))
    row = Notice.get_by_id(notice.id)
    assert (row.state, row.code) == ("unknown", "TimeoutError")


def test_what_goes_wrong_in_the_round_keeps_no_answer_from_being_written(walk, phone, drop):
    notices = many(drop, 5)

    def broken():
        raise KeyError("ours")

    with pytest.raises(KeyError):
        walk(notices[:1], pace=replace(QUICK, linger=5), more=lambda: broken() if phone.called else [])
    assert states() == {"sent": 1, "due": 4}


@one_database
def test_the_hands_ask_nothing_of_sql_and_few_wait_for_wechat(walk, phone, drop, watch):
    """PostgreSQL's connections are counted, and WeChat tells who comes fifth that it is busy."""
    most, busy, lock = [], [], threading.Lock()

    def sender(openid, template_id, data, page=""):
        with lock:
            busy.append(data)
            most.append((len(busy), database.is_closed()))
        threading.Event().wait(0.02)
        with lock:
            busy.pop()

    Consent.create(openid="o-chen", template_id="T1", left=9)
    outbox.post_beside(many(drop, 12), {"confirmed": "T1"}, watch())
    messages = Subscription(sender, {"confirmed": Message("T1", {"ref": "character_string1"})})
    walk(list(Notice.select()), subscription=messages)
    found = list(Notice.select(Notice.channel, Notice.state).tuples())
    assert [found.count(one) for one in (("sms", "sent"), ("wechat", "sent"), ("wechat", "declined"))] == [12, 9, 3]
    assert max(most)[0] <= 4 and all(closed for _, closed in most)
    assert not any(phone.connections)
