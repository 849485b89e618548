"""Who comes to the window: on the roll or not, bound later or no longer, written to or not."""

from datetime import time

import pytest

import refusals
from booking.desk import Desk
from booking.gate import reminders
from booking.lawyers import licences, proof
from booking.record.actor import Actor
from booking.roll import follows
from booking.timetable.closures import Closing, close, preview
from booking.window import walk_ins
from booking.window.entry import enter
from booking.window.findings import FindingsUnseen
from booking.window.walk_ins import WalkIn
from models import Booking, Lawyer, Notice, RollEntry
from sandbox.world.cast import invented_id_no
from tests.booking.conftest import FRIDAY, TODAY, Clock, add_slot
from tests.booking.window.conftest import Lawyers, entering, licence


def test_a_lawyer_of_the_roll_without_wechat_gets_one_row(desk: Desk) -> None:
    RollEntry.create(
        licence_no=licence(1), name="现场律师", firm="东方律师事务所", id_no_index="index", state="active",
        updated_at=desk.now(),
    )  # fmt: skip
    enter(Actor("gate-pudong"), desk.now(), entering(1))
    add_slot("pudong", FRIDAY, time(10))
    enter(Actor("gate-pudong"), desk.now(), entering(1, slot="pudong-20261127-1000"))
    lawyer = Lawyer.get()
    assert (lawyer.name, lawyer.firm, lawyer.openid) == ("现场律师", "东方律师事务所", None)
    assert (lawyer.licence_claim, lawyer.walk_in_claim) == (None, licence(1))
    assert (lawyer.phone, lawyer.id_no) == ("", "")
    assert Lawyer.select().count() == 1


def test_a_licence_nobody_knows_needs_name_and_firm_and_is_a_finding(desk: Desk) -> None:
    with pytest.raises(refusals.Invalid, match="姓名和律师事务所"):
        enter(Actor("gate-pudong"), desk.now(), entering(1))
    assert not Lawyer.select().exists()
    entry = entering(1, walk_in=WalkIn(licence(1), "外地律师", "北京演示律师事务所"))
    with pytest.raises(FindingsUnseen) as found:
        enter(Actor("gate-pudong"), desk.now(), entry)
    assert [finding["code"] for finding in found.value.findings] == ["licence_not_on_roll"]
    assert not Lawyer.select().exists()
    assert enter(Actor("gate-pudong"), desk.now(), entry, seen=found.value.seen).state == "confirmed"


def test_a_licence_under_another_name_is_refused(desk: Desk, lawyers: Lawyers) -> None:
    lawyers(1)
    with pytest.raises(refusals.Invalid, match="律师0"):
        enter(Actor("gate-pudong"), desk.now(), entering(walk_in=WalkIn(licence(0), "冒名者")))


def test_who_binds_later_takes_the_windows_row_over(desk: Desk) -> None:
    entry = entering(1, walk_in=WalkIn(licence(1), "外地律师", "北京演示律师事务所", "19900000001"))
    with pytest.raises(FindingsUnseen) as found:
        enter(Actor("gate-pudong"), desk.now(), entry)
    ref = enter(Actor("gate-pudong"), desk.now(), entry, seen=found.value.seen).ref
    came = licences.bind(
        "o-later", "外地律师", licence(1), "北京演示律师事务所", invented_id_no(9), "19900000002", desk.now()
    )
    bound = licences.decide(Actor("chief-pudong"), desk.now(), came.id, True, "已核对原件")
    assert Booking.get_by_id(ref).lawyer_id == bound.id
    assert (bound.openid, bound.walk_in_claim, bound.phone) == ("o-later", None, "19900000002")
    assert walk_ins.known(licence(1)).source == "bound"


def test_a_row_an_unbinding_left_is_used_again(desk: Desk, lawyers: Lawyers) -> None:
    (lawyer,) = lawyers(1)
    licences.unbind(Actor("chief-pudong"), desk.now(), lawyer, "换微信")
    assert enter(Actor("gate-pudong"), desk.now(), entering()).lawyer_id == lawyer
    assert Lawyer.select().count() == 1


