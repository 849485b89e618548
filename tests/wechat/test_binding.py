"""Binding a licence: compared with the roll; one licence, one identity, one phone."""

from dataclasses import replace
from datetime import date
from threading import Barrier, Thread

import pytest

from booking.lawyers import licences
from booking.record.actor import Actor
from models import Audit, Lawyer, database
from refusals import AlreadyBound, WrongState
from tests.wechat.conftest import LIN, SHEN, Phone, on_the_roll


def test_who_agrees_with_the_roll_is_verified(lin):
    told = lin.get("/me").json
    assert told["lawyer"] == {
        "name": LIN.name,
        "licence_no": LIN.licence_no,
        "firm": LIN.firm,
        "phone": "138****8001",
        "state": "verified",
        "reason": "",
    }
    assert told["standing"] == {"strikes": [], "left": 3, "suspended_until": None}


def test_how_it_was_typed_makes_no_difference(phone_of):
    person = replace(SHEN, id_no="11010519491231002X")
    on_the_roll(person)
    phone = phone_of(person)
    phone.sign_in()
    typed = {
        "name": " 沈若溪 ",
        "licence_no": "１３１０１２０１９１０６５４３２１",
        "id_no": "１１０１０５ 19491231 002x",
        "firm": "上海衡山律师事务所　",
    }
    assert phone.bind(**typed).json["lawyer"]["state"] == "verified"


def test_who_is_not_on_the_roll_waits_for_an_officer(stranger):
    answer = stranger.bind()
    assert answer.status_code == 201
    assert answer.json["lawyer"]["state"] == "pending"
    assert answer.json["lawyer"]["reason"] == licences.WAITS
    assert "不在律师名册中" in Lawyer.get().findings[0]["message"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "林志远", "姓名与律师名册不一致"),
        ("firm", "上海衡山律师事务所", "律师事务所与律师名册不一致"),
        ("id_no", "440524188001010014", "身份证号与律师名册不一致"),
    ],
)
def test_what_differs_from_the_roll_is_the_officers_to_know(phone_of, field, value, words):
    on_the_roll(LIN)
    phone = phone_of(LIN)
    phone.sign_in()
    told = phone.bind(**{field: value}).json["lawyer"]
    assert (told["state"], told["reason"]) == ("pending", licences.WAITS)
    assert [words in finding["message"] for finding in Lawyer.get().findings] == [True]


def test_a_phone_other_than_the_rolls_waits(phone_of, stand_in):
    on_the_roll(LIN)
    phone = Phone(phone_of(LIN).client, stand_in, replace(LIN, phone="13700137000"))
    phone.sign_in()
    told = phone.bind().json["lawyer"]
    assert (told["state"], told["reason"]) == ("pending", licences.WAITS)
    assert "手机号" in Lawyer.get().findings[0]["message"]


def test_a_roll_line_without_a_phone_verifies_nobody_by_itself(phone_of):
    on_the_roll(LIN, phone=False)
    phone = phone_of(LIN)
    phone.sign_in()
    told = phone.bind().json["lawyer"]
    assert (told["state"], told["reason"]) == ("pending", licences.WAITS)
    assert [finding["code"] for finding in Lawyer.get().findings] == ["phone_not_on_roll"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"state": "revoked"}, "吊销"),
        ({"state": "suspended"}, "停止执业"),
        ({"valid_until": date(2026, 11, 23)}, "有效期至2026-11-23"),
    ],
)
def test_whom_the_roll_bars_is_refused_with_the_reason(phone_of, entry, words):
    on_the_roll(LIN, **entry)
    phone = phone_of(LIN)
    phone.sign_in()
    told = phone.bind().json["lawyer"]
    assert told["state"] == "refused"
    assert words in told["reason"]


def test_the_licence_of_a_verified_lawyer_is_taken(lin, phone_of):
    thief = phone_of(replace(LIN, openid="oSomebodyElse0000000000009", phone="13700137000"))
    thief.sign_in()
    answer = thief.bind()
    assert (answer.status_code, answer.json["code"]) == (409, "already_bound")
    assert thief.get("/me").json["lawyer"] is None


def test_the_phone_of_a_verified_lawyer_is_taken(lin, phone_of):
    on_the_roll(SHEN, phone=False)
    other = phone_of(replace(SHEN, phone=LIN.phone))
    other.sign_in()
    assert other.bind().json["code"] == "already_bound"


def test_an_unproven_claim_does_not_keep_the_true_lawyer_out(phone_of):
    on_the_roll(LIN)
    thief = phone_of(replace(LIN, openid="oSomebodyElse0000000000009", id_no=SHEN.id_no))
    thief.sign_in()
    assert thief.bind().json["lawyer"]["state"] == "pending"
    true = phone_of(LIN)
    true.sign_in()
    assert true.bind().json["lawyer"]["state"] == "verified"


