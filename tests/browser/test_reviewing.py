"""The review queue by keyboard alone: forty in ten minutes, and never one that nobody meant."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from booking.review.rivals import in_the_way
from models import Booking, Change

desk_only = pytest.mark.parametrize("size", ["desktop"], indirect=True)


@pytest.fixture
def queue(as_officer: Callable[[str], Page]) -> Page:
    page = as_officer("review-pudong")
    page.goto("/console/review")
    return opened(page)


def opened(page: Page) -> Page:
    """Once keys count."""
    page.locator("#review[data-ready]").wait_for()
    return page


def shown(page: Page) -> str:
    return str(opened(page).locator("#review").get_attribute("data-ref"))


def press(page: Page, *keys: str) -> None:
    """And the next booking is there."""
    before = shown(page)
    for key in keys:
        page.keyboard.press(key)
    page.locator(f'#review:not([data-ref="{before}"]), p.fine:text("没有待复核")').first.wait_for()


def state(ref: str) -> str:
    return str(Booking.get_by_id(ref).state)


def plain(page: Page) -> Page:
    """The next one that a single key lets through: which that is depends on the hour."""
    while page.locator("input[name=permit_no]").count() or in_the_way(Booking.get_by_id(shown(page))):
        press(page, "j")
    return page


def decided() -> int:
    return int(Change.select().where(Change.by == "review-pudong", Change.from_state == "submitted").count())


def waiting() -> int:
    return int(Booking.select().where(Booking.centre == "pudong", Booking.state == "submitted").count())


def test_five_by_keyboard_on_a_phone_and_on_a_desk(queue: Page) -> None:
    before = decided()
    first = shown(plain(queue))
    press(queue, "a")
    second = shown(queue)
    press(queue, "r", "2", "Enter")
    third = shown(queue)
    press(queue, "j")  # later
    press(queue, "k")  # and back to it
    assert shown(queue) == third
    queue.keyboard.press("r")
    queue.keyboard.press("0")
    queue.keyboard.type("ajkr 手续")  # letters are letters in a field
    queue.keyboard.press("Enter")
    queue.locator(f'#review:not([data-ref="{third}"])').wait_for()
    press(plain(queue), "a")
    press(queue, "r", "1", "Enter")
    assert decided() == before + 5
    assert [state(ref) for ref in (first, second, third)] == ["confirmed", "rejected", "rejected"]
    assert Booking.get_by_id(second).decision_reason == "委托手续不全，请补齐后重新预约"
    assert Booking.get_by_id(third).decision_reason == "ajkr 手续"
    assert queue.evaluate("document.documentElement.scrollWidth <= innerWidth")


@desk_only
def test_the_whole_queue_is_cleared_by_keyboard_alone_one_key_each_and_the_permit_where_asked(
    queue: Page,
) -> None:
    many = waiting()
    assert many >= 40
    for _ in range(many):
        if opened(queue).locator("input[name=permit_no]").count():
            queue.keyboard.press("a")  # leads to the field the law asks for
            queue.keyboard.type("沪公许〔2026〕9号")
            press(queue, "Enter")
        elif in_the_way(Booking.get_by_id(shown(queue))):
            press(queue, "r", "2", "Enter")  # the other who asks for this person and time was let through before
        else:
            press(queue, "a")
    expect(queue.get_by_text("没有待复核的预约")).to_be_visible()
    assert waiting() == 0


@desk_only
def test_a_key_held_down_decides_once(queue: Page) -> None:
    before, first = decided(), shown(queue)
    for _ in range(30):
        queue.keyboard.down("a")  # the first is a press, the others are repeats
    queue.locator(f'#review:not([data-ref="{first}"])').wait_for()
    opened(queue)
    for _ in range(5):
        queue.keyboard.down("a")
    queue.keyboard.up("a")
    assert decided() == before + 1
    press(queue, "j")


@desk_only
def test_pressed_again_too_soon_the_next_one_is_not_decided_unread(queue: Page) -> None:
    before, first = decided(), shown(queue)
    queue.keyboard.press("a")
    queue.locator(f'#review:not([data-ref="{first}"]):not([data-ready])').wait_for()
    queue.keyboard.press("a")
    opened(queue)
    assert decided() == before + 1


@desk_only
def test_what_an_input_method_is_composing_is_no_command(queue: Page) -> None:
    before, first = decided(), shown(queue)
    queue.evaluate(
        """() => document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key: "a", isComposing: true, bubbles: true}))"""
    )
    queue.keyboard.press("Control+a")
    queue.keyboard.press("r")
    queue.keyboard.press("Escape")
    assert (shown(queue), decided()) == (first, before)
    press(queue, "a")  # the same key, meant
    assert decided() == before + 1


@desk_only
def test_the_back_button_says_that_it_is_decided(queue: Page) -> None:
    first = shown(queue)
    press(queue, "a")
    queue.go_back()
    queue.goto(f"/console/review/{first}")
    expect(queue.get_by_role("alert")).to_contain_text("已预约")
    queue.keyboard.press("a")
    assert Change.select().where(Change.booking == first, Change.from_state == "submitted").count() == 1


def test_without_script_the_forms_still_work(chromium, demo) -> None:
    context = chromium.new_context(base_url=demo["PUBLIC_URL"], java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("button[value=review-pudong]").click()
    page.goto("/console/review")
    first = page.locator("#review").get_attribute("data-ref")
    page.locator("#reasons summary").click()
    page.get_by_label("委托手续不全").check()
    page.locator("#reject").click()
    page.wait_for_url("**/console/review?after=*")
    context.close()
    assert state(first) == "rejected"
