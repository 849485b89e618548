"""The bring-out plan is printed, and what changes after that is marked; an old page prints nothing."""

import pytest
from playwright.sync_api import expect

from booking.desk import Desk
from booking.record.actor import Actor
from booking.timetable import withdrawal
from clock import now
from models import Booking, PlanPrint
from seats.counters import SeatCounters

COUNT_PRINTS = (
    "window.print = () => sessionStorage.setItem('printed', 1 + Number(sessionStorage.getItem('printed') || 0))"
)


@pytest.fixture
def desk(demo, redis_client):
    made = Desk(SeatCounters(redis_client))
    yield made
    made.close()


@pytest.fixture
def coming(demo) -> Booking:
    """Somebody to be brought at an hour that is ahead: of the others on that day's plan some may be done already."""
    ahead = (Booking.state == "confirmed") & (Booking.centre == "pudong") & (Booking.starts_at > now())
    return Booking.select().where(ahead).order_by(Booking.starts_at, Booking.ref).first()


def printed(page) -> int:
    return int(page.evaluate("Number(sessionStorage.getItem('printed') || 0)"))


def test_what_changes_after_the_print_is_marked_and_an_old_page_prints_nothing(as_officer, desk, coming):
    page = as_officer("gate-pudong")
    page.add_init_script(COUNT_PRINTS)
    page.goto(f"/console/plan?day={coming.starts_at:%Y-%m-%d}")
    old_tab = page.context.new_page()
    old_tab.add_init_script(COUNT_PRINTS)
    old_tab.goto(page.url)

    page.get_by_role("button", name="打印").click()
    expect(page.locator("main")).to_contain_text("gate-pudong 打印")
    assert printed(page) == 1
    gone = coming.ref
    assert gone in {ref for one in PlanPrint.select() for ref in one.lines}

    withdrawal.withdraw(desk, Actor("chief-pudong"), [gone], "供电检修")
    page.reload()
    expect(page.locator("main")).to_contain_text("处变化")
    expect(page.locator("tr.gone", has_text=gone)).to_contain_text("取消")

    prints = PlanPrint.select().count()
    old_tab.get_by_role("button", name="打印").click()
    expect(old_tab.locator("main")).to_contain_text("变化")
    assert (printed(old_tab), PlanPrint.select().count()) == (0, prints)
