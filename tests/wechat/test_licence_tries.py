"""Tries at a licence are counted on the licence: identities and phones an attacker can have many of."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

import clock
from booking.lawyers import licences, tries
from models import Audit, Lawyer
from tests.wechat.conftest import LIN, SHEN, on_the_roll


def strangers(phone_of, many):
    """So many identities, each with its own phone, who know everything of Lin but his ID number."""
    for number in range(many):
        thief = phone_of(replace(LIN, openid=f"oThief{number:04d}", phone=f"139001370{number:02d}", id_no=SHEN.id_no))
        thief.sign_in()
        yield thief.bind()


def test_a_licence_can_not_be_tried_through_by_ever_new_identities(phone_of):
    on_the_roll(LIN)
    *first, sixth, seventh = strangers(phone_of, 7)
    assert {(answer.status_code, answer.json["lawyer"]["reason"]) for answer in first} == {(201, licences.WAITS)}
    assert (sixth.status_code, sixth.json["code"], sixth.json["limit"]) == (
        429,
        "limit_reached",
        "tries",
    )
    assert "会见窗口" in sixth.json["detail"]
    wait = datetime.fromisoformat(sixth.json["again_at"]) - clock.now()
    assert 0 < wait.total_seconds() <= 24 * 3600 + 1
    assert 0 < int(sixth.headers["Retry-After"]) <= 24 * 3600
    assert seventh.status_code == 429
    assert Lawyer.select().count() == 5


def test_tries_are_on_record_and_before_the_officers(phone_of, desk):
    on_the_roll(LIN)
    assert [answer.status_code for answer in strangers(phone_of, 3)] == [201] * 3
    true = phone_of(LIN)
    true.sign_in()
    true.bind()
    now = desk.now()
    assert tries.at(LIN.licence_no, now) == 3 and tries.at(SHEN.licence_no, now) == 0  # his own is none
    (one,) = tries.often(now, 9)
    assert (one.licence_no, one.times) == (LIN.licence_no, 3) and one.last <= now
    assert tries.often(now + timedelta(days=8), 9) == []
    assert all(entry.who == "lawyer" and "oThief" not in str(entry.words) for entry in Audit.select())
    thief = phone_of(replace(LIN, openid="oAnother", phone="13700137000"))
    thief.sign_in()
    assert thief.bind().status_code == 409 and tries.at(LIN.licence_no, now) == 4  # bound by now: tried all the same


def with_his_phone(phone_of, many, first=0):
    """So many identities that have Lin's phone, and all else but his ID number."""
    for number in range(first, first + many):
        thief = phone_of(replace(LIN, openid=f"oHasHisPhone{number:04d}", id_no=SHEN.id_no))
        thief.sign_in()
        yield thief.bind()


@pytest.mark.parametrize(("bound", "answers"), [(False, 201), (True, 409)])
def test_nor_by_who_has_the_lawyers_phone(phone_of, desk, bound, answers):
    on_the_roll(LIN)
    true = phone_of(LIN)
    true.sign_in()
    if bound:
        assert true.bind().json["lawyer"]["state"] == "verified"
    assert [answer.status_code for answer in with_his_phone(phone_of, 10)] == [answers] * 10
    (eleventh,) = with_his_phone(phone_of, 1, first=10)
    right = phone_of(replace(LIN, openid="oGuessedRight"))
    right.sign_in()
    for answer in (eleventh, right.bind()):
        assert (answer.status_code, answer.json["code"], answer.json["limit"]) == (429, "limit_reached", "tries")
        wait = datetime.fromisoformat(answer.json["again_at"]) - clock.now()
        assert 0 < wait.total_seconds() <= 24 * 3600 + 1
        assert 0 < int(answer.headers["Retry-After"]) <= 24 * 3600
    assert Lawyer.of_openid("oGuessedRight") is None
    assert tries.at(LIN.licence_no, desk.now()) == 10  # each is before the officers


def test_his_own_slips_are_no_tries_once_he_is_right(phone_of):
    on_the_roll(LIN)
    assert [answer.status_code for answer in strangers(phone_of, 6)] == [201] * 5 + [429]  # a count of their own
    assert {answer.status_code for answer in with_his_phone(phone_of, 9)} == {201}
    true = phone_of(LIN)
    true.sign_in()
    assert true.bind().json["lawyer"]["state"] == "verified"
    assert {answer.status_code for answer in with_his_phone(phone_of, 10, first=9)} == {409}
    assert [answer.status_code for answer in with_his_phone(phone_of, 1, first=19)] == [429]


def test_tries_of_others_do_not_keep_the_true_lawyer_out(phone_of):
    on_the_roll(LIN)
    assert [answer.status_code for answer in strangers(phone_of, 6)] == [201] * 5 + [429]
    true = phone_of(LIN)
    true.sign_in()
    assert true.bind().json["lawyer"]["state"] == "verified"
