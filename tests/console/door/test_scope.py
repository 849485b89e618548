"""The centre shown: picked, remembered, and no way into another."""

import re

import pytest


def test_the_front_leads_to_the_first_page_of_the_menu(signed_in):
    answer = signed_in("gate").get("")
    assert answer.status_code == 303 and answer.location.startswith("/console/")
    assert signed_in("gate").get(answer.location).status_code == 200


def test_an_officer_of_the_bureau_picks_a_centre_and_it_is_remembered(signed_in):
    browser = signed_in("chief", None)
    assert chosen(browser.get("me").text) == "pudong"
    assert chosen(browser.get("me?centre=qingpu").text) == "qingpu"
    assert chosen(browser.get("me").text) == "qingpu"
    assert browser.get("me?centre=nowhere").status_code == 404
    assert chosen(browser.get("me").text) == "qingpu"
    assert 'name="centre"' not in signed_in("chief", "pudong").get("me").text


def chosen(page):
    return re.search(r'<option value="(\w+)" selected>', page)[1]


def test_a_remembered_centre_opens_no_other(signed_in):
    browser = signed_in("chief", "pudong")
    browser.keep("__Host-huijian-centre", "qingpu")
    assert "浦东新区看守所" in browser.get("me").text
    assert browser.get("me?centre=qingpu").status_code == 404


@pytest.mark.parametrize("asked", ["_method=PUT", "endpoint=x", "_external=1&_scheme=ftp", "_anchor=x", "x=1"])
def test_the_front_takes_nothing_along_but_the_centre(signed_in, asked):
    assert signed_in("gate").get(f"?{asked}").location == "/console/today"
    assert signed_in("chief", None).get(f"?centre=qingpu&{asked}").location == "/console/today?centre=qingpu"
