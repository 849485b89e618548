"""At the gate: the pass is typed in, the papers ticked off, the meeting gets a room; an old tab changes nothing."""

from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from booking.gate.passes import PassKeys
from booking.policy import Policy
from clock import at, now
from models import Booking, Change, Visit
from tests.service import SECRET_KEY


@pytest.fixture
def coming(demo) -> Booking:
    """A confirmed meeting that starts in ten minutes, whatever the hour."""
    booking = Booking.get(Booking.state == "confirmed", Booking.centre == "pudong")
    starts_at = now().replace(second=0, microsecond=0) + timedelta(minutes=10)
    if starts_at.date() != now().date():  # ten to midnight: it started at ten to
        starts_at = at(now().date(), time(23, 49))
    Booking.update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=60)).where(
        Booking.ref == booking.ref
    ).execute()
    return Booking.get_by_id(booking.ref)


def test_a_lawyer_is_let_in_by_a_typed_pass_and_the_meeting_gets_a_room(as_officer, coming):
    page = as_officer("gate-pudong")
    page.goto("/console/arrivals")
    page.keyboard.type(PassKeys([SECRET_KEY]).issue(coming, Policy.of(coming.centre)).text)  # as a scanner does
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(coming.lawyer.name)
    old_tab = page.context.new_page()
    old_tab.goto(page.url)

    page.get_by_role("button", name="登记到场").click()
    expect(page.locator("main")).to_contain_text("尚缺")
    assert Booking.get_by_id(coming.ref).state == "confirmed"
    page.goto(old_tab.url)
    arrive(page)
    expect(page.get_by_role("button", name="开始会见")).to_be_visible()
    arrive(old_tab)
    expect(old_tab.locator("main")).to_contain_text("已到场")
    assert Change.select().where(Change.booking == coming.ref, Change.to_state == "arrived").count() == 1

    room = page.locator("select[name=room] option").last
    name, number = room.inner_text(), room.get_attribute("value")
    page.locator("select[name=room]").first.select_option(number)
    page.get_by_role("button", name="开始会见").click()
    expect(page.locator("main")).to_contain_text(name)
    visit = Visit.get_by_id(coming.ref)
    assert (str(visit.room_id), str(visit.occupies_id)) == (number, number)
    page.get_by_role("button", name="会见结束").click()
    expect(page.locator("main")).to_contain_text("已完成")
    assert Visit.get_by_id(coming.ref).occupies_id is None


def scan(page, text):
    """As a scanner does: keys and Enter, into whatever has the focus."""
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def arrive(page):
    for box in page.locator("form[action$='/arrival'] input[name=papers]").all():
        box.check()
    page.get_by_role("button", name="登记到场").click()


@pytest.mark.parametrize(("typed", "said"), [("0000 0000", "没有"), ("HJ1.eyJyZWYiOiJYIn0.c2ln", "凭证")])
@pytest.mark.parametrize("size", ["phone"], indirect=True)
def test_what_is_no_pass_of_ours_is_said_plainly(as_officer, typed, said):
    page = as_officer("gate-pudong")
    page.goto("/console/arrivals")
    scan(page, typed)
    expect(page.locator(".sign")).to_contain_text(said)
