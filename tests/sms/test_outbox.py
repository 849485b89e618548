"""The letterbox: once per event, in order, taken by one relay."""

import threading
from datetime import timedelta

import pytest

import clock
from models import Consent, Lawyer, Notice, database
from sms import outbox
from tests.sms.conftest import WORDS

SOON = timedelta(seconds=20)


def taken(now, limit=100, queued=()):
    return [notice.event for notice in outbox.take(now, limit, SOON, queued)]


def test_the_same_event_is_told_once(drop):
    first = drop()
    again = drop()
    assert again.id == first.id
    assert Notice.select().count() == 1


def test_a_batch_is_one_statement(chen, watch):
    letters = [outbox.Letter("confirmed", f"REF{n}:confirmed", chen.id, f"REF{n}", WORDS) for n in range(64)]
    seen = []
    execute = database.obj.execute_sql
    database.obj.execute_sql = lambda *given, **more: seen.append(given[0]) or execute(*given, **more)
    try:
        outbox.post_all(letters, watch())
    finally:
        del database.obj.execute_sql
    assert len(seen) == 1
    assert Notice.select().count() == 64


def test_a_letter_goes_with_the_transaction_it_was_dropped_in(drop):
    with pytest.raises(KeyError), database.atomic():
        drop()
        raise KeyError
    assert Notice.select().count() == 0


def test_words_that_do_not_fit_the_kind_are_refused_before_anything_is_written(chen, watch):
    with pytest.raises(ValueError, match="reason"):
        outbox.post("rejected", "R:rejected", chen.id, "R", {"ref": "R", "centre": "浦东", "when": "明天"}, watch())
    with pytest.raises(ValueError, match="birthday"):
        outbox.post("birthday", "R:birthday", chen.id, "R", WORDS, watch())
    assert Notice.select().count() == 0


def test_an_earlier_notice_of_the_same_booking_goes_first(drop, watch):
    submitted, _ = drop("submitted"), drop("confirmed")
    drop("submitted", "OTHER234")
    assert taken(watch()) == ["7K3MPQ2X:submitted", "OTHER234:submitted"]
    assert taken(watch()) == []
    for state, then in [("sending", []), ("sent", ["7K3MPQ2X:confirmed"])]:
        Notice.update(state=state).where(Notice.id == submitted.id).execute()
        assert taken(watch()) == then


def test_nothing_goes_before_its_time(drop, watch):
    drop(due_at=watch() + timedelta(hours=1))
    assert taken(watch()) == []
    watch.move(hours=1)
    assert taken(watch()) == ["7K3MPQ2X:confirmed"]


def test_what_the_queue_lost_is_taken_again_and_what_still_lies_there_is_not(drop, watch):
    notice = drop()
    assert taken(watch())
    watch.move(seconds=21)
    assert taken(watch(), queued={notice.id}) == []
    assert taken(watch()) == ["7K3MPQ2X:confirmed"]


def test_what_was_taken_back_is_taken_at_once(drop, watch):
    drop()
    outbox.take_back(outbox.take(watch(), 10, SOON))
    assert taken(watch()) == ["7K3MPQ2X:confirmed"]


def test_two_relays_never_take_the_same_notice(drop, watch, monkeypatch):
    monkeypatch.setattr(outbox, "A_LAWYERS", 99)  # all are one lawyer's here
    for number in range(30):
        drop(ref=f"REF{number:05d}")
    together, found = threading.Barrier(4), []

    def relay():
        together.wait()
        for _ in range(10):
            found.extend(taken(watch(), limit=5))
        database.close()

    relays = [threading.Thread(target=relay) for _ in range(4)]
    for thread in relays:
        thread.start()
    for thread in relays:
        thread.join()
    assert len(found) == len(set(found)) == 30


def test_a_lawyer_who_allowed_it_gets_a_wechat_message_beside_the_sms(drop, watch):
    drop()
    Consent.create(openid="o-chen", template_id="T1", left=1)
    notices = outbox.take(watch(), 10, SOON)
    for _ in range(2):
        outbox.post_beside(notices, {"confirmed": "T1"}, watch())
    rows = Notice.select().where(Notice.channel == "wechat")
    assert [(row.event, row.state, row.words["ref"]) for row in rows] == [("7K3MPQ2X:confirmed", "due", "7K3MPQ2X")]


@pytest.mark.parametrize(("template_id", "left"), [("T1", 0), ("T2", 1)])
def test_no_wechat_message_where_none_is_allowed(drop, watch, template_id, left):
    drop()
    Consent.create(openid="o-chen", template_id=template_id, left=left)
    outbox.post_beside(outbox.take(watch(), 10, SOON), {"confirmed": "T1"}, watch())
    assert Notice.select().where(Notice.channel == "wechat").count() == 0


def test_the_readiness_question_knows_the_longest_waiting(drop, watch):
    assert outbox.oldest_due_age(watch()) == 0
    drop("submitted")
    watch.move(seconds=90)
    drop("confirmed")
    assert 90 <= outbox.oldest_due_age(watch()) < 100
    assert outbox.counts_by_state() == {"due": 2}
    Notice.update(state="sent").execute()
    assert outbox.oldest_due_age(watch()) == 0
    assert outbox.counts_by_state() == {"sent": 2}


def another(n: int) -> int:
    """A lawyer beside Chen."""
    now, number = clock.now(), f"1310120161{n:07d}"
    row = {"licence_no": number, "name": f"某律师{n}", "firm": "西方律师事务所", "openid": f"o-{n}"}
    return Lawyer.enter(f"id-{n}", "13800000000", **row, state="verified", created_at=now, updated_at=now).id


def test_one_lawyers_many_letters_stand_before_nobodys(chen, watch):
    many = [outbox.Letter("confirmed", f"{n}:confirmed", chen.id, None, WORDS) for n in range(360)]
    outbox.post_all(many, watch())
    outbox.post("confirmed", "other:confirmed", another(1), None, WORDS, watch())
    taken = outbox.take(watch(), 200, SOON)
    assert [n.lawyer_id for n in taken].count(chen.id) == outbox.A_LAWYERS
    assert taken[-1].event == "other:confirmed"
    assert outbox.take(watch(), 200, SOON) == []  # those on the way are counted
    Notice.update(state="sent").where(Notice.id.in_([n.id for n in taken])).execute()
    assert [n.event for n in outbox.take(watch(), 200, SOON)] == [f"{n}:confirmed" for n in range(5, 10)]


def test_what_has_gone_or_is_on_its_way_is_not_dropped(drop, watch):
    states = {"due": "dropped", "sending": "sending", "sent": "sent"}
    for state in states:
        Notice.update(state=state).where(Notice.id == drop(ref=f"{state:7}1"[-8:]).id).execute()
    outbox.drop([n.booking for n in Notice.select()], ["confirmed"])
    outbox.drop([n.booking for n in Notice.select()], ["reminder"])
    assert sorted(n.state for n in Notice.select()) == sorted(states.values())
