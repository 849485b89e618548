"""Rule 6: a WeChat that says to be somebody else gets a row of its own; what hangs on the old one is not renamed by it,
nor handed to whoever it named."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from booking.desk import findings_now
from booking.gate import checks
from booking.lawyers import licences, mandates, own_row, proof
from booking.record.actor import Actor
from booking.review import decisions
from booking.roll import follows
from clock import at
from models import Audit, Booking, Change, Lawyer, RollEntry, keyring
from refusals import AlreadyBound, WrongState
from sandbox.world.cast import invented_id_no
from tests.booking.conftest import FRIDAY
from tests.wechat.conftest import LIN, SHEN, on_the_roll

CHEN = Actor("chen", "pudong")
INVENTED, UNTIL = "13101201810999999", datetime.fromisoformat("2027-01-01T00:00:00+08:00")
VICTIM = {"name": SHEN.name, "licence_no": SHEN.licence_no, "firm": SHEN.firm}
RENAMED = [{"licence_no": INVENTED}, VICTIM, {"id_no": invented_id_no(7)}, {"name": "林致远"}]
KONG = replace(LIN, name="孔明", licence_no="13101201810000007", id_no=invented_id_no(8), phone="13700137008",
               openid="oKong00000000000000000008")  # fmt: skip


@pytest.fixture
def barred(lin, desk):
    """Lin's row after the roll has revoked his licence: a confirmed booking, a proven mandate and a suspension."""
    ref = lin.book(detainee={"name": "周某", "id_no": "11010519491231002X"}).json["ref"]
    decisions.approve(CHEN, desk.now(), ref)
    mandates.prove_by(CHEN, desk.now(), Booking.get_by_id(ref), ("授权委托书",))
    Lawyer.update(suspended_until=UNTIL).execute()
    RollEntry.update(state="revoked").execute()
    assert follows.refuse_barred(desk.now()) == 1
    return Lawyer.get()


def as_he_was(barred):
    row = Lawyer.get_by_id(barred.id)
    kept = [(one.name, one.licence_no, one.firm, one.id_no, one.phone, one.suspended_until) for one in (row, barred)]
    assert kept[0] == kept[1] and [booking.lawyer_id for booking in Booking] == [barred.id]
    return row


def hangs_on(openid):
    row = Lawyer.of_openid(openid)
    return row.bookings.count() + row.mandates.count() + (row.suspended_until is not None)


def bound(phone_of, person, roll=True):
    if roll:
        on_the_roll(person)
    phone = phone_of(person)
    phone.sign_in()
    assert phone.bind().json["lawyer"]["state"] == "verified"
    return phone


@pytest.mark.parametrize("other", RENAMED)
def test_who_is_barred_renames_nothing_that_hangs_on_his_row(barred, lin, phone_of, desk, other):
    on_the_roll(SHEN)
    assert lin.bind(**other).json["lawyer"]["state"] == "pending"
    row, new, booking = as_he_was(barred), Lawyer.of_openid(LIN.openid), Booking.in_full().get()
    assert (row.openid, row.state, row.licence_claim, row.phone_claim) == (None, "refused", None, None)
    assert new.id != row.id and hangs_on(LIN.openid) == 0
    assert lin.get("/bookings").json["bookings"] == [] and lin.book("key-2").status_code == 403
    lines = [one.subject for one in Audit.select().where(Audit.what == "licence.unbound", Audit.who == "lawyer")]
    assert lines == [f"lawyer-{row.id}"]
    assert checks.sign(booking, at(FRIDAY, time(8, 20))).kind == "barred"
    assert [mandates.state_words(one) for one in mandates.listed("pudong")] == [mandates.NOT_BORNE]
    Booking.update(state="submitted").execute()
    with pytest.raises(WrongState, match="吊销"):
        decisions.approve(CHEN, desk.now(), booking.ref)


def test_who_renames_himself_twice_leaves_one_row_more(barred, lin):
    on_the_roll(SHEN)
    for other in RENAMED:
        lin.bind(**other)
    as_he_was(barred)
    assert Lawyer.select().count() == 2


@pytest.mark.parametrize("other", [VICTIM, VICTIM | {"id_no": SHEN.id_no}])
def test_whom_he_named_gets_nothing_of_his(barred, lin, phone_of, stand_in, other):
    """Not even after his WeChat went to a third lawyer, so that the row he named is nobody's."""
    bound(phone_of, KONG)
    on_the_roll(SHEN)
    lin.bind(**other)
    taken = lin.post("/me/licence", KONG.as_form(stand_in.phone_code(KONG.phone)))
    assert taken.json["lawyer"]["name"] == KONG.name
    shen = bound(phone_of, SHEN, roll=False)
    as_he_was(barred)
    assert hangs_on(SHEN.openid) == hangs_on(LIN.openid) == 0
    assert shen.get("/bookings").json["bookings"] == []
    assert shen.get("/me").json["standing"]["suspended_until"] is None and shen.book().status_code == 201


