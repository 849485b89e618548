"""Rare names and numbers with something unseen in them, at the lawyers' door."""

import pytest

from models import Booking
from tests.odd_letters import NAMES, UNSEEN, odd_numbers
from tests.wechat.conftest import LIN


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_rare_name_is_bound_and_met(lin, stranger, name):
    stranger.sign_in()
    assert stranger.bind(name=name, firm=f"上海{name}律师事务所").json["lawyer"]["name"] == name
    companions = [{"name": name, "role": "assistant"}]
    booked = lin.book(detainee={"name": name}, companions=companions)
    assert booked.status_code == 201, booked.json
    assert lin.get(f"/bookings/{booked.json['ref']}").json["companions"][0]["name"] == name


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_a_name_with_something_unseen_is_told_so(lin, name):
    errors = lin.book(detainee={"name": name}).json["errors"]
    assert errors == [{"field": "detainee.name", "message": "不能含有不可见字符"}]
    assert not Booking.select().exists()


@pytest.mark.parametrize("odd", odd_numbers(LIN.id_no).values(), ids=odd_numbers(LIN.id_no))
def test_a_number_right_to_the_eye_is_taken(lin, odd):
    assert lin.book(detainee={"name": "周某", "id_no": odd}).status_code == 201
