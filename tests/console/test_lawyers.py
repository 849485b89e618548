"""Lawyers in the console: what the roll says, what stands against them, and the officer's word."""

from datetime import timedelta
from typing import Any

import pytest

from booking.desk import Desk
from booking.lawyers import shown
from models import Audit, Booking, Lawyer, Notice, RollEntry, Strike, Suspension
from tests.booking.conftest import applying
from tests.console.conftest import SignedIn


@pytest.fixture
def one(lawyers: Any) -> Lawyer:
    return Lawyer.get_by_id(lawyers(1)[0])


@pytest.fixture
def strike(desk: Desk, one: Lawyer) -> Strike:
    """One that led to a suspension."""
    ref = desk.book(applying(one.id)).ref
    now = desk.now()
    until = now + timedelta(days=90)
    suspension = Suspension.create(lawyer=one.id, since=now, until=until)
    Lawyer.update(suspended_until=until).execute()
    return Strike.create(booking=ref, lawyer=one.id, kind="no_show", state="used", suspension=suspension, at=now)


def waits(lawyer: Lawyer) -> None:
    claims = {"licence_claim": None, "phone_claim": None}
    Lawyer.update(state="pending", **claims).where(Lawyer.id == lawyer.id).execute()


def test_who_waits_to_be_verified_is_listed_first(signed_in: SignedIn, one: Lawyer) -> None:
    browser = signed_in("gate")
    assert one.licence_no not in browser.get("lawyers").text
    assert one.licence_no in browser.get("lawyers?state=verified").text
    waits(one)
    assert one.licence_no in browser.get("lawyers").text


def test_a_pending_lawyer_stands_beside_the_roll_and_is_verified(signed_in: SignedIn, one: Lawyer) -> None:
    waits(one)
    RollEntry.update(firm="别的律师事务所").execute()
    browser = signed_in("reviewer", "qingpu")  # any centre judges a licence
    assert "别的律师事务所" in browser.get(f"lawyers/{one.id}").text
    browser.press(f"lawyers/{one.id}", f"lawyers/{one.id}/verification", why="已核对原件")
    assert Lawyer.get_by_id(one.id).state == "verified"
    again = browser.post(f"lawyers/{one.id}/verification")
    assert again.status_code == 409


def test_a_refusal_needs_a_reason_and_the_lawyer_sees_it(signed_in: SignedIn, one: Lawyer) -> None:
    waits(one)
    browser = signed_in("reviewer")
    assert browser.post(f"lawyers/{one.id}/refusal").status_code == 422
    browser.press(f"lawyers/{one.id}", f"lawyers/{one.id}/refusal", why="执业证已注销")
    assert Lawyer.get_by_id(one.id).findings == [{"code": "officer", "message": "执业证已注销"}]


def test_numbers_are_masked_until_they_are_asked_for_and_that_is_noted(
    signed_in: SignedIn, desk: Desk, one: Lawyer
) -> None:
    desk.book(applying(one.id))
    text = signed_in("reviewer").get(f"lawyers/{one.id}").text
    assert one.phone not in text and f"{one.phone[:3]}****{one.phone[-4:]}" in text
    text = signed_in("reviewer").post(f"lawyers/{one.id}/numbers").text
    assert one.phone in text and one.id_no in text
    assert signed_in("gate").post(f"lawyers/{one.id}/numbers").status_code == 403
    assert [a.subject for a in Audit.select().where(Audit.what == "lawyer.numbers_seen")] == [f"lawyer-{one.id}"]


def test_numbers_that_cannot_be_opened_are_said_to_be_so(signed_in: SignedIn, desk: Desk, one: Lawyer) -> None:
    desk.book(applying(one.id))
    Lawyer.update(phone_sealed="gone00.AAAA").execute()
    browser = signed_in("reviewer")
    assert "无法读取" in browser.get(f"lawyers/{one.id}").text
    answer = browser.post(f"lawyers/{one.id}/numbers")
    assert answer.status_code == 409 and "无法读取" in answer.text


def test_a_strike_is_waived_with_a_reason_and_the_suspension_ends(
    signed_in: SignedIn, one: Lawyer, strike: Strike
) -> None:
    browser = signed_in("reviewer")
    assert browser.post(f"strikes/{strike.id}/waiver").status_code == 422
    browser.post(f"strikes/{strike.id}/waiver", why="道路中断")
    assert Strike.get_by_id(strike.id).waived_by == "reviewer-pudong"
    assert Lawyer.get_by_id(one.id).suspended_until is None
    assert signed_in("chief", "qingpu").post(f"strikes/{strike.id}/waiver", why="x").status_code == 404


