"""A centre's rules as another version wrote them: every door stays open, and what it wrote is there when it returns."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

import clock
import models
from app import create_app
from booking import policy as rules
from booking.policy import Policy
from booking.record.actor import Actor
from booking.timetable import centres
from models import Centre, Lawyer
from refusals import Invalid
from tests.service import environment, settings, signed_in

LICENCE = "13101201810123456"
STORED = [
    {"a_name_of_tomorrow": 3},
    {"max_lawyers": 9},
    {"lengths": "broken", "papers": None},
    {"opens_days_before": 1, "closes_days_before": 9},
    {"closes_days_before": 9},
    ["no", "object"],
]


@pytest.fixture(autouse=True)
def untold() -> None:
    rules._warn.cache_clear()
    Policy.written.cache_clear()


@pytest.fixture
def house(database: str, redis_server: Any) -> Iterator[FlaskClient]:
    """The whole service as it is put together, in front of the database of the test."""
    models.database.close()  # the house opens its own
    yield create_app(settings(environment(database, redis_server.url))).test_client()


@pytest.fixture
def centre(database: str) -> Centre:
    return Centre.create(code="pudong", name="浦东新区看守所", address="某路1号", created_at=clock.now())


def store(policy: Any) -> Centre:
    Centre.update(policy=policy).execute()
    return Centre.get()


@pytest.mark.parametrize("stored", STORED, ids=str)
def test_the_centres_and_the_lawyers_own_page_are_told_whatever_is_stored(house, centre, stored):
    store(stored)
    row = {
        "licence_no": LICENCE,
        "name": "陈思远",
        "firm": "某律师事务所",
        "openid": "o-chen",
        "state": "verified",
    }
    lawyer = Lawyer.enter("110101199003070038", "13800138000", **row, created_at=clock.now(), updated_at=clock.now())
    token = {"Authorization": f"Bearer {signed_in(lawyer.id)}"}
    for path in ("/api/v1/centres", "/api/v1/me", "/api/v1/centres/pudong/days"):
        answer = house.get(path, headers=token)
        assert answer.status_code == 200, (path, answer.text)


def test_a_broken_number_falls_back_alone_and_is_warned_of_once(centre, caplog):
    found = store({"max_lawyers": 9, "daily_limit": 5})
    for _ in range(3):
        assert Policy.of(found) == Policy(daily_limit=5)
    assert [record.args for record in caplog.records] == [("pudong", "max_lawyers")]


def test_a_text_that_is_no_json_reads_as_the_defaults():
    for text in ("{", "[]", "null", "3", "[" * 100_000):
        assert Policy.written(text, "pudong") == Policy()


def test_what_this_version_does_not_understand_is_kept_when_the_policy_is_written(centre):
    strange = {"a_name_of_tomorrow": 3, "max_lawyers": 9}
    store(strange | {"daily_limit": 5})
    changed = centres.set_policy(Actor("chief"), clock.now(), "pudong", {"ahead_limit": 8})
    assert changed == {"ahead_limit": (6, 8)}
    assert Centre.get().policy == strange | {"daily_limit": 5, "ahead_limit": 8}


def test_a_broken_number_is_cured_by_writing_it(centre):
    for value, kept in ((1, {"max_lawyers": 1}), (None, {})):
        store({"max_lawyers": 9})
        centres.set_policy(Actor("chief"), clock.now(), "pudong", {"max_lawyers": value})
        assert Centre.get().policy == kept


def test_two_numbers_that_contradict_each_other_do_not_undo_what_is_written(centre):
    store({"opens_days_before": 5, "closes_days_before": 9})
    centres.set_policy(Actor("chief"), clock.now(), "pudong", {"opens_days_before": 6})
    assert Policy.of(Centre.get()) == Policy(opens_days_before=6)


@pytest.mark.parametrize("wrong", [{"a_name_of_tomorrow": 3}, {"max_lawyers": 9}, {"closes_days_before": 9}])
def test_writing_stays_strict(centre, wrong):
    with pytest.raises(Invalid):
        centres.set_policy(Actor("chief"), clock.now(), "pudong", wrong)
    assert Centre.get().policy == {}
