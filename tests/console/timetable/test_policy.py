"""The centre's numbers in the browser: before and after on record, refused by name."""

import json

import pytest

from booking.desk import Desk
from booking.policy import Policy
from console.policy import WORDS
from models import Audit, Centre
from tests.booking.conftest import FRIDAY
from tests.console.conftest import Browser
from tests.console.timetable.conftest import hidden


def test_every_number_of_a_centre_has_its_words_and_its_field(chief: Browser) -> None:
    assert set(WORDS) == set(Policy.model_fields)
    text = chief.get("timetable/policy").text
    assert all(f'name="{name}"' in text for name in WORDS)
    assert "默认 24；可设 0–240" in text


def rules(browser: Browser, **changes: str) -> dict[str, str]:
    was = hidden(browser.get("timetable/policy").text, "was")
    return json.loads(was) | {"was": was} | changes


def test_numbers_are_changed_with_before_and_after_on_record(chief: Browser, desk: Desk) -> None:
    fields = rules(
        chief,
        cancel_free_hours="48",
        lengths="30、60",
        confirm_proven_at_once="true",
        papers="执业证\r\n委托书",
    )
    answer = chief.post("timetable/policy", **fields)
    assert "开始前多久可免责取消已改" in chief.get(answer.location).text
    assert Centre.get_by_id("pudong").policy == {
        "cancel_free_hours": 48, "lengths": [30, 60], "confirm_proven_at_once": True, "papers": ["执业证", "委托书"]
    }  # fmt: skip
    record = Audit.get(Audit.what == "centre.set")
    assert record.words["cancel_free_hours"] == [24, 48]
    assert (record.who, record.centre) == ("chief-pudong", "pudong")
    assert desk.slots("pudong", FRIDAY)[0].lengths == (30, 60)


def test_two_who_change_different_numbers_do_not_undo_one_another(chief: Browser) -> None:
    old_page = rules(chief)
    chief.post("timetable/policy", **rules(chief, daily_limit="3"))
    chief.post("timetable/policy", **(old_page | {"ahead_limit": "9"}))
    assert Centre.get_by_id("pudong").policy == {"daily_limit": 3, "ahead_limit": 9}


def test_an_emptied_field_is_the_default_again(chief: Browser) -> None:
    chief.post("timetable/policy", **rules(chief, daily_limit="3"))
    chief.post("timetable/policy", **rules(chief, daily_limit=""))
    assert Centre.get_by_id("pudong").policy == {}


@pytest.mark.parametrize(
    "wrong",
    [{"daily_limit": "0"}, {"daily_limit": "x"}, {"opens_at": "25:00"}, {"lengths": "5"}, {"opens_days_before": "1"},
     {"confirm_proven_at_once": "maybe"}, {"no_such": "1"}, {"was": "x"}, {"was": "[]"}, {"was": "[" * 20_000}],
)  # fmt: skip
def test_a_number_out_of_its_range_is_refused_by_its_name(chief: Browser, wrong: dict[str, str]) -> None:
    answer = chief.post("timetable/policy", **rules(chief, **wrong))
    assert answer.status_code == 422
    assert Centre.get_by_id("pudong").policy == {}
    assert "daily_limit" not in answer.text.partition("<main")[2]
