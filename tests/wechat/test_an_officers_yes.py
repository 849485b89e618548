"""What an officer's yes to a pending claim does, and what it does not. Rule 6."""

from dataclasses import replace

import pytest

from booking.lawyers import licences, own_row
from booking.record.actor import Actor
from models import Booking, Lawyer, RollEntry
from refusals import WrongState
from tests.wechat.conftest import LIN, SHEN, on_the_roll

CHEN = Actor("chen", "pudong")


def pending(phone_of, person, **typed):
    phone = phone_of(person)
    phone.sign_in()
    assert phone.bind(**typed).json["lawyer"]["state"] == "pending"
    return Lawyer.of_openid(person.openid)


@pytest.mark.parametrize(
    ("state", "word"), [("suspended", "停止执业"), ("revoked", "吊销"), ("closed", "注销"), ("active", "")]
)
def test_a_licence_the_roll_bars_is_verified_by_nobody(phone_of, desk, state, word):
    on_the_roll(SHEN, phone=False)
    came = pending(phone_of, SHEN)
    RollEntry.update(state=state).execute()
    if not word:  # the control
        assert licences.decide(CHEN, desk.now(), came.id, True, "已核对原件").state == "verified"
        return
    with pytest.raises(WrongState, match=f"“{word}”.*更正名册后再核验"):
        licences.decide(CHEN, desk.now(), came.id, True, "已核对原件")
    assert Lawyer.get().state == "pending" and Lawyer.get().licence_claim is None
    assert licences.decide(CHEN, desk.now(), came.id, False, "已停用").state == "refused"


@pytest.fixture
def left(lin, desk):
    """Lin's row, unbound: a booking hangs on it."""
    assert lin.book().status_code == 201
    return licences.unbind(CHEN, desk.now(), Lawyer.of_openid(LIN.openid).id, "换了微信")


@pytest.mark.parametrize("listed", [False, True])
def test_another_mans_id_number_hands_his_row_to_nobody(left, phone_of, desk, listed):
    """Shen types Lin's number; that his licence is on the roll, with his own, makes no difference."""
    if listed:
        on_the_roll(SHEN)
    came = pending(phone_of, SHEN, id_no=LIN.id_no)
    said = f"此身份证号另有{LIN.name}律师的记录（执业证号{LIN.licence_no}）"
    assert own_row.of_another(came) == said
    with pytest.raises(WrongState, match="请先核对姓名和身份证号"):
        licences.decide(CHEN, desk.now(), came.id, True, "已核对原件")
    assert (Lawyer.get_by_id(left.id).name, Booking.get().lawyer_id) == (LIN.name, left.id)
    assert Lawyer.get_by_id(came.id).state == "pending"
    assert own_row.return_to(came.id) == came.id  # nor without that question
    phone = phone_of(SHEN)
    phone.sign_in()
    assert LIN.name not in phone.get("/me").text and LIN.licence_no not in phone.get("/me").text


@pytest.mark.parametrize("new", [{}, {"name": f"{LIN.name}改"}])
def test_his_number_with_his_name_or_with_the_rolls_word_is_his(left, phone_of, new):
    """With a new licence; with a new name too, where the roll has that number with that licence."""
    moved = replace(LIN, licence_no="13201201810123456", openid="oLinNew", **new)
    on_the_roll(moved)
    phone = phone_of(moved)
    phone.sign_in()
    assert phone.bind().json["lawyer"]["state"] == "verified"
    assert Lawyer.of_openid("oLinNew").id == left.id and Booking.get().lawyer_id == left.id


def test_an_officer_passes_a_new_name_where_the_roll_has_the_number_with_the_licence(left, phone_of, desk):
    moved = replace(LIN, licence_no="13201201810123456", openid="oLinNew", name=f"{LIN.name}改")
    on_the_roll(moved, phone=False)
    came = pending(phone_of, moved)
    assert own_row.of_another(came) == ""
    assert licences.decide(CHEN, desk.now(), came.id, True, "已核对原件").id == left.id


def test_what_names_nobody_proven_hinders_no_yes(phone_of, desk):
    """Else anybody who types a number would keep its lawyer out."""
    pending(phone_of, LIN, id_no=SHEN.id_no)
    came = pending(phone_of, SHEN)
    assert licences.decide(CHEN, desk.now(), came.id, True, "已核对原件").state == "verified"
