"""A JSON document in a row that can't be read keeps nobody from the other rows: reading is tolerant, writing strict."""

import json

import pytest
from peewee import Value

from models import TABLES, Booking, Centre, Notice, keyring
from models.fields import JSONText, SealedJSON
from models.sealed import UNREADABLE
from tests.booking.conftest import applying, clock, desk, lawyers, world  # noqa: F401
from tests.sms.conftest import aliyun_client, carrier, chen, delivery, drop, watch  # noqa: F401

COLUMNS = [field for table in TABLES for field in table._meta.sorted_fields if isinstance(field, JSONText)]
BROKEN = ["{", "", "null", "3", '"text"', "[" * 100_000]


@pytest.mark.parametrize("field", COLUMNS, ids=str)
def test_a_document_that_can_not_be_read_is_as_good_as_lost_in_every_column(database, field, caplog):
    kind = type(field.lost())
    other = "[]" if kind is dict else "{}"
    for text in [*BROKEN, other]:
        assert field.python_value(stored(field, text)) == field.lost()
    assert len(caplog.records) == len(BROKEN) + 1
    whole = {"name": 1} if kind is dict else [{"name": 1}]
    assert field.python_value(stored(field, json.dumps(whole))) == whole
    assert field.python_value(None) is None


def stored(field, text):
    return keyring().seal(text, field.bound_to) if isinstance(field, SealedJSON) else text


@pytest.mark.parametrize("field", [one for one in COLUMNS if isinstance(one, SealedJSON)], ids=str)
def test_a_sealed_document_that_does_not_open_is_as_good_as_lost(database, field):
    elsewhere = keyring().seal("[]", "another.column")
    for text in ("[]", "{}", "gone00.AAAA", elsewhere):
        assert field.python_value(text) == field.lost()


def test_two_that_are_lost_share_nothing():
    one = Centre.policy.python_value("{")
    one["max_lawyers"] = 1
    assert Centre.policy.python_value("{") == {}


def test_a_detainee_that_is_no_document_is_unreadable_and_never_empty():
    with pytest.raises(UNREADABLE):
        JSONText().python_value("{")


def test_findings_that_are_lost_do_not_pass_for_none(desk, lawyers):  # noqa: F811
    ref = desk.book(applying(lawyers(1)[0])).ref
    Booking.update(findings=Value("{", converter=False)).execute()
    booking = Booking.get_by_id(ref)
    assert [finding["code"] for finding in booking.findings] == ["findings_unreadable"]


def test_of_a_letter_with_lost_words_nothing_goes_out(delivery, carrier, drop):  # noqa: F811
    lost, other = drop(), drop(ref="OTHER234")
    Notice.update(words=Value("{", converter=False)).where(Notice.id == lost.id).execute()
    for notice in (lost, other):
        delivery.deliver(notice.id)
    found = [(notice.state, notice.code) for notice in Notice.select().order_by(Notice.id)]
    assert found == [("failed", "no_words"), ("sent", None)]
    assert len(carrier.messages()) == 1
