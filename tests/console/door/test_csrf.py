"""The proof in a form: right, another's, one made before signing in, one in a header."""

import pytest

from console.door.csrf import proof_of
from tests.console.conftest import BEFORE


@pytest.mark.parametrize("given", [None, "", "x", "中", "0" * 64])
def test_a_form_without_the_right_proof_changes_nothing(signed_in, given):
    browser = signed_in()
    answer = browser.send("sign-out", {} if given is None else {"csrf": given})
    assert (answer.status_code, "页面已过期" in answer.text) == (403, True)
    assert browser.get("me").status_code == 200


def test_another_officers_proof_is_no_proof(signed_in):
    mine, other = signed_in("gate"), signed_in("chief")
    assert mine.send("sign-out", {"csrf": other.proof()}).status_code == 403
    assert mine.send("sign-out", {"csrf": mine.proof()}).status_code == 303


def test_the_proof_made_before_signing_in_is_worth_nothing_after(signed_in):
    browser = signed_in()
    browser.keep(BEFORE, "B" * 43)
    assert browser.send("sign-out", {"csrf": proof_of("B" * 43)}).status_code == 403


def test_htmx_sends_the_proof_in_a_header(signed_in):
    browser = signed_in()
    page = browser.get("me").text
    assert f'hx-headers="{{&#34;X-CSRF-Token&#34;: &#34;{browser.proof()}&#34;}}"' in page
    headers = {"X-CSRF-Token": browser.proof(), "HX-Request": "true"}
    answer = browser.send("sign-out", {}, headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/console/sign-in")


def test_htmx_without_a_session_is_sent_to_the_sign_in(stranger):
    answer = stranger.get("me", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/console/sign-in")
    assert "<html" not in answer.text and 'id="messages"' in answer.text
