"""The ways into the console, in a real browser, on a phone and on a desk."""

import re
from datetime import timedelta

import pyotp
from playwright.sync_api import expect

from booking.officers import codes
from booking.record.actor import Actor
from clock import now
from models import Officer

PASSPHRASE = "二十四桥明月夜，玉人何处教吹箫"
SIGN_IN = re.compile("/console/sign-in")


def test_one_click_from_the_demos_front_door_and_out_again(as_officer):
    page = as_officer("review-pudong")
    expect(page.locator("header .officer")).to_contain_text("复核")
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url(SIGN_IN)
    page.go_back()
    page.reload()
    expect(page).to_have_url(SIGN_IN)


def test_the_first_time_by_a_one_time_code_then_by_passphrase_and_code(page):
    officer = Officer.get(Officer.account == "gate-pudong")
    page.goto("/console/plan")  # where he is led back to
    page.get_by_text("首次登录").click()
    page.get_by_label("一次性代码").fill(codes.issue(Actor("admin"), now(), officer, "sign_in"))
    page.get_by_role("button", name="继续").click()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("口令", exact=False).first.fill(PASSPHRASE)
    page.get_by_label("再输一次口令").fill(PASSPHRASE)
    page.get_by_label("手机上显示的动态码").fill(code_now(secret))
    page.get_by_role("button", name="完成").click()
    expect(page.locator("nav").first).to_contain_text("提押单")
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url(SIGN_IN)

    page.goto("/console/plan")
    page.get_by_label("账号").fill("gate-pudong")
    page.get_by_label("口令").fill(PASSPHRASE)
    page.get_by_label("动态码").fill(code_now(secret, steps=1))
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(re.compile("/console/plan$"))


def code_now(secret: str, steps: int = 0) -> str:
    """What the officer's phone shows; `steps` ahead, since a code opens once."""
    return pyotp.TOTP(secret).at(now() + steps * timedelta(seconds=30))
