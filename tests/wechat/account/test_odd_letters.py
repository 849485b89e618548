"""Rare names and numbers with something unseen in them, typed to the subscription account."""

from datetime import date

import pytest

from tests.odd_letters import NAMES, odd_numbers
from wechat.account.intents import Intent, from_text

LICENCE_NO, TODAY = "13101201810123456", date(2026, 11, 24)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_rare_name_is_a_name(name):
    assert from_text(name, TODAY) == Intent("name", name)


@pytest.mark.parametrize("odd", odd_numbers(LICENCE_NO).values(), ids=odd_numbers(LICENCE_NO))
def test_a_number_right_to_the_eye_is_a_licence(odd):
    assert from_text(odd, TODAY) == Intent("licence", LICENCE_NO)
