"""The gate officer, with the originals before him, changes a lawyer's firm; what the lawyer asked for is settled."""

from playwright.sync_api import expect

from models import Lawyer
from sandbox.world.cast import COLLEAGUES, WANG

FIRM = "上海演示新律师事务所"


def test_a_firm_is_changed_at_the_window_and_a_form_without_a_change_says_so(as_officer):
    page = as_officer("gate-pudong")
    lawyer = Lawyer.get(Lawyer.openid == WANG.openid)
    page.goto(f"/console/lawyers/{lawyer.id}")
    page.get_by_text("窗口变更…").click()
    page.get_by_label("新的律师事务所").fill(FIRM)
    page.get_by_label("依据，如执业证变更页").fill("执业证变更页")
    page.get_by_role("button", name="确定变更").click()
    expect(page.locator("main")).to_contain_text(FIRM)
    assert Lawyer.get_by_id(lawyer.id).firm == FIRM


def test_a_firm_asked_for_is_found_in_the_list_and_settled(as_officer):
    Lawyer.update(firm_asked=FIRM).where(Lawyer.openid == COLLEAGUES[0].openid).execute()
    page = as_officer("review-pudong")
    page.goto("/console/lawyers")
    page.get_by_role("link", name=COLLEAGUES[0].name, exact=True).first.click()
    expect(page.locator("main")).to_contain_text(f"申请变更律师事务所为 {FIRM}")
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0  # nothing stands out at the side of a phone
    page.get_by_role("button", name="同意变更").click()
    expect(page.locator("main")).to_contain_text("律师事务所已变更")
    assert Lawyer.get(Lawyer.openid == COLLEAGUES[0].openid).firm == FIRM
