"""What could not be told, in the console: to whom, why, again, or by telephone."""

from typing import Any

import pytest

from booking.desk import Desk
from models import Audit, Lawyer, Notice
from tests.booking.conftest import applying
from tests.console.conftest import Books, SignedIn


@pytest.fixture
def failed(desk: Desk, lawyers: Any) -> Notice:
    (lawyer,) = lawyers(1)
    desk.book(applying(lawyer))
    Notice.update(state="failed", code="MOBILE_NOT_ON_SERVICE").execute()
    return Notice.get()


def lost(notice: Notice, desk: Desk) -> None:
    """Sent, and nobody knows whether it arrived."""
    sealed = Notice.phone_sealed.seal(notice.lawyer.phone, id=notice.id)
    Notice.update(state="unknown", attempted_at=desk.now(), phone_sealed=sealed, attempts=1).execute()


def test_it_is_listed_with_its_reason_for_its_own_centre(signed_in: SignedIn, failed: Notice) -> None:
    text = signed_in("gate").get("messages").text
    assert "失败 <strong>1</strong> 条" in text and "号码停机或空号" in text and str(failed.booking) in text
    assert str(failed.booking) not in signed_in("gate", "qingpu").get("messages").text
    assert str(failed.booking) in signed_in("chief", None).get("messages").text
    assert str(failed.booking) not in signed_in("gate").get("messages?state=unknown").text


def test_the_number_is_shown_on_demand_noted_and_told_by_telephone(signed_in: SignedIn, failed: Notice) -> None:
    browser = signed_in("gate")
    phone = failed.lawyer.phone
    assert phone not in browser.get("messages").text
    text = browser.post(f"messages/{failed.id}/phone").text
    assert f'href="tel:{phone}"' in text
    browser.post(f"messages/{failed.id}/told")
    assert str(failed.booking) not in browser.get("messages").text
    again = browser.post(f"messages/{failed.id}/told")
    assert again.status_code == 409
    rows = Audit.select().where(Audit.what.startswith("notice.")).order_by(Audit.id)
    assert [(a.what, a.who, a.centre) for a in rows] == [
        ("notice.phone_seen", "gate-pudong", "pudong"),
        ("notice.told_by_phone", "gate-pudong", "pudong"),
    ]
    assert phone not in str([a.words for a in Audit.select()])
    assert "已电话告知" in browser.get(f"bookings/{failed.booking}").text


def test_a_failed_one_is_sent_again(signed_in: SignedIn, failed: Notice) -> None:
    browser = signed_in("gate")
    answer = browser.post(f"messages/{failed.id}/resend")
    assert "已重新排队发送" in browser.get(answer.headers["Location"]).text
    assert Notice.get_by_id(failed.id).state == "due"
    browser.post(f"messages/{failed.id}/resend")  # a second press
    assert Audit.select().where(Audit.what == "notice.resend").count() == 1
    Notice.update(state="sending").execute()
    assert browser.post(f"messages/{failed.id}/resend").status_code == 409


def test_an_unknown_one_is_asked_about_first(signed_in: SignedIn, failed: Notice, desk: Desk, books: Books) -> None:
    lost(failed, desk)
    browser = signed_in("gate")
    mute = browser.post(f"messages/{failed.id}/resend")
    assert mute.status_code == 503 and "阿里云尚无答复" in mute.text
    books.found = []
    browser.post(f"messages/{failed.id}/resend")
    assert Notice.get_by_id(failed.id).state == "due"


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_a_number_nobody_can_open_is_a_clear_answer(
    signed_in: SignedIn, failed: Notice, desk: Desk, state: str
) -> None:
    lost(failed, desk)
    Notice.update(state=state).execute()
    Lawyer.update(phone_sealed="gone00.AAAA").execute()
    browser = signed_in("gate")
    for what in ("resend", "phone"):
        answer = browser.post(f"messages/{failed.id}/{what}")
        assert answer.status_code == 409 and "无法读取" in answer.text
    assert Notice.get_by_id(failed.id).state == state
    Lawyer.update(phone_sealed="").execute()
    assert "没有该律师的手机号" in browser.post(f"messages/{failed.id}/resend").text


@pytest.mark.parametrize("query", ["after=x", "after=2026-11-24T09:00:00~x"])
def test_a_crooked_address_is_not_found(signed_in: SignedIn, failed: Notice, query: str) -> None:
    assert signed_in("gate").get(f"messages?{query}").status_code == 404
