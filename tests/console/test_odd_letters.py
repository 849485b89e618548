"""Rare names and numbers with something unseen in them, at the window."""

import pytest

from models import Booking
from tests.booking.window.conftest import licence
from tests.console.conftest import Browser
from tests.console.test_window import gate, typed  # noqa: F401
from tests.odd_letters import NAMES, UNSEEN, odd_numbers


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_rare_name_is_entered(gate: Browser, name: str) -> None:  # noqa: F811
    assert gate.post("window", **typed(gate, detainee_name=name)).status_code == 303


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_a_name_with_something_unseen_is_told_so(gate: Browser, name: str) -> None:  # noqa: F811
    assert "不可见字符" in gate.post("window", **typed(gate, detainee_name=name)).text
    assert not Booking.select().exists()


@pytest.mark.parametrize("what", odd_numbers(licence(0)))
def test_a_number_right_to_the_eye_is_taken(gate: Browser, what: str) -> None:  # noqa: F811
    odd = odd_numbers(licence(0))[what]
    assert gate.post("window", **typed(gate, licence_no=odd)).status_code == 303