def test_a_wechat_that_takes_another_licence_over_lets_go_of_its_own(barred, lin, phone_of, stand_in):
    bound(phone_of, KONG)
    lin.post("/me/licence", KONG.as_form(stand_in.phone_code(KONG.phone)))
    row = as_he_was(barred)
    assert (row.openid, row.state, row.verified_as) == (None, "refused", LIN.licence_no)
    assert Audit.select().where(Audit.what == "licence.unbound", Audit.subject == f"lawyer-{row.id}").exists()


def test_a_barred_mandate_proves_nothing_at_the_deadline(barred, lin, desk, clock):
    """As of a row that was renamed before this was mended, with a number the roll does not have."""
    lin.bind(licence_no=INVENTED)
    Booking.update(state="submitted").execute()
    Lawyer.update(licence_no=INVENTED, state="pending").where(Lawyer.id == barred.id).execute()
    booking = Booking.in_full().get()
    codes = [one["code"] for one in findings_now.of([booking], desk.now())[booking.ref]]
    assert codes == ["identity_not_verified", "licence_not_on_roll"]
    assert not proof.standing_behind([booking]) and proof.shown(booking).endswith(mandates.NOT_BORNE)
    clock.moment = at(FRIDAY, time(7))
    decisions.decide_due(desk)
    assert Booking.get().state == "rejected"


@pytest.mark.parametrize(("row", "defends"), [
    ({"state": "pending"}, False),
    ({"state": "verified"}, True),
    ({"state": "refused", "walk_in_claim": INVENTED}, True),
])  # fmt: skip
def test_nor_does_it_stand_in_anothers_way(barred, lin, phone_of, desk, row, defends):
    """Of a licence the roll does not have, the word of an officer for its lawyer, or who saw the original, decides."""
    shen = bound(phone_of, SHEN)
    ref = shen.book(detainee={"name": "周某", "id_no": "11010519491231002X"}).json["ref"]
    Lawyer.update(licence_no=INVENTED, **row).where(Lawyer.id == barred.id).execute()
    (booking,) = Booking.in_full().where(Booking.ref == ref)
    codes = [one["code"] for one in findings_now.of([booking], desk.now())[ref]]
    assert ("others_mandate_proven" in codes) == defends


def test_an_unlisted_licence_that_an_officer_verified_bears_its_mandate(lin, desk):
    """The control of the last."""
    ref = lin.book(detainee={"name": "周某", "id_no": "11010519491231002X"}).json["ref"]
    mandates.prove_by(CHEN, desk.now(), Booking.get_by_id(ref), ("授权委托书",))
    RollEntry.delete().execute()
    assert proof.standing_behind([Booking.get()]) == {ref}
    assert [mandates.state_words(one) for one in mandates.listed("pudong")] == ["有效"]


def test_a_suspension_follows_his_id_number_with_an_officers_yes(barred, lin, desk):
    assert lin.bind(licence_no=INVENTED).json["lawyer"]["state"] == "pending"
    came = Lawyer.of_openid(LIN.openid)
    assert "名册中此身份证号" in came.findings[0]["message"]
    assert licences.decide(CHEN, desk.now(), came.id, True, "原件").id == barred.id
    assert lin.get("/me").json["standing"]["suspended_until"] == UNTIL.isoformat()


@pytest.mark.parametrize("openid", [LIN.openid, "oLinZhiyuanNewPhone0000002"])
def test_a_new_number_for_the_same_person_takes_his_history_along(barred, lin, phone_of, openid):
    """Given up 注销 and issued anew: from the same WeChat, or from another while the old one is still at the row."""
    RollEntry.update(state="closed").execute()
    moved = replace(LIN, licence_no="13201201810123456", firm="江苏某律师事务所", openid=openid)
    bound(phone_of, moved)
    row = Lawyer.of_openid(openid)
    assert (row.id, row.licence_no, row.suspended_until) == (barred.id, moved.licence_no, UNTIL)
    assert Booking.get().lawyer_id == row.id and Lawyer.select().count() == 1


def test_one_person_is_verified_once(lin, phone_of):
    """With two licences he would have two histories, and a suspension on one of them."""
    second = replace(LIN, licence_no="13201201810123456", openid="oLinSecond", phone="13700137000")
    on_the_roll(second)
    phone = phone_of(second)
    phone.sign_in()
    answer = phone.bind()
    assert (answer.status_code, answer.json["code"]) == (409, "already_bound") and "会见窗口" in answer.json["detail"]
    assert Lawyer.of_openid("oLinSecond") is None


def test_nor_by_an_officer(lin, phone_of, desk):
    phone = phone_of(replace(LIN, licence_no=INVENTED, openid="oLinSecond", phone="13700137000"))
    phone.sign_in()
    assert phone.bind().json["lawyer"]["state"] == "pending"
    with pytest.raises(AlreadyBound, match="另一执业证"):
        licences.decide(CHEN, desk.now(), Lawyer.of_openid("oLinSecond").id, True, "")


