"""Every state of a booking has its words, its step, and its place in the contract with the mini-program."""

from typing import get_args

import pytest

from booking import lifecycle
from booking.lifecycle import CAME, FOLLOWS, FREED, OPEN_STATES
from booking.words import STATES
from models.states import State
from wechat.api.shapes import BookingState


def test_every_state_has_its_words_in_the_order_of_lists() -> None:
    assert list(STATES) == list(State)


def test_every_state_but_the_first_is_reached_by_a_step() -> None:
    assert {State.SUBMITTED, *FOLLOWS} == set(State)


def test_no_step_leads_back() -> None:
    before: dict[State, set[State]] = {State.SUBMITTED: set()}
    for to, froms in FOLLOWS.items():
        before[to] = {*froms, *(earlier for one in froms for earlier in before[one])}
        assert to not in before[to]


def test_whoever_is_open_has_neither_come_nor_given_back() -> None:
    assert not {*OPEN_STATES} & {*CAME, *FREED}


@pytest.mark.parametrize("group", ["CAME_TO_NOTHING", "AWAITED", "IN_THE_HOUSE", "CAME", "COMING", "BROUGHT"])
def test_a_group_names_no_state_twice(group: str) -> None:
    states = getattr(lifecycle, group)
    assert len(set(states)) == len(states) and set(states) <= set(State)


def test_the_mini_program_is_promised_the_same_states_word_for_word() -> None:
    """What is stored and sent is spelt out there: a renamed member must not rename it."""
    assert get_args(BookingState) == tuple(state.value for state in State)
