"""What officers do at the window for a lawyer's firm, telephone and WeChat; and which lawyers they reach."""

from typing import Any

import pytest

from booking.desk import Desk
from models import Audit, Lawyer, Notice, keyring
from tests.booking.conftest import applying
from tests.console.conftest import SignedIn

FIRM = "上海衡山律师事务所"
ID_NO = "11010519491231002X"


@pytest.fixture
def one(lawyers: Any) -> Lawyer:
    found = Lawyer.get_by_id(lawyers(1)[0])
    Lawyer.update(id_no_index=keyring().index("id_no", ID_NO)).execute()
    return found


def asked(one: Lawyer) -> Lawyer:
    return Lawyer.get_by_id(one.id)


def test_the_gate_changes_firm_and_phone_with_the_originals(signed_in: SignedIn, desk: Desk, one: Lawyer) -> None:
    desk.book(applying(one.id))
    gate = signed_in("gate")
    assert "窗口变更" in gate.get(f"lawyers/{one.id}").text
    answer = gate.post(f"lawyers/{one.id}/change", firm=FIRM, phone="139 1111 2222", why="执业证变更页")
    assert answer.status_code == 303, answer.text
    assert (asked(one).firm, asked(one).phone) == (FIRM, "13911112222")
    told = Notice.get(Notice.kind == "phone_changed")
    assert Notice.phone_sealed.of(told) == one.phone
    assert [a.words["why"] for a in Audit.select().where(Audit.what == "licence.changed")] == ["执业证变更页"] * 2


@pytest.mark.parametrize(
    "fields", [{}, {"firm": "", "phone": ""}, {"phone": "12345"}, {"firm": "x" * 121}, {"firm": FIRM, "why": ""}]
)
def test_a_form_that_changes_nothing_or_wrongly_is_refused(
    signed_in: SignedIn, desk: Desk, one: Lawyer, fields: dict[str, str]
) -> None:
    desk.book(applying(one.id))
    assert signed_in("gate").post(f"lawyers/{one.id}/change", **{"why": "原件"} | fields).status_code == 422
    assert (asked(one).firm, asked(one).phone) == (one.firm, one.phone)


@pytest.mark.parametrize(("path", "fields"), [("change", {"firm": FIRM}), ("unbinding", {})])
def test_a_lawyer_without_a_booking_here_is_known_by_his_document(
    signed_in: SignedIn, one: Lawyer, path: str, fields: dict[str, str]
) -> None:
    gate = signed_in("gate", "qingpu")
    assert "按原件填写" in gate.get(f"lawyers/{one.id}").text
    for wrong in ("", "440524188001010014"):
        refused = gate.post(f"lawyers/{one.id}/{path}", why="原件", id_no=wrong, **fields)
        assert refused.status_code == 422 and "身份证号" in refused.text
    assert asked(one).firm == one.firm and asked(one).openid
    assert gate.post(f"lawyers/{one.id}/{path}", why="原件", id_no="110105 19491231 002x", **fields).status_code == 303
    assert asked(one).firm == FIRM or asked(one).openid is None


def test_the_numbers_of_a_verified_lawyer_without_a_booking_here_are_not_shown(
    signed_in: SignedIn, desk: Desk, one: Lawyer
) -> None:
    there, bureau = signed_in("reviewer", "qingpu"), signed_in("chief", None)
    assert "显示完整号码" not in there.get(f"lawyers/{one.id}").text
    refused = there.post(f"lawyers/{one.id}/numbers")
    assert refused.status_code == 403 and one.phone not in refused.text
    assert one.phone in bureau.post(f"lawyers/{one.id}/numbers").text
    Lawyer.update(state="pending").execute()  # whoever judges him sees them
    assert one.phone in there.post(f"lawyers/{one.id}/numbers").text


@pytest.mark.parametrize(("yes", "firm"), [("true", FIRM), ("false", "东方律师事务所")])
def test_a_firm_asked_for_is_listed_and_settled_once(signed_in: SignedIn, one: Lawyer, yes: str, firm: str) -> None:
    Lawyer.update(firm_asked=FIRM).execute()
    reviewer = signed_in("reviewer")
    assert FIRM in reviewer.get("lawyers").text and "申请变更律师事务所为" in reviewer.get(f"lawyers/{one.id}").text
    assert signed_in("gate").post(f"lawyers/{one.id}/firm", yes=yes).status_code == 403
    assert reviewer.press(f"lawyers/{one.id}", f"lawyers/{one.id}/firm", yes=yes, why="已核对").status_code == 303
    assert (asked(one).firm, asked(one).firm_asked) == (firm, None)
    assert reviewer.post(f"lawyers/{one.id}/firm", yes=yes).status_code == 409
