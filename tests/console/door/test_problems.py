"""How the console says no: in a page, of itself nothing, whatever was asked."""

import pytest
from peewee import OperationalError

from console.door import sessions


def test_unknown_paths_and_methods_are_told_in_html(stranger, signed_in):
    for browser in (stranger, signed_in()):
        answer = browser.get("nowhere")
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert "not_found" in answer.text
        answer = browser.get("sign-out")
        assert (answer.status_code, answer.mimetype) == (405, "text/html")
        assert "POST" in answer.headers["Allow"]


def test_too_much_is_refused(signed_in):
    answer = signed_in().post("sign-out", more="x" * 70_000)
    assert (answer.status_code, answer.mimetype) == (413, "text/html")


def test_without_the_database_there_is_a_page_that_says_so(signed_in, monkeypatch):
    browser = signed_in()

    def away(*_):
        raise OperationalError("the server went away")

    monkeypatch.setattr(sessions, "recognise", away)
    answer = browser.get("me")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "稍后再试" in answer.text and int(answer.headers["Retry-After"])


def test_a_bug_tells_the_officer_nothing_of_itself(app, signed_in, monkeypatch):
    browser = signed_in()
    app.testing = False
    monkeypatch.setitem(app.view_functions, "console.me", lambda: 1 / 0)
    answer = browser.get("me")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "division" not in answer.text and "系统" in answer.text


ASKED = (
    *(
        "bookings/{}",
        "arrivals/{}",
        "review/{}",
        "window/{}",
        "timetable/slots/{}",
        "officers/{}",
        "lawyers/{}",
    ),
    *(
        "import/{}",
        "import/{}/report.xlsx",
        "bookings?slot={}",
        "bookings?after={}",
        "review?after={}",
        "plan?slot={}",
    ),
    *(
        "today?slot={}",
        "today?seen={}",
        "audit?who={}",
        "audit?subject={}",
        "officers?after={}",
        "messages?after={}",
    ),
    *("timetable?week={}", "window/lawyer?licence_no={}", "today?centre={}", "figures?from={}"),
    "timetable/closing?slots={}&first=2026-12-01&reason=x",
)


@pytest.mark.parametrize("odd", ["%00", "%ff", "%ed%a0%80", "9" * 5000, "x" * 5000, "%0d%0aX-Evil:%201", "１２３"])
def test_an_odd_address_is_refused_in_words_or_finds_nothing(signed_in, odd):
    browser = signed_in("chief", None)
    for asked in ASKED:
        answer = browser.get(asked.format(odd))
        assert answer.status_code < 500 and "X-Evil" not in answer.headers, asked
