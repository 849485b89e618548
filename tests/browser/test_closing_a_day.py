"""A day is closed: who is hit is seen first, one confirm does it all, and an old tab closes nothing twice."""

from playwright.sync_api import expect

from models import Booking, Notice, Slot


def busiest_day() -> str:
    """The coming day with the most bookings that wait or are confirmed."""
    ahead = Booking.select().where(Booking.state.in_(["submitted", "confirmed"]), Booking.centre == "pudong")
    days = [booking.slot_id.split("-")[1] for booking in ahead.order_by(Booking.starts_at.desc())]
    day = max(days, key=days.count)
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def held_on(day: str) -> list[Booking]:
    open_states = Booking.state.in_(["submitted", "confirmed"])
    held = Booking.select().join(Slot).where(Slot.centre == "pudong", Slot.date == day, open_states)
    return list(held.order_by(Booking.ref))


def test_a_chief_sees_who_is_hit_and_closes_the_day(as_officer):
    day = busiest_day()
    before = held_on(day)
    page = as_officer("chief-pudong")
    page.goto(f"/console/timetable/closing?first={day}&last={day}")
    page.get_by_label("原因").fill("供电检修")
    page.get_by_role("button", name="查看受影响的预约").click()
    expect(page.locator("#hit")).to_contain_text(f"将取消 {len(before)} 个预约")
    assert held_on(day) == before  # looking changes nothing

    page.get_by_role("button", name="确认关闭，取消预约并短信告知").click()
    expect(page.locator("#messages, .message").first).to_contain_text("关闭")
    assert before and not held_on(day)
    refs = [booking.ref for booking in before]
    assert {row.state for row in Booking.select().where(Booking.ref.in_(refs))} == {"cancelled"}
    told = Notice.select().where(Notice.kind == "withdrawn", Notice.booking.in_(refs), Notice.channel == "sms")
    assert told.count() == len(refs)

    page.go_back()
    page.reload()
    page.get_by_role("button", name="确认关闭").click()
    assert told.count() == len(refs)
