"""The review queue in the console: findings first, next after a decision, nothing decided twice or unseen."""

from typing import Any

import pytest

from booking.desk import Desk, recheck
from booking.record.actor import Actor
from booking.review import decisions
from clock import now
from models import Audit, Booking, Detainee, RollEntry
from models.detainees import name_key
from tests.booking.conftest import applying, certain
from tests.console.conftest import SignedIn


@pytest.fixture
def waiting(desk: Desk, lawyers: Any) -> list[str]:
    """Three bookings that wait, in the queue's order."""
    return sorted(desk.book(certain(lawyer, detainee=f"在押{lawyer}")).ref for lawyer in lawyers(3))


def place(answer: Any) -> str:
    """Where an answer leads to."""
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_the_first_stands_there_in_full_with_the_count(signed_in: SignedIn, waiting: list[str]) -> None:
    RollEntry.update(firm="别的律师事务所").execute()
    text = signed_in("reviewer").get("review").text
    assert "待复核 <strong>3</strong> 个" in text and "这是第 1 个" in text
    assert f'data-ref="{waiting[0]}"' in text
    assert "别的律师事务所" in text and "✗ 不符" in text
    assert text.index("比对结果") < text.index("会见 在押") < text.index("与什么比对")


def test_a_finding_is_told_before_anything_else(signed_in: SignedIn, desk: Desk, lawyers: Any) -> None:
    (lawyer,) = lawyers(1)
    RollEntry.delete().execute()
    desk.book(applying(lawyer))
    assert "执业证号不在律师名册中" in signed_in("reviewer").get("review").text


def test_after_each_decision_the_next_one_comes_until_none_is_left(signed_in: SignedIn, waiting: list[str]) -> None:
    browser = signed_in("reviewer")
    to = place(browser.press(f"review/{waiting[0]}", f"review/{waiting[0]}/approval"))
    assert f'data-ref="{waiting[1]}"' in browser.get(to).text
    to = place(browser.post(f"review/{waiting[1]}/rejection", listed="委托手续不全，请补齐后重新预约"))
    assert f'data-ref="{waiting[2]}"' in browser.get(to).text
    to = place(browser.post(f"review/{waiting[2]}/rejection", reason="材料有误", listed="别的"))
    assert "没有待复核的预约" in browser.get(to).text
    states = [(b.state, b.decision_reason) for b in Booking.select().order_by(Booking.ref)]
    assert states == [
        ("confirmed", None),
        ("rejected", "委托手续不全，请补齐后重新预约"),
        ("rejected", "材料有误"),
    ]


def test_left_for_later_it_comes_round_again(signed_in: SignedIn, waiting: list[str]) -> None:
    browser = signed_in("reviewer")
    text = browser.get(f"review/{waiting[2]}").text
    assert f"/console/review/{waiting[1]}" in text and 'id="after"' not in text
    to = place(browser.press(f"review/{waiting[2]}", f"review/{waiting[2]}/approval"))
    assert f'data-ref="{waiting[0]}"' in browser.get(to).text


def test_an_old_page_and_the_back_button_say_who_decided_and_how(
    signed_in: SignedIn, desk: Desk, waiting: list[str]
) -> None:
    browser = signed_in("reviewer")
    browser.get("review")
    signed_in("chief").post(f"review/{waiting[0]}/rejection", reason="手续不全")
    to = place(browser.press(f"review/{waiting[0]}", f"review/{waiting[0]}/approval"))
    text = browser.get(to).text
    assert to == f"/console/review/{waiting[0]}"
    assert "未办成：该预约已由chief-pudong于11月24日 09:00改为不通过：手续不全" in text
    assert "民警chief于11月24日 09:00改为不通过：手续不全" in text
    assert 'id="approval"' not in text and "继续下一个" in text
    assert Booking.get_by_id(waiting[0]).state == "rejected"


def test_the_same_decision_sent_twice_is_made_once(signed_in: SignedIn, waiting: list[str]) -> None:
    browser = signed_in("reviewer")
    for _ in range(3):
        browser.press(f"review/{waiting[0]}", f"review/{waiting[0]}/approval")
    assert Booking.get_by_id(waiting[0]).state == "confirmed"
    assert Booking.select().where(Booking.state == "confirmed").count() == 1
    assert Audit.select().where(Audit.what == "review.confirmed").count() == 1


def test_a_rejection_without_a_reason_comes_back_with_the_booking(signed_in: SignedIn, waiting: list[str]) -> None:
    browser = signed_in("reviewer")
    to = place(browser.post(f"review/{waiting[0]}/rejection", reason=" "))
    assert "请填写不通过的原因" in browser.get(to).text
    to = place(browser.post(f"review/{waiting[0]}/rejection", reason="很" * 201))
    assert "最多 200 个字" in browser.get(to).text
    assert Booking.get_by_id(waiting[0]).state == "submitted"