def test_binding_again_answers_the_same_and_changes_nothing(lin):
    assert lin.bind().json["lawyer"]["state"] == "verified"
    other = lin.bind(firm="上海衡山律师事务所")
    assert (other.status_code, other.json["code"]) == (409, "wrong_state")
    assert lin.get("/me").json["lawyer"]["firm"] == LIN.firm


def test_who_was_refused_may_try_again(phone_of):
    phone = phone_of(LIN)
    phone.sign_in()
    assert phone.bind().json["lawyer"]["state"] == "pending"
    on_the_roll(LIN)
    assert phone.bind().json["lawyer"]["state"] == "verified"


def test_a_phone_code_works_once(stranger, stand_in):
    code = stand_in.phone_code(SHEN.phone)
    assert stranger.post("/me/licence", SHEN.as_form(code)).status_code == 201
    again = stranger.post("/me/licence", SHEN.as_form(code))
    assert again.status_code == 422
    assert [error["field"] for error in again.json["errors"]] == ["phone_code"]


def test_guessing_is_limited(stranger):
    answers = [stranger.post("/me/licence", SHEN.as_form("guess")).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_the_id_number_is_nowhere_in_clear(lin):
    assert LIN.id_no not in str(list(Lawyer.select().dicts()))
    assert LIN.phone not in str(list(Lawyer.select().dicts()))


def test_an_officer_decides_about_who_waits(stranger, desk):
    stranger.bind()
    lawyer = Lawyer.of_openid(SHEN.openid)
    assert licences.decide(Actor("chief.wang"), desk.now(), lawyer.id, True, "已核对原件").state == "verified"
    told = stranger.get("/me").json["lawyer"]
    assert (told["state"], told["reason"]) == ("verified", "")
    assert Audit.get().what == "licence.verified"
    with pytest.raises(WrongState):
        licences.decide(Actor("chief.wang"), desk.now(), lawyer.id, False, "")


def test_an_officers_no_is_told_with_the_reason(stranger, desk):
    stranger.bind()
    licences.decide(Actor("chief.wang"), desk.now(), Lawyer.of_openid(SHEN.openid).id, False, "执业证系伪造")
    told = stranger.get("/me").json["lawyer"]
    assert (told["state"], told["reason"]) == ("refused", "执业证系伪造")


def test_an_officers_no_without_a_reason_does_not_tell_what_differs(phone_of, desk):
    on_the_roll(LIN)
    phone = phone_of(LIN)
    phone.sign_in()
    phone.bind(firm="上海衡山律师事务所")
    licences.decide(Actor("chief.wang"), desk.now(), Lawyer.of_openid(LIN.openid).id, False, "")
    told = phone.get("/me").json["lawyer"]
    assert (told["state"], told["reason"]) == ("refused", licences.TURNED_DOWN)
    assert "律师事务所" in Lawyer.get().findings[0]["message"]


def test_an_officer_can_not_verify_a_licence_twice(stranger, desk, phone_of):
    other = phone_of(replace(SHEN, openid="oSomebodyElse0000000000009", phone="13700137000"))
    other.sign_in()
    assert [stranger.bind().status_code, other.bind().status_code] == [201, 201]
    licences.decide(Actor("chief.wang"), desk.now(), Lawyer.of_openid(SHEN.openid).id, True, "")
    with pytest.raises(AlreadyBound):
        licences.decide(Actor("chief.wang"), desk.now(), Lawyer.of_openid(other.person.openid).id, True, "")


def test_of_many_identities_at_once_one_has_the_licence(desk):
    """All of them bring the phone that proves, so each may take it over; nobody has it twice."""
    on_the_roll(LIN)
    told, barrier = [], Barrier(8)

    def bind(number: int) -> None:
        barrier.wait()
        try:
            claim = (LIN.name, LIN.licence_no, LIN.firm, LIN.id_no, LIN.phone)
            told.append(licences.bind(f"o-{number}", *claim, desk.now()).state)
        except (AlreadyBound, WrongState) as no:
            told.append(no.code)
        finally:
            database.close()

    threads = [Thread(target=bind, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 8 and "verified" in told
    assert [one.state for one in Lawyer.select().where(Lawyer.openid.is_null(False))] == ["verified"]


def test_one_identitys_double_tap_is_one_lawyer(desk):
    on_the_roll(LIN)
    told, barrier = [], Barrier(4)

    def bind() -> None:
        barrier.wait()
        told.append(licences.bind(LIN.openid, LIN.name, LIN.licence_no, LIN.firm, LIN.id_no, LIN.phone, desk.now()).id)
        database.close()

    threads = [Thread(target=bind) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 4
    assert len(set(told)) == 1
