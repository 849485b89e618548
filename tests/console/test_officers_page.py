"""民警: what a chief does there, and what he can't."""

import re

import pytest

from booking.officers import codes
from models import Audit, Officer
from tests.console.conftest import an_officer


def newcomer(**other):
    return {"account": "wang.min", "name": "王敏", "role": "reviewer", "centre": "pudong"} | other


def test_a_chief_adds_an_officer_and_hands_him_a_code(signed_in, clock):
    page = signed_in("chief").post("officers", **newcomer()).text
    code = re.search(r'<code class="big">([^<]+)</code>', page)[1]
    assert codes.redeem(code, "sign_in", clock()).account == "wang.min"
    assert "王敏" in signed_in("auditor").get("officers").text
    assert Audit.get(Audit.what == "officer.add").who == "chief-pudong"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"account": "x"}, 422),
        ({"account": "chief-pudong"}, 409),
        ({"account": "a/b"}, 422),
        ({"name": ""}, 422),
        ({"role": "king"}, 422),
        ({"centre": "qingpu"}, 403),
        ({"centre": "-"}, 403),
        ({"centre": ""}, 422),
        ({"passphrase_hash": "x"}, 422),
    ],
)
def test_an_officer_who_can_not_be_is_not_added(signed_in, wrong, status):
    browser = signed_in("chief")
    assert browser.post("officers", **newcomer(**wrong)).status_code == status
    assert Officer.select().count() == 1


def test_the_bureau_adds_officers_anywhere(signed_in):
    browser = signed_in("chief", None)
    for account, centre in (("one.qingpu", "qingpu"), ("one.bureau", "-")):
        assert browser.post("officers", **newcomer(account=account, centre=centre)).status_code == 200
    assert Officer.get(Officer.account == "one.bureau").centre_id is None


def test_a_centre_sees_its_own_officers_only(signed_in, clock):
    an_officer("gate", "qingpu", clock())
    assert "gate-qingpu" not in signed_in("chief").get("officers").text
    assert "gate-qingpu" in signed_in("chief", None).get("officers").text
    for path in ("", "/suspension", "/restoration", "/sign-in-code"):
        assert signed_in("chief").post(f"officers/gate-qingpu{path}").status_code == 404
    for account in ("nobody", "%00", "中", "' OR 1=1"):
        assert signed_in("chief").get(f"officers/{account}").status_code == 404


def test_a_suspended_officer_is_out_and_comes_back(signed_in):
    gate, chief = signed_in("gate"), signed_in("chief")
    assert chief.post("officers/gate-pudong/suspension").status_code == 303
    assert gate.get("me").status_code == 303
    assert "已停用" in chief.get("officers/gate-pudong").text
    assert chief.post("officers/gate-pudong/suspension").status_code == 409
    assert chief.post("officers/gate-pudong/sign-in-code").status_code == 409
    assert chief.post("officers/gate-pudong/restoration").status_code == 303
    assert gate.get("me").status_code == 303, "what was ended stays ended"


def test_a_changed_role_holds_at_the_next_request(signed_in):
    gate, chief = signed_in("gate"), signed_in("chief")
    assert gate.get("officers").status_code == 403
    changed = {"name": "新名", "role": "auditor", "centre": "pudong"}
    assert chief.post("officers/gate-pudong", **changed).status_code == 303
    assert gate.get("officers").status_code == 200


def test_nobody_promotes_himself(signed_in):
    chief = signed_in("chief")
    for changed in ({"role": "auditor", "centre": "pudong"}, {"role": "chief", "centre": "-"}):
        assert chief.post("officers/chief-pudong", name="我", **changed).status_code == 403
    assert chief.post("officers/chief-pudong/suspension").status_code == 403


def test_more_officers_than_a_page_are_paged(signed_in, clock):
    Officer.insert_many(
        {"account": f"n{number:03d}", "name": "某", "role": "gate", "centre": "pudong", "created_at": clock()}
        for number in range(130)
    ).execute()
    first = signed_in("auditor").get("officers").text
    following = re.search(r'href="(/console/officers\?after=[^"]+)"', first)[1]
    second = signed_in("auditor").get(following).text
    accounts = [re.findall(r'href="/console/officers/([\w.-]+)"', page) for page in (first, second)]
    assert len(accounts[0]) == 100 and sorted(accounts[0] + accounts[1]) == sorted({*accounts[0], *accounts[1]})
    assert len(accounts[1]) == 31
