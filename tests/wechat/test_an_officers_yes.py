"""What an officer's yes to a pending claim does, and what it does not. Rule 6."""

import pytest

from booking.lawyers import licences
from booking.record.actor import Actor
from models import Lawyer, RollEntry
from refusals import WrongState
from tests.wechat.conftest import SHEN, on_the_roll

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
