"""An officer's yes is about what he saw: what was sent in or found since comes before him first. Rules 6 and 7."""

from typing import Any

import pytest

from booking.desk import Desk, recheck
from booking.lawyers import licences, shown
from booking.record.actor import Actor
from booking.review import decisions
from models import Booking, Lawyer, RollEntry
from models.names import plain
from tests.booking.conftest import applying
from tests.console.conftest import SignedIn

FIRM = "上海演示己律师事务所"


@pytest.fixture
def one(lawyers: Any) -> Lawyer:
    return Lawyer.get_by_id(lawyers(1)[0])


def sends_again(one: Lawyer, desk: Desk, **changed: str) -> None:
    """The waiting lawyer fills in his form anew."""
    Lawyer.update(state="pending", licence_claim=None, phone_claim=None, openid="o-again").where(
        Lawyer.id == one.id
    ).execute()
    said = {"name": one.name, "licence_no": one.licence_no, "firm": FIRM, "id_no": one.id_no, "phone": one.phone}
    licences.bind("o-again", **said | changed, now=desk.now())


@pytest.mark.parametrize("path", ["verification", "refusal"])
@pytest.mark.parametrize(
    "changed",
    [{"name": "另一人"}, {"firm": "另一家律师事务所"}, {"phone": "13900009999"}, {"id_no": "11010519491231002X"}],
)
def test_a_lawyer_who_sent_in_something_else_since_is_looked_at_again(
    signed_in: SignedIn, desk: Desk, one: Lawyer, path: str, changed: dict[str, str]
) -> None:
    sends_again(one, desk)
    browser = signed_in("reviewer")
    carried = browser.carried(f"lawyers/{one.id}", f"lawyers/{one.id}/{path}")
    sends_again(one, desk, **changed)
    answer = browser.post(f"lawyers/{one.id}/{path}", why="已核对", **carried)
    assert answer.status_code == 409 and "有改动" in answer.text
    assert Lawyer.get_by_id(one.id).state == "pending"
    assert browser.press(f"lawyers/{one.id}", f"lawyers/{one.id}/{path}", why="已核对").status_code == 303
    assert Lawyer.get_by_id(one.id).state != "pending"


def test_the_same_sent_again_changes_nothing(desk: Desk, one: Lawyer) -> None:
    sends_again(one, desk)
    before = shown.mark(Lawyer.get_by_id(one.id))
    sends_again(one, desk)
    assert shown.mark(Lawyer.get_by_id(one.id)) == before


def test_without_the_guard_another_name_is_verified(
    signed_in: SignedIn, desk: Desk, one: Lawyer, monkeypatch: Any
) -> None:
    """The control."""
    monkeypatch.setattr(shown, "check", lambda lawyer, seen: None)
    sends_again(one, desk)
    browser = signed_in("reviewer")
    carried = browser.carried(f"lawyers/{one.id}", f"lawyers/{one.id}/verification")
    sends_again(one, desk, name="另一人")
    assert browser.post(f"lawyers/{one.id}/verification", **carried).status_code == 303
    assert Lawyer.get_by_id(one.id).name == "另一人"


def test_another_firm_asked_for_since_is_not_agreed_to(signed_in: SignedIn, one: Lawyer) -> None:
    Lawyer.update(firm_asked=FIRM).execute()
    browser = signed_in("reviewer")
    carried = browser.carried(f"lawyers/{one.id}", f"lawyers/{one.id}/firm")
    Lawyer.update(firm_asked="另一家律师事务所").execute()
    assert browser.post(f"lawyers/{one.id}/firm", yes="true", **carried).status_code == 409
    assert (
        browser.post(f"lawyers/{one.id}/firm", yes="true").status_code == 409
    )  # a page that never said what it showed
    assert Lawyer.get_by_id(one.id).plain_firm == plain(one.firm)


def test_a_booking_of_which_something_is_found_since_is_looked_at_again(
    signed_in: SignedIn, desk: Desk, one: Lawyer
) -> None:
    ref = desk.book(applying(one.id)).ref
    browser = signed_in("reviewer")
    carried = browser.carried(f"review/{ref}", f"review/{ref}/approval")
    RollEntry.update(firm="别的律师事务所").execute()
    to = browser.post(f"review/{ref}/approval", **carried).location
    assert "比对结果在您查看后有变化" in browser.get(to).text
    assert Booking.get_by_id(ref).state == "submitted"
    browser.press(f"review/{ref}", f"review/{ref}/approval")
    assert Booking.get_by_id(ref).state == "confirmed"


def test_a_change_of_the_lists_is_kept_as_it_was_shown(signed_in: SignedIn, desk: Desk, one: Lawyer) -> None:
    ref = desk.book(applying(one.id)).ref
    decisions.approve(Actor("review-wang"), desk.now(), ref)
    RollEntry.update(firm="别的律师事务所").execute()
    recheck.look(desk.now())
    browser = signed_in("reviewer")
    carried = browser.carried("review/changed", f"review/{ref}/keeping")
    RollEntry.update(name="另一人").execute()
    browser.post(f"review/{ref}/keeping", **carried)
    assert Booking.get_by_id(ref).again_since is not None
    recheck.look(desk.now())
    browser.press("review/changed", f"review/{ref}/keeping")
    assert Booking.get_by_id(ref).again_since is None
