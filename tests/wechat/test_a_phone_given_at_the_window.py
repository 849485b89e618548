"""An officer writes another phone for a lawyer: for three days nobody takes the licence to another WeChat with it."""

from dataclasses import replace

import pytest

from booking.lawyers import changes, licences
from booking.record.actor import Actor
from models import Audit, Lawyer, Notice
from tests.wechat.conftest import LIN

GATE, HELPERS, NEW = Actor("gate.li", "qingpu"), "13911112222", "oHelper00000000000000000001"


@pytest.fixture
def helper(phone_of):
    """Has the phone, knows the rest."""
    made = phone_of(replace(LIN, openid=NEW, phone=HELPERS))
    made.sign_in()
    return made


def give(clock, phone=HELPERS, firm=""):
    changes.at_the_window(GATE, clock(), Lawyer.of_openid(LIN.openid), firm, phone, "原件")


@pytest.mark.parametrize(("waits", "status"), [(changes.GIVEN_PHONE_WAITS, 409), (changes.GIVEN_PHONE_WAITS * 0, 201)])
def test_the_licence_stays_and_it_is_said_why_and_until_when(lin, helper, clock, monkeypatch, waits, status):
    """The second line is the control: without the wait the helper has it at once."""
    monkeypatch.setattr(changes, "GIVEN_PHONE_WAITS", waits)
    give(clock)
    answer = helper.bind()
    assert answer.status_code == status
    if status == 201:
        return
    assert (answer.json["code"], "11月27日" in answer.json["detail"]) == ("wrong_state", True), answer.json
    assert "会见窗口" in answer.json["detail"]
    assert lin.get("/me").json["lawyer"]["state"] == "verified" and Lawyer.of_openid(NEW) is None
    assert [Notice.phone_sealed.of(one) for one in Notice.select()] == [LIN.phone]  # he has been told, and can object


def test_after_three_days_it_proves_him(lin, helper, clock):
    give(clock)
    clock.move(days=3, seconds=-1)
    assert helper.bind().status_code == 409
    clock.move(seconds=1)
    assert helper.bind().json["lawyer"]["state"] == "verified"


def test_a_firm_written_since_makes_it_no_older(lin, helper, clock):
    give(clock)
    clock.move(hours=1)
    give(clock, phone="", firm="上海衡山律师事务所")
    assert helper.bind().status_code == 409


def test_a_phone_that_wechat_has_proven_since_is_his(lin, helper, clock, stand_in):
    give(clock, phone="13700001111")
    clock.move(hours=1)
    headers = {"Authorization": f"Bearer {lin.token}"}
    body = {"phone_code": stand_in.phone_code(HELPERS)}
    assert lin.client.patch("/api/v1/me/licence", json=body, headers=headers).status_code == 200
    assert helper.bind().json["lawyer"]["state"] == "verified"


@pytest.mark.parametrize("words", [{}, {"field": "phone", "why": "原件"}])
def test_a_line_that_cannot_be_read_or_says_an_officers_reason_is_an_officers(lin, helper, clock, words):
    """Whatever account he has."""
    give(clock)
    Audit.update(who="lawyer", words=words).where(Audit.what == "licence.changed").execute()
    assert helper.bind().status_code == 409


def test_who_does_not_know_the_rest_is_told_what_he_always_was(lin, helper, clock):
    give(clock)
    answer = helper.bind(id_no="440524188001010014")
    assert (answer.status_code, answer.json["code"]) == (409, "already_bound")


def test_at_the_window_he_is_freed_and_then_judged_by_a_second_officer(lin, helper, clock):
    give(clock)
    licences.unbind(GATE, clock(), Lawyer.of_openid(LIN.openid).id, "换了微信")
    assert helper.bind().json["lawyer"]["state"] == "pending"
