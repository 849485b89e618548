"""Every link the account gives leads to a page of the console which this officer may open."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask

import console
from console.door.rights import RIGHTS
from tests.wechat.account.conftest import PUBLIC_URL

ASKED = (
    "现在",
    "今天",
    "11-27",
    "提押单",
    "名额",
    "待复核",
    "BBBB2222",
    "律师0",
    "13101201510000000",
    "我的看守所",
)
# Pages that are being built; once they are there, they are looked at like the others.
NOT_YET = {"/console/today", "/console/plan"}


@pytest.fixture
def pages():
    app = Flask("console")
    app.register_blueprint(console.console)
    return app.url_map.bind("huijian.example.cn")


@pytest.mark.parametrize("role", ["gate", "reviewer", "chief", "auditor"])
def test_no_link_is_dead_and_none_is_closed_to_who_gets_it(pudong, phone, pages, role):
    asked, seen = phone(role), set()
    for text in ASKED:
        for link in re.findall(r"https://\S+", asked.type(text)):
            assert link.startswith(PUBLIC_URL)
            seen.add(urlsplit(link).path)
            assert ("centre=pudong" in link) == (role == "auditor" and link.count("/") == 4 and "/me" not in link)
    assert len(seen) >= 6
    for path in seen - {one for one in NOT_YET if not pages.test(one)}:
        endpoint, _ = pages.match(path)
        assert role in RIGHTS[endpoint.removeprefix("console.")].roles, path