def test_a_suspension_is_lifted_by_the_chief(signed_in: SignedIn, one: Lawyer, strike: Strike) -> None:
    assert "解除暂停" in signed_in("chief").get(f"lawyers/{one.id}").text
    assert signed_in("reviewer").post(f"lawyers/{one.id}/lift", why="误记").status_code == 403
    signed_in("chief").post(f"lawyers/{one.id}/lift", why="误记")
    assert Lawyer.get_by_id(one.id).suspended_until is None
    assert Notice.select().where(Notice.kind == "suspension_over").count() == 1
    assert Audit.get(Audit.what == "suspension.lift").centre == "pudong"  # where its record is read


def test_an_appeal_is_on_the_list_of_the_centre_it_concerns(signed_in: SignedIn, desk: Desk, strike: Strike) -> None:
    Strike.update(appeal="地铁故障", appealed_at=desk.now()).execute()
    assert "地铁故障" in signed_in("reviewer").get("lawyers").text
    assert "地铁故障" not in signed_in("reviewer", "qingpu").get("lawyers").text


def test_only_the_bookings_of_ones_own_centre_are_shown(
    signed_in: SignedIn, desk: Desk, one: Lawyer, strike: Strike
) -> None:
    here, there = signed_in("gate"), signed_in("gate", "qingpu")
    said = {"appealed_at": strike.at, "appeal": "为周某一案", "waived_why": "办案机关提讯"}
    Strike.update(**said).execute()
    text = here.get(f"lawyers/{one.id}").text
    assert strike.booking_id in text and "周某" in text and "提讯" in text
    text = there.get(f"lawyers/{one.id}").text
    assert strike.booking_id not in text and "其他看守所" in text
    assert "周某" not in text and "提讯" not in text and "申诉" in text
    assert strike.booking_id in signed_in("chief", None).get(f"lawyers/{one.id}").text


def test_unbinding_frees_the_licence(signed_in: SignedIn, desk: Desk, one: Lawyer) -> None:
    desk.book(applying(one.id))
    signed_in("chief").post(f"lawyers/{one.id}/unbinding", why="更换手机")
    assert Lawyer.get_by_id(one.id).openid is None


def test_a_search_finds_the_bound_and_those_on_the_roll(signed_in: SignedIn, desk: Desk, one: Lawyer) -> None:
    RollEntry.create(licence_no="13101201510009999", name=one.name, firm="另一家", id_no_index="",
                     state="active", updated_at=desk.now())  # fmt: skip
    browser = signed_in("gate")
    text = browser.post("lawyers/search", text=one.name).text
    assert one.licence_no in text and "13101201510009999" in text
    assert browser.post("lawyers/search").status_code == 422
    assert {a.words["found"] for a in Audit.select().where(Audit.what == "lawyers.searched")} == {1}


def test_who_was_refused_and_never_came_here_does_not_exist_here(
    signed_in: SignedIn, desk: Desk, one: Lawyer, lawyers: Any
) -> None:
    Lawyer.update(state="refused").execute()
    browser = signed_in("gate")
    assert browser.get(f"lawyers/{one.id}").status_code == 404
    assert f"/lawyers/{one.id}" not in browser.post("lawyers/search", text=one.name).text
    assert browser.get("lawyers/99999999999999999999").status_code == 404
    assert not Booking.select().exists()


def test_the_page_says_that_the_id_number_is_anothers(signed_in: SignedIn, one: Lawyer) -> None:
    typed = {"licence_no": "13101201510009999", "name": "另一人", "state": "pending"}
    sealed = Lawyer.enter(one.id_no, "", firm="某律所", created_at=one.created_at, updated_at=one.updated_at, **typed)
    said = f"此身份证号另有{one.name}律师的记录（执业证号{one.licence_no}），请先核对姓名和身份证号"
    assert said in signed_in("reviewer").get(f"lawyers/{sealed.id}").text
    answer = signed_in("reviewer").post(
        f"lawyers/{sealed.id}/verification", seen=shown.mark(Lawyer.get_by_id(sealed.id))
    )
    assert answer.status_code == 409 and said in answer.text
    Lawyer.update(name=one.name).where(Lawyer.id == sealed.id).execute()
    assert "另有" not in signed_in("reviewer").get(f"lawyers/{sealed.id}").text