def test_who_comes_in_today_gets_no_letter_and_who_comes_later_does(desk: Desk, lawyers: Lawyers, clock: Clock) -> None:
    lawyers(1)
    today = add_slot("pudong", TODAY, time(10))
    enter(Actor("gate-pudong"), desk.now(), entering(slot=today.id))
    assert not Notice.select().exists()
    ref = enter(Actor("gate-pudong"), desk.now(), entering()).ref
    assert [(n.kind, n.event) for n in Notice.select()] == [("confirmed", f"{ref}:confirmed")]
    clock.move(days=2, hours=2)
    assert reminders.post_due(clock()) == 1


def test_one_without_a_number_known_is_told_nothing_but_that_the_centre_takes_it_back(desk: Desk, clock: Clock) -> None:
    entry = entering(1, walk_in=WalkIn(licence(1), "外地律师", "北京演示律师事务所"))
    with pytest.raises(FindingsUnseen) as found:
        enter(Actor("gate-pudong"), desk.now(), entry)
    enter(Actor("gate-pudong"), desk.now(), entry, seen=found.value.seen)
    clock.move(days=2, hours=2)
    assert reminders.post_due(clock()) == 0
    assert not Notice.select().exists()
    closing = Closing("pudong", FRIDAY, FRIDAY, "设备检修")
    close(desk, Actor("chief-pudong"), closing, preview(desk, closing).fingerprint)
    assert [n.kind for n in Notice.select()] == ["withdrawn"]


def test_the_row_of_a_barred_lawyer_is_his_at_the_window_too_and_his_wechats_number_stays(
    desk: Desk, lawyers: Lawyers
) -> None:
    (lawyer,) = lawyers(1)
    RollEntry.update(state="suspended").execute()
    assert follows.refuse_barred(desk.now()) == 1
    entry = entering(walk_in=WalkIn(licence(0), phone="19900000001"))
    with pytest.raises(FindingsUnseen) as found:
        enter(Actor("gate-pudong"), desk.now(), entry)
    assert enter(Actor("gate-pudong"), desk.now(), entry, seen=found.value.seen).lawyer_id == lawyer
    assert (Lawyer.get().phone, Lawyer.get().walk_in_claim, Lawyer.get().openid) == ("13900000000", licence(0), "o-0")


@pytest.mark.parametrize("openid", [None, "o-renamed"])
def test_a_row_that_merely_says_the_licence_is_nobodys_at_the_window(
    desk: Desk, lawyers: Lawyers, openid: str | None
) -> None:
    """Another's, who typed this licence and name into it before rows with a history could no longer be renamed."""
    (another, _) = lawyers(2)
    typed = {"licence_no": licence(1), "name": "律师1", "openid": openid, "state": "refused"}
    Lawyer.delete().where(Lawyer.id != another).execute()
    Lawyer.update(**typed, licence_claim=None, phone_claim=None).where(Lawyer.id == another).execute()
    assert enter(Actor("gate-pudong"), desk.now(), entering(1)).lawyer_id != another


def test_an_unlisted_licence_seen_at_the_window_bears_its_mandate_though_its_wechat_is_unbound(
    desk: Desk, lawyers: Lawyers
) -> None:
    (lawyer,) = lawyers(1)
    RollEntry.delete().execute()
    licences.unbind(Actor("chief-pudong"), desk.now(), lawyer, "换微信")
    entry = entering(detainee={"name": "当事人", "id_no": invented_id_no(5)})
    with pytest.raises(FindingsUnseen) as found:
        enter(Actor("gate-pudong"), desk.now(), entry)
    ref = enter(Actor("gate-pudong"), desk.now(), entry, seen=found.value.seen).ref
    assert proof.standing_behind([Booking.get()]) == {ref}
    Lawyer.update(walk_in_claim=None).execute()
    assert proof.standing_behind([Booking.get()]) == set()
