"""Unbound, a lawyer comes back to his own: bookings, strikes and a suspension wait for him."""

from dataclasses import replace
from datetime import datetime

import pytest

from booking.lawyers import licences
from booking.record.actor import Actor
from booking.roll import follows
from booking.window import walk_ins
from booking.window.walk_ins import WalkIn
from models import Booking, Lawyer, RollEntry, database
from tests.wechat.conftest import LIN, SHEN, on_the_roll


def test_after_unbinding_the_lawyer_binds_a_new_phone_and_keeps_his_history(lin, desk, phone_of):
    before = Lawyer.of_openid(LIN.openid)
    lifted = datetime.fromisoformat("2026-11-20T00:00:00+08:00")
    until = datetime.fromisoformat("2027-01-01T00:00:00+08:00")
    Lawyer.update(suspended_until=until, budget_lifted_at=lifted).execute()
    licences.unbind(Actor("chief.wang"), desk.now(), before.id, "换了微信")
    assert lin.get("/me").json["lawyer"] is None
    new = phone_of(replace(LIN, openid="oLinZhiyuanNewPhone0000002"))
    new.sign_in()
    assert new.bind().json["lawyer"]["state"] == "verified"
    after = Lawyer.of_openid(new.person.openid)
    assert after.id == before.id
    assert (after.suspended_until, after.budget_lifted_at) == (until, lifted)


@pytest.fixture
def unbound(lin, desk):
    """Lin's row after an unbinding: a booking of his hangs on it, and a suspension runs."""
    assert lin.book().status_code == 201
    his = Lawyer.of_openid(LIN.openid)
    Lawyer.update(suspended_until=datetime.fromisoformat("2027-01-01T00:00:00+08:00")).execute()
    return licences.unbind(Actor("chief.wang"), desk.now(), his.id, "换了微信")


@pytest.mark.parametrize(
    "changed", [{"firm": "上海衡山律师事务所"}, {"id_no": SHEN.id_no}, {"licence_no": SHEN.licence_no}]
)
def test_who_binds_again_with_something_changed_gets_his_history_with_the_officers_yes(
    unbound, desk, phone_of, changed
):
    new = phone_of(replace(LIN, openid="oLinZhiyuanNewPhone0000002", **changed))
    new.sign_in()
    assert new.bind().json["lawyer"]["state"] == "pending"
    came = Lawyer.of_openid(new.person.openid)
    assert licences.decide(Actor("chief.wang"), desk.now(), came.id, True, "已核对原件").id == unbound.id
    his = Lawyer.of_openid(new.person.openid)
    assert (his.id, his.state, his.suspended_until) == (unbound.id, "verified", unbound.suspended_until)
    assert (his.firm, his.licence_no, his.id_no, his.phone) == (
        new.person.firm, new.person.licence_no, new.person.id_no, LIN.phone,
    )  # fmt: skip
    assert Lawyer.select().count() == 1
    assert [his.id] == [booking.lawyer_id for booking in Booking.select()]


def test_who_mistypes_first_and_binds_rightly_then_gets_his_history_too(unbound, phone_of):
    new = phone_of(replace(LIN, openid="oLinZhiyuanNewPhone0000002"))
    new.sign_in()
    assert new.bind(firm="上海衡山律师事务所").json["lawyer"]["state"] == "pending"
    assert new.bind().json["lawyer"]["state"] == "verified"
    assert Lawyer.of_openid(new.person.openid).id == unbound.id


def test_an_empty_row_unbound_in_between_does_not_hide_the_history(unbound, desk, phone_of):
    for openid in ("oLinZhiyuanNewPhone0000002", "oLinZhiyuanNewPhone0000003"):
        new = phone_of(replace(LIN, openid=openid, firm="上海衡山律师事务所"))
        new.sign_in()
        new.bind()
        if openid.endswith("2"):
            licences.unbind(Actor("chief.wang"), desk.now(), Lawyer.of_openid(openid).id, "填错")
    licences.decide(Actor("chief.wang"), desk.now(), Lawyer.of_openid(openid).id, True, "")
    assert Lawyer.of_openid(openid).id == unbound.id


def test_another_who_was_verified_with_the_licence_by_mistake_leaves_nothing_to_its_owner(unbound, desk, phone_of):
    on_the_roll(SHEN)
    Lawyer.update(licence_no=SHEN.licence_no).where(Lawyer.id == unbound.id).execute()
    shen = phone_of(SHEN)
    shen.sign_in()
    assert shen.bind().json["lawyer"]["state"] == "verified"
    assert Lawyer.of_openid(SHEN.openid).id != unbound.id


@pytest.mark.parametrize("unbound_first", [True, False])
def test_with_a_new_number_he_is_himself_at_the_window_before_he_binds_it(lin, desk, phone_of, unbound_first):
    assert lin.book().status_code == 201
    his = Lawyer.of_openid(LIN.openid)
    RollEntry.update(state="closed").execute()
    follows.refuse_barred(desk.now())
    if unbound_first:
        licences.unbind(Actor("chief.wang"), desk.now(), his.id, "换证")
    moved = replace(LIN, licence_no="13201201810123456", openid="oLinNew")
    on_the_roll(moved)
    with database.atomic():
        assert walk_ins.lawyer_of(WalkIn(moved.licence_no), desk.now()).id == his.id
    row = Lawyer.get()
    assert (row.licence_no, row.walk_in_claim, row.verified_as) == (moved.licence_no, moved.licence_no, LIN.licence_no)
    phone = phone_of(moved)
    phone.sign_in()
    assert phone.bind().json["lawyer"]["state"] == "verified"
    assert Lawyer.get().id == his.id and Lawyer.select().count() == 1