def test_where_the_law_wants_a_permit_its_number_is_asked_for(signed_in: SignedIn, waiting: list[str]) -> None:
    person, key = Booking.get_by_id(waiting[0]).detainee["name"], Booking.get_by_id(waiting[0]).detainee_key
    sealed = Detainee.name_sealed.seal(person, key=key)
    Detainee.create(
        centre="pudong", key=key, name_index=name_key(person), name_sealed=sealed, ward="三监区", permit_case=True,
        updated_at=now(),
    )  # fmt: skip
    browser = signed_in("reviewer")
    assert 'name="permit_no"' in browser.get(f"review/{waiting[0]}").text
    to = place(browser.press(f"review/{waiting[0]}", f"review/{waiting[0]}/approval"))
    assert "请补录许可文号" in browser.get(to).text
    browser.press(f"review/{waiting[0]}", f"review/{waiting[0]}/approval", permit_no="沪公许〔2026〕1号")
    done = Booking.get_by_id(waiting[0])
    assert (done.state, done.permit_no) == ("confirmed", "沪公许〔2026〕1号")


def test_the_clean_ones_are_listed_first_and_then_approved_with_one_yes(
    signed_in: SignedIn, desk: Desk, waiting: list[str]
) -> None:
    licence = Booking.get_by_id(waiting[0]).lawyer.licence_no
    RollEntry.delete().where(RollEntry.licence_no == licence).execute()
    browser = signed_in("reviewer")
    text = browser.get("review/clean").text
    assert waiting[0] not in text and waiting[1] in text and waiting[2] in text
    assert Booking.select().where(Booking.state == "confirmed").count() == 0
    decisions.reject(desk, Actor("review-wang"), waiting[2], "手续不全")
    answer = browser.post("review/clean", refs=waiting)
    assert "比对有发现，须逐个复核" in answer.text and "已由review-wang" in answer.text
    assert [Booking.get_by_id(ref).state for ref in waiting] == ["submitted", "confirmed", "rejected"]


def test_with_one_of_another_centres_among_them_nothing_is_approved(signed_in: SignedIn, waiting: list[str]) -> None:
    Booking.update(centre="qingpu").where(Booking.ref == waiting[2]).execute()
    assert signed_in("reviewer").post("review/clean", refs=waiting).status_code == 404
    assert Booking.select().where(Booking.state == "confirmed").count() == 0
    assert place(signed_in("chief", None).post("review/clean?centre=pudong", refs=waiting))


def test_who_was_looked_at_is_written_down_without_a_name(signed_in: SignedIn, waiting: list[str]) -> None:
    signed_in("auditor").get(f"review/{waiting[0]}")
    (seen,) = Audit.select().where(Audit.what == "booking.seen")
    assert (seen.who, seen.subject, seen.centre) == ("auditor-pudong", waiting[0], "pudong")
    assert "在押" not in str(seen.words)


def test_an_auditor_sees_no_buttons(signed_in: SignedIn, waiting: list[str]) -> None:
    text = signed_in("auditor").get("review").text
    assert 'id="approval"' not in text and 'id="rejection"' not in text


@pytest.mark.parametrize("path", ["review/ZZZZZZZZ", "review/%00", "review?after=ZZZZZZZZ", "review/1"])
def test_a_reference_nobody_has_is_not_found(signed_in: SignedIn, waiting: list[str], path: str) -> None:
    assert signed_in("reviewer").get(path).status_code == 404


def test_what_a_list_says_since_is_shown_counted_and_kept_with_one_yes(
    signed_in: SignedIn, desk: Desk, waiting: list[str]
) -> None:
    decisions.approve(Actor("review-wang"), desk.now(), waiting[0])
    RollEntry.update(firm="另一家律师事务所").execute()
    recheck.look(desk.now())
    browser = signed_in("reviewer")
    text = browser.get(f"review/{waiting[1]}").text
    assert "律师事务所与律师名册不一致 <strong>（提交以后才有）</strong>" in text
    assert "名册后来有变动的 1 个" in text
    text = browser.get("review/changed").text
    assert waiting[0] in text and waiting[1] not in text and "律师事务所与律师名册不一致" in text
    assert place(browser.press("review/changed", f"review/{waiting[0]}/keeping")).endswith("review/changed")
    assert "没有需要再看的预约" in browser.get("review/changed").text
    again = place(browser.post(f"review/{waiting[0]}/keeping"))
    assert "没有待看的变动" in browser.get(again).text


def test_another_centres_changed_booking_does_not_exist(signed_in: SignedIn, desk: Desk, waiting: list[str]) -> None:
    decisions.approve(Actor("review-wang"), desk.now(), waiting[0])
    RollEntry.update(firm="另一家律师事务所").execute()
    recheck.look(desk.now())
    other = signed_in("reviewer", "qingpu")
    assert waiting[0] not in other.get("review/changed").text
    assert other.post(f"review/{waiting[0]}/keeping").status_code == 404
    assert Booking.get_by_id(waiting[0]).again_since is not None