def test_a_slip_of_the_finger_is_mended_on_the_row(phone_of):
    on_the_roll(LIN)
    phone = phone_of(LIN)
    phone.sign_in()
    for other in RENAMED:
        assert phone.bind(**other).json["lawyer"]["state"] == "pending"
    assert phone.bind().json["lawyer"]["state"] == "verified"
    assert Lawyer.select().count() == 1 and not Audit.select().where(Audit.what == "licence.unbound").exists()


def test_the_same_person_may_mend_firm_and_phone_on_the_row_that_keeps_his_history(barred, lin, phone_of, stand_in):
    RollEntry.update(state="active").execute()
    assert lin.bind(firm="上海衡山律师事务所").json["lawyer"]["state"] == "pending"
    other = LIN.as_form(stand_in.phone_code("13700137000"))
    assert lin.post("/me/licence", other).json["lawyer"]["state"] == "pending"
    assert lin.bind().json["lawyer"]["state"] == "verified"
    assert Lawyer.get().id == barred.id and as_he_was(barred).openid == LIN.openid


def test_a_row_that_was_ever_verified_is_not_renamed_though_nothing_hangs_on_it(lin, desk):
    before = Lawyer.get()
    RollEntry.update(state="suspended").execute()
    assert follows.refuse_barred(desk.now()) == 1
    lin.bind(licence_no=INVENTED)
    assert Lawyer.get_by_id(before.id).licence_no == LIN.licence_no and Lawyer.select().count() == 2


@pytest.mark.parametrize("hanging", ["a booking", "a suspension"])
def test_a_row_of_before_is_not_renamed_either(stranger, lin, hanging):
    """It does not say what it was verified as, but something hangs on it."""
    stranger.bind()
    row = Lawyer.of_openid(SHEN.openid)
    if hanging == "a booking":
        lin.book()
        Booking.update(lawyer=row.id).execute()
    else:
        Lawyer.update(suspended_until=UNTIL).where(Lawyer.id == row.id).execute()
    stranger.bind(licence_no=INVENTED)
    assert Lawyer.of_openid(SHEN.openid).id != row.id
    assert (Lawyer.get_by_id(row.id).licence_no, Lawyer.get_by_id(row.id).openid) == (SHEN.licence_no, None)
    assert all(change.by != "system" for change in Change)


@pytest.mark.parametrize(("once", "id_no"), [(None, SHEN.id_no), (LIN.licence_no, LIN.id_no)])
def test_what_was_typed_and_never_proven_is_nobodys_to_take(lin, phone_of, once, id_no):
    """A row that names Shen, with a booking on it, from before this was mended: neither name nor ID number prove it,
    nor that it was verified as another."""
    assert lin.book().status_code == 201
    shens = {"licence_no": SHEN.licence_no, "name": SHEN.name, "openid": None, "state": "refused"}
    gone = {"licence_claim": None, "phone_claim": None, "id_no_index": keyring().index("id_no", id_no)}
    row = Booking.get().lawyer_id
    Lawyer.update(**shens, **gone, verified_as=once).where(Lawyer.id == row).execute()
    bound(phone_of, SHEN)
    assert hangs_on(SHEN.openid) == 0 and Lawyer.of_openid(SHEN.openid).id != row


@pytest.mark.parametrize(("meanwhile", "kept"), [
    ({"verified_as": SHEN.licence_no}, False),  # verified, and barred by the roll again
    ({"openid": None}, False),
    ({"state": "verified"}, False),
    ({"openid": None}, True),
    ({"state": "verified"}, True),
])  # fmt: skip
def test_what_becomes_of_the_row_this_moment_is_not_written_over(stranger, monkeypatch, meanwhile, kept):
    stranger.bind()

    def keeps(row):
        Lawyer.update(**meanwhile).where(Lawyer.id == row.id).execute()
        return kept

    monkeypatch.setattr(own_row, "keeps_something", keeps)
    assert stranger.bind(licence_no=INVENTED).json["code"] == "wrong_state"
    assert Lawyer.get().licence_no == SHEN.licence_no


def test_nor_is_his_own_row_taken_that_is_verified_this_moment(barred, lin, monkeypatch):
    lin.bind(licence_no=INVENTED)
    RollEntry.update(state="active").execute()
    seal = own_row.seal_person

    def sealed(lawyer_id, *numbers):
        Lawyer.update(state="verified", openid="oLinElsewhere").where(Lawyer.id == lawyer_id).execute()
        return seal(lawyer_id, *numbers)

    monkeypatch.setattr(own_row, "seal_person", sealed)
    assert lin.bind().json["code"] == "wrong_state"
    assert as_he_was(barred).openid is None
