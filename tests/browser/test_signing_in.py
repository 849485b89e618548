"""The ways into the console, in a real browser, on a phone and on a desk."""

import re

from playwright.sync_api import expect

SIGN_IN = re.compile("/console/sign-in")


def test_one_click_from_the_demos_front_door_and_out_again(as_officer):
    page = as_officer("review-pudong")
    expect(page.locator("header .officer")).to_contain_text("复核")
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url(SIGN_IN)
    page.go_back()
    page.reload()
    expect(page).to_have_url(SIGN_IN)
