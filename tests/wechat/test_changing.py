"""A verified lawyer changes firm, telephone or WeChat without a trip where it is proven, and waits where it is not."""

import threading
from dataclasses import replace

import pytest

from booking.lawyers import changes, licences, roll_match
from booking.record.actor import Actor
from booking.words import moment_words
from models import Audit, Booking, Lawyer, Notice, RollEntry, database
from sms.templates import TEMPLATES
from tests.wechat.conftest import LIN, SHEN, on_the_roll

NEW = "oLinZhiyuanNewPhone0000002"
FIRM = "上海衡山律师事务所"


def patch(phone, **body):
    headers = {"Authorization": f"Bearer {phone.token}"}
    return phone.client.patch("/api/v1/me/licence", json=body, headers=headers)


def test_a_firm_that_the_roll_has_is_written_at_once(lin):
    RollEntry.update(firm=FIRM).execute()
    told = patch(lin, firm="上海衡山律师事务所 ")
    assert told.json["changes"] == [{"field": "firm", "state": "done"}] and told.json["lawyer"]["firm"] == FIRM
    assert Lawyer.get().plain_firm == FIRM
    assert [a.words["field"] for a in Audit.select().where(Audit.what == "licence.changed")] == ["firm"]


@pytest.mark.parametrize("state", ["suspended", None])
def test_a_firm_that_the_roll_does_not_have_waits_and_the_old_one_holds(lin, state):
    if state:
        RollEntry.update(firm=FIRM, state=state).execute()
    told = patch(lin, firm=FIRM)
    assert (told.status_code, told.json["changes"]) == (200, [{"field": "firm", "state": "pending"}])
    assert told.json["lawyer"]["firm"] == LIN.firm and told.json["lawyer"]["state"] == "verified"
    assert Lawyer.get().firm_asked == FIRM and lin.book().status_code == 201
    assert patch(lin, firm=LIN.firm).json["changes"] == [{"field": "firm", "state": "done"}]
    assert Lawyer.get().firm_asked is None  # taken back


def written():
    """The record of changes, and the rows as they are."""
    return [(a.id, a.words) for a in Audit.select().order_by(Audit.id)], list(Lawyer.select().dicts())


@pytest.mark.parametrize("on_roll", [True, False])
def test_the_same_firm_again_writes_nothing(lin, clock, on_roll):
    if on_roll:
        RollEntry.update(firm=FIRM).execute()
    first = patch(lin, firm=FIRM)
    before = written()
    clock.move(minutes=1)
    again = patch(lin, firm=FIRM)
    assert (again.status_code, again.json) == (200, first.json)
    assert written() == before
    assert patch(lin, firm="东方律师事务所").json["changes"][0]["state"] == "pending"  # another one is another


def test_the_firm_that_one_has_is_no_change(lin):
    before = written()
    assert patch(lin, firm=LIN.firm).json["changes"] == [{"field": "firm", "state": "done"}]
    assert written() == before


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
@pytest.mark.parametrize("on_roll", [True, False])
@pytest.mark.parametrize(("looks", "lines"), [(True, 1), (False, 2)])
def test_two_taps_at_once_are_one_change(lin, desk, monkeypatch, on_roll, looks, lines):
    """The second is through while the first has read and not yet written (on SQLite it would have to wait). The
    control: written without a look at what is there, it would be two."""
    asked, write = roll_match.has_firm, changes._write

    def meanwhile(*words):
        monkeypatch.setattr(roll_match, "has_firm", asked)
        tap = threading.Thread(target=lambda: (changes.ask(LIN.openid, desk.now(), FIRM), database.close()))
        tap.start()
        tap.join()
        return asked(*words)

    if on_roll:
        RollEntry.update(firm=FIRM).execute()
    monkeypatch.setattr(roll_match, "has_firm", meanwhile)
    if not looks:
        monkeypatch.setattr(changes, "_write", lambda *words, pending: write(*words[:5], pending=pending))
    assert patch(lin, firm=FIRM).status_code == 200
    assert Audit.select().where(Audit.what == "licence.changed").count() == lines


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_identity_changes_as_often_as_it_binds(lin):
    firms = [f"上海演示{letter}律师事务所" for letter in "甲乙丙丁戊己庚辛壬癸"]
    *nine, tenth = [patch(lin, firm=firm) for firm in firms]  # the binding was the first of ten
    assert {answer.status_code for answer in nine} == {200}
    assert (tenth.status_code, tenth.json["code"]) == (429, "rate_limited") and int(tenth.headers["Retry-After"]) > 0
    assert Lawyer.get().firm_asked == firms[8]


def test_a_phone_that_wechat_proves_is_written_and_the_old_number_is_told(lin, stand_in):
    new = "13911112222"
    told = patch(lin, phone_code=stand_in.phone_code(new))
    assert (
        told.json["changes"] == [{"field": "phone", "state": "done"}] and told.json["lawyer"]["phone"] == "139****2222"
    )
    notice = Notice.get(Notice.kind == "phone_changed")
    assert Notice.phone_sealed.of(notice) == LIN.phone and notice.words["tail"] == "2222"
    assert Lawyer.get().phone == new
    assert patch(lin, phone_code=stand_in.phone_code(new)).status_code == 200  # the same again tells nobody
    assert Notice.select().where(Notice.kind == "phone_changed").count() == 1


