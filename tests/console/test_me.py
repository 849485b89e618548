"""An officer's own account."""

import re

import pytest

from booking.officers import codes
from models import Officer, OfficerSession
from tests.console.conftest import SESSION
from tests.console.people import PASSPHRASE, code_of, enrolled, typed


@pytest.fixture
def mine(signed_in, clock):
    """A browser of an enrolled officer, and his secret."""
    browser = signed_in("gate")
    secret = enrolled(browser.officer, clock())
    clock.move(minutes=1)
    return browser, secret


def test_a_bind_code_is_shown_once(mine, clock):
    browser, _ = mine
    page = browser.post("me/bind-code").text
    code = re.search(r'<code class="big">([^<]+)</code>', page)[1]
    assert "09:11 前" in page
    assert code not in browser.get("me").text
    assert codes.redeem(code, "bind", clock()) == browser.officer


def test_a_new_passphrase_ends_every_other_session(mine, signed_in, stranger, clock):
    browser, secret = mine
    elsewhere = signed_in("gate")
    given = {"passphrase": PASSPHRASE, "new": "quite another passphrase", "again": "quite another passphrase"}
    assert browser.post("me/passphrase", **given).status_code == 303
    assert "口令已更改" in browser.get("me").text
    assert elsewhere.get("me").status_code == 303
    signed = typed(secret, clock(), passphrase="quite another passphrase")
    assert stranger.post("sign-in", **signed).status_code == 303


@pytest.mark.parametrize(
    "wrong", [{"passphrase": "not mine at all"}, {"again": "different again"}, {"new": "short", "again": "short"}]
)
def test_a_passphrase_is_not_changed_by_a_wrong_form(mine, wrong):
    browser, _ = mine
    before = Officer.get().passphrase_hash
    given = {"passphrase": PASSPHRASE, "new": "quite another passphrase", "again": "quite another passphrase"}
    assert browser.post("me/passphrase", **given | wrong).status_code == 422
    assert Officer.get().passphrase_hash == before


def test_the_old_passphrase_can_not_be_guessed_from_an_open_session(mine):
    browser, _ = mine
    given = {"new": "quite another passphrase", "again": "quite another passphrase"}
    for _ in range(5):
        assert browser.post("me/passphrase", passphrase="a guess", **given).status_code == 422
    assert browser.post("me/passphrase", passphrase=PASSPHRASE, **given).status_code == 429


def test_the_authenticator_is_changed_once_the_new_one_answers(mine, stranger, clock):
    browser, old = mine
    assert "data:image" not in browser.get("me").text
    browser.post("me/totp-offer")
    page = browser.get("me").text
    new = re.search(r'<code class="secret">([^<]+)</code>', page)[1].replace(" ", "")
    assert new != old and "data:image/svg+xml" in page
    for wrong in ({"code": code_of(old, clock())}, {"passphrase": "a guess of it"}):
        given = {"passphrase": PASSPHRASE, "code": code_of(new, clock())} | wrong
        assert browser.post("me/totp", **given).status_code == 422
    assert browser.post("me/totp", passphrase=PASSPHRASE, code=code_of(new, clock())).status_code == 303
    assert "data:image" not in browser.get("me").text
    clock.move(minutes=1)
    assert stranger.post("sign-in", **typed(old, clock())).status_code == 401
    assert stranger.post("sign-in", **typed(new, clock())).status_code == 303


def test_without_an_offer_no_code_confirms_anything(mine, clock):
    browser, secret = mine
    answer = browser.post("me/totp", passphrase=PASSPHRASE, code=code_of(secret, clock()))
    assert answer.status_code == 422


def test_an_offered_secret_is_sealed(mine):
    browser, _ = mine
    browser.post("me/totp-offer")
    session = OfficerSession.get()
    assert session.totp_offer not in session.totp_offer_sealed and len(session.totp_offer) == 32


def test_signing_out_everywhere(mine, signed_in):
    browser, _ = mine
    elsewhere, other = signed_in("gate"), signed_in("chief")
    assert browser.post("me/sign-out-everywhere").location == "/console/sign-in"
    assert browser.cookie(SESSION) == ""
    assert elsewhere.get("me").status_code == 303
    assert other.get("me").status_code == 200


def test_who_has_enrolled_does_not_enrol_again(mine):
    browser, _ = mine
    assert browser.get("enrolment").location == "/console/me"
    given = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": "000000"}
    assert browser.post("enrolment", **given).status_code == 409
