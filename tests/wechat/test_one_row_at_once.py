"""The window, an officer's yes and his own binding at once are one row of one person. Rule 6."""

from threading import Thread

import pytest

from booking.lawyers import licences
from booking.record.actor import Actor
from booking.window import walk_ins
from booking.window.walk_ins import WalkIn
from models import Lawyer, database
from refusals import AlreadyBound
from tests.wechat.conftest import LIN, on_the_roll

pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)
CHEN, OTHER = Actor("chen", "pudong"), "13101201810999999"


def bind(desk):
    return licences.bind(LIN.openid, LIN.name, LIN.licence_no, LIN.firm, LIN.id_no, LIN.phone, desk.now())


def enter(desk):
    with database.atomic():
        return walk_ins.lawyer_of(WalkIn(LIN.licence_no), desk.now())


def at_once(first, second):
    """The second begins when the first has written and not committed; answers what it was told."""
    told = []

    def other():
        try:
            second()
            told.append("done")
        except AlreadyBound:
            told.append("already bound")
        finally:
            database.close()

    thread = Thread(target=other)
    with database.atomic():
        first()
        thread.start()
        thread.join(0.7)
    thread.join(10)
    return told


@pytest.mark.parametrize("window_first", [True, False])
def test_the_window_and_a_binding_make_one_row(desk, window_first):
    on_the_roll(LIN)
    ways = [lambda: enter(desk), lambda: bind(desk)]
    assert at_once(*(ways if window_first else ways[::-1])) == ["done"]
    assert [(one.openid, one.state) for one in Lawyer] == [(LIN.openid, "verified")]


@pytest.mark.parametrize("officer_first", [True, False])
def test_a_yes_for_another_licence_and_a_binding_verify_one(desk, officer_first):
    on_the_roll(LIN)
    came = licences.bind("oOther", LIN.name, OTHER, LIN.firm, LIN.id_no, "13700137000", desk.now())
    ways = [lambda: licences.decide(CHEN, desk.now(), came.id, True, "原件"), lambda: bind(desk)]
    assert at_once(*(ways if officer_first else ways[::-1])) == ["already bound"]
    assert [one.state for one in Lawyer.select().where(Lawyer.state == "verified")] == ["verified"]