def test_a_phone_that_another_lawyer_holds_stays_his(lin, phone_of, stand_in):
    on_the_roll(SHEN)
    shen = phone_of(SHEN)
    shen.sign_in()
    assert shen.bind().json["lawyer"]["state"] == "verified"
    answer = patch(lin, phone_code=stand_in.phone_code(SHEN.phone), firm=FIRM)
    assert (answer.status_code, answer.json["code"]) == (409, "already_bound")
    assert Lawyer.of_openid(LIN.openid).phone == LIN.phone and Lawyer.of_openid(LIN.openid).firm_asked is None
    assert not Notice.select().where(Notice.kind == "phone_changed").exists()


@pytest.mark.parametrize("body", [{}, {"firm": None}, {"firm": ""}, {"name": "别人"}, {"firm": 5}, {"phone_code": " "}])
def test_a_change_of_nothing_or_of_what_nobody_may_change_is_refused(lin, body):
    answer = patch(lin, **body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_only_the_verified_change(stranger):
    answer = patch(stranger, firm=FIRM)
    assert (answer.status_code, answer.json["code"]) == (403, "not_verified")
    assert stranger.bind().json["lawyer"]["state"] == "pending"
    assert patch(stranger, firm=FIRM).status_code == 403


def test_on_a_new_wechat_the_bound_phone_and_the_id_number_bring_everything_and_the_old_has_nothing(lin, phone_of):
    ref = lin.book().json["ref"]
    new = phone_of(replace(LIN, openid=NEW))
    new.sign_in()
    assert new.bind(firm="已更名的律师事务所").json["lawyer"]["state"] == "verified"
    assert new.get(f"/bookings/{ref}").status_code == 200
    assert lin.get("/me").json["lawyer"] is None and lin.get(f"/bookings/{ref}").status_code == 404
    assert lin.post(f"/bookings/{ref}/cancellation", {}).status_code == 404
    assert Lawyer.select().count() == 1 and Booking.get().lawyer.openid == NEW
    assert lin.bind().json["lawyer"]["state"] == "verified"  # and back


def told_of_wechat():
    return list(Notice.select().where(Notice.kind == "wechat_changed").order_by(Notice.id))


def test_the_bound_number_is_told_of_the_new_wechat_even_if_it_is_changed_next(lin, phone_of, stand_in, clock):
    assert not told_of_wechat()  # the first WeChat is no change
    new = phone_of(replace(LIN, openid=NEW))
    new.sign_in()
    assert [new.bind().status_code for _ in range(2)] == [201, 201]  # the same again tells nobody
    assert patch(new, phone_code=stand_in.phone_code("13911112222")).status_code == 200
    (notice,) = told_of_wechat()
    assert (notice.lawyer_id, notice.state) == (Lawyer.get().id, "due")
    assert Notice.phone_sealed.of(notice) == LIN.phone and Lawyer.get().phone == "13911112222"
    assert notice.words == {"when": moment_words(clock())}  # and nothing of himself
    assert "窗口" in TEMPLATES["wechat_changed"].text


def test_back_on_the_old_wechat_is_another_change(lin, phone_of, clock):
    new = phone_of(replace(LIN, openid=NEW))
    new.sign_in()
    new.bind()
    clock.move(minutes=1)
    assert lin.bind().status_code == 201
    assert [Notice.phone_sealed.of(notice) for notice in told_of_wechat()] == [LIN.phone] * 2


@pytest.mark.parametrize("other", [{"phone": SHEN.phone}, {"id_no": SHEN.id_no}, {"name": "林志远"}])
def test_who_lacks_one_of_them_gets_one_sentence_and_nothing(lin, phone_of, other):
    thief = phone_of(replace(LIN, openid=NEW, **other))
    thief.sign_in()
    answer = thief.bind()
    assert (answer.status_code, answer.json["code"]) == (409, "already_bound")
    assert lin.get("/me").json["lawyer"]["state"] == "verified" and Lawyer.of_openid(NEW) is None
    assert not told_of_wechat()


def test_a_phone_changed_since_brings_the_new_wechat_as_well_as_the_rolls(lin, phone_of, stand_in):
    patch(lin, phone_code=stand_in.phone_code("13911112222"))
    new = phone_of(replace(LIN, openid=NEW, phone="13911112222"))
    new.sign_in()
    for _ in range(7):  # his own phone: no try is counted against him
        assert new.bind(id_no=SHEN.id_no).status_code in (409, 429)
        if new.bind().status_code == 201:
            break
    assert Lawyer.of_openid(NEW).state == "verified"


def test_a_row_left_by_an_earlier_try_is_nobodys(lin, phone_of):
    new = phone_of(replace(LIN, openid=NEW))
    new.sign_in()
    other = {"licence_no": SHEN.licence_no}
    told = new.bind(**other, phone_code=new.stand_in.phone_code("13700000000"))
    assert told.json["lawyer"]["state"] == "pending"
    assert new.bind().json["lawyer"]["state"] == "verified"
    assert [one.state for one in Lawyer.select().where(Lawyer.openid == NEW)] == ["verified"]


def test_an_unbound_lawyer_has_no_phone_to_prove_with(lin, desk, phone_of):
    """The officer's word ends the claim; who comes is compared with the roll as anybody is."""
    licences.unbind(Actor("chief.wang"), desk.now(), Lawyer.get().id, "手机丢失")
    new = phone_of(replace(LIN, openid=NEW, phone="13911112222"))
    new.sign_in()
    assert new.bind().json["lawyer"]["state"] == "pending"
